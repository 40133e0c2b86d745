"""The command line: few verbs, exact errors, exit codes, no traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.course.source import without_marks
from autograder.exercise import Exercise


@pytest.fixture
def small(top_p: Exercise, tmp_path: Path) -> Path:
    """A course of one quick exercise."""
    unit = tmp_path / "course" / "solutions" / "u02_sampling"
    shutil.copytree(top_p.folder, unit / "e04_top_p")
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", unit)
    return tmp_path / "course" / "solutions"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "120"})


@pytest.mark.parametrize("command", ["build", "grade", "audit", "demo"])
def test_every_command_explains_itself(command: str):
    """With an example."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "例 / Examples" in result.output
    assert f"  autograder {command}" in result.output


def test_build_writes_the_assignments_beside_the_solutions(small: Path):
    """And says how many files changed."""
    assert "14 files written" in run("build", "--course", small).output
    assert "0 files written" in run("build", "--course", small).output
    assert (small.parent / "assignments" / "u02_sampling" / "top_p.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--unit", "u09_nothing"], "no such unit. Choose one of: u02_sampling"),
        (["--unit", "u02_sampling"], "no such folder of submissions"),
        (["--unit", "u02_sampling", "--course", "/nowhere"], "/nowhere"),
    ],
    ids=["unit", "submissions", "course"],
)
def test_misuse_ends_with_status_2_and_a_sentence(small: Path, tmp_path: Path, arguments: list[str], part: str):
    """In both languages, without a traceback."""
    course = [] if "--course" in arguments else ["--course", small]
    result = run("grade", tmp_path / "nothing", "--out", tmp_path / "out", *course, *arguments)
    assert result.exit_code == 2
    assert part in result.output
    assert "Traceback" not in result.output


def test_grade_prints_a_table_or_json(small: Path, top_p: Exercise, tmp_path: Path):
    """And ends with the page to open."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "alice.py").write_text(without_marks(top_p.solution))
    arguments = ["grade", tmp_path / "class", "--unit", "u02_sampling", "--out", tmp_path / "out", "--course", small]
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert "alice" in result.output
    assert "index.html" in result.output.replace("\n", "")
    summary = json.loads(run(*arguments, "--json").output)
    assert summary["students"][0]["points"] == top_p.max_points


def test_audit_lists_what_is_wrong_and_ends_with_status_1(small: Path):
    """Here a file that was never built and a mistake that no check catches."""
    run("build", "--course", small)
    (small.parent / "assignments" / "u02_sampling" / "top_p.py").unlink()
    mistakes = small / "u02_sampling" / "e04_top_p" / "mistakes.py"
    mistakes.write_text(
        mistakes.read_text(encoding="utf-8").replace(
            "if kept and mass + probability > p + 1e-12", "if kept and mass >= p - 1e-12"
        )
    )
    result = run("audit", "--course", small)
    assert result.exit_code == 1
    assert "top_p.py: not what the build writes" in result.output
    assert "drops_the_crossing_token: should be caught by test_keeps_the_token_that_crosses_p" in result.output


def test_the_demo_shows_where_to_look(small: Path, tmp_path: Path):
    """A class of every kind of submission, pages for all of them, and what to do next."""
    out = tmp_path / "demo"
    result = run("demo", "--course", small, "--out", out)
    assert result.exit_code == 0, result.output
    results = out / "results" / "u02_sampling"
    pages = {page.parent.name for page in results.glob("*/report.html")}
    assert {"all_right", "all_right_notebook", "stub_untouched", "loops_for_ever", "eats_memory"} <= pages
    assert "Where to look" in result.output
    assert "What to do next" in result.output
    shown = [line.strip() for line in result.output.splitlines() if line.strip().endswith(".html")]
    assert shown
    assert all(Path(line).is_file() for line in shown)


def test_the_demo_overwrites_nothing_that_is_not_a_demo(small: Path, tmp_path: Path):
    """A folder with something in it is refused."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    result = run("demo", "--course", small, "--out", tmp_path / "mine")
    assert result.exit_code == 2
    assert "not empty, and not a demo" in result.output
