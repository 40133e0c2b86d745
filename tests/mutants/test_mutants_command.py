"""`autograder mutants`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import autograder.mutants
from autograder.cli import app
from autograder.mutants import Tally

SOLUTIONS = str(Path(__file__).parent.parent.parent / "solutions")
CLEAN = Tally(5, 4, 1, (), ())
SURVIVOR = Tally(5, 3, 1, ("f: a < b → a <= b",), ())
FAULTY = Tally(5, 3, 1, (), ("f: a → pass",))
SOUND = {
    "fingerprint": "00",
    "answers": {"one": ["m"]},
    "wrong": [],
    "audit": [],
    "missed": [],
    "mutants": 3,
    "mutants_explained": 1,
}


def run(monkeypatch: pytest.MonkeyPatch, found: object, *arguments: str) -> Any:
    """The command with its work replaced by `found`."""
    for name in ("hunt_course", "measure_course"):
        monkeypatch.setattr(autograder.mutants, name, lambda *_, **__: {"sampling/top_p": found})
    return CliRunner().invoke(app, ["mutants", "--course", SOLUTIONS, *arguments])


@pytest.mark.parametrize(
    ("found", "arguments", "code", "lines"),
    [
        (CLEAN, [], 0, ["sampling/top_p: n_mutants 5, n_killed 4, n_equivalent 1"]),
        (SURVIVOR, [], 1, ["sampling/top_p: n_mutants 5, n_killed 3, n_equivalent 1", "  surviving: f: a < b → a <= b"]),
        (FAULTY, [], 1, ["sampling/top_p: n_mutants 5, n_killed 3, n_equivalent 1", "  faulty: f: a → pass"]),
        (SOUND, ["--diagnose"], 0, ["sampling/top_p: mutants 3, mutants_explained 1"]),
        (SOUND | {"missed": ["one"]}, ["--diagnose"], 1, ["sampling/top_p: mutants 3, mutants_explained 1", "  missed: one"]),
        (SOUND | {"wrong": ["one: m"]}, ["--diagnose"], 1, ["sampling/top_p: mutants 3, mutants_explained 1", "  wrong: one: m"]),
    ],
    ids=["clean", "survivor", "faulty", "sound", "missed", "wrong"],
)  # fmt: skip
def test_what_is_wrong_is_listed(monkeypatch, found: object, arguments: list[str], code: int, lines: list[str]):
    """One line of counts; below it what is wrong, and then exit status 1."""
    result = run(monkeypatch, found, *arguments)
    assert (result.exit_code, result.stdout.splitlines()) == (code, lines)


def test_the_result_as_json(monkeypatch):
    """Nothing else on standard output."""
    result = run(monkeypatch, SURVIVOR, "--json")
    assert json.loads(result.stdout)["sampling/top_p"]["surviving"] == ["f: a < b → a <= b"]
    assert result.exit_code == 1
