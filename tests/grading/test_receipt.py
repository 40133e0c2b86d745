"""What `autograder submit` tells graders: read as what it is, the student's word, and compared with what is there."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.files import MAX_RECEIPT_BYTES, RECEIPT_NAME
from autograder.grading.intake import read_submission
from autograder.grading.receipt import digest_of, handed_out, read_receipt

ANSWER = "def top_p_filter(probs, p):\n    return probs\n"


@pytest.fixture
def unit(sampling: Unit, top_p: Exercise) -> Unit:
    return Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p,))


@pytest.fixture
def honest(top_p: Exercise) -> dict[str, Any]:
    """The receipt of ANSWER, submitted from release 3 of what is handed out now."""
    return {
        "schema_version": 1,
        "unit": "u02_sampling",
        "release": "3",
        "made": "2026-11-22T10:00:00+00:00",
        "files": {"top_p.py": hashlib.sha256(ANSWER.encode()).hexdigest()},
        "handed_out": {"top_p": handed_out(top_p)},
    }


def submitted(folder: Path, receipt: object, answer: str = ANSWER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "top_p.py").write_text(answer, encoding="utf-8")
    told = receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode()
    (folder / RECEIPT_NAME).write_bytes(told)
    return folder


def test_a_receipt_of_the_present_release_is_no_news(unit: Unit, honest: dict[str, Any], tmp_path: Path):
    """It is reported, without a note; the answer is the same as without a receipt."""
    read = read_submission("a", submitted(tmp_path / "a", honest), unit)
    assert read.receipt == {
        "state": "current",
        "release": "3",
        "made": "2026-11-22T10:00:00+00:00",
        "differs": {},
        "changed": [],
    }
    assert read.notes == ()
    (tmp_path / "a" / RECEIPT_NAME).unlink()
    without = read_submission("a", tmp_path / "a", unit)
    assert (without.answers, without.receipt) == (read.answers, None)


@pytest.mark.parametrize("part", ["text_ja", "text_en", "stub", "checks"])
def test_what_was_handed_out_then_is_compared_with_now(part: str, unit: Unit, honest: dict[str, Any], tmp_path: Path):
    """Each part for itself; the note names the release and the part."""
    honest["handed_out"]["top_p"][part] = digest_of("an earlier text")
    read = read_submission("a", submitted(tmp_path / "a", honest), unit)
    assert read.receipt is not None
    assert (read.receipt["state"], read.receipt["differs"]) == ("old", {"top_p": [part]})
    (note,) = read.notes
    assert "release 3" in note.en
    assert "top_p (the " in note.en
    assert read.answers["top_p"].source == ANSWER


def test_an_exercise_that_is_new_since_is_called_so(unit: Unit, honest: dict[str, Any], tmp_path: Path):
    """The student never saw it."""
    honest |= {"handed_out": {}, "release": None}
    read = read_submission("a", submitted(tmp_path / "a", honest), unit)
    (note,) = read.notes
    assert "top_p (not there yet)" in note.en
    assert "another version" in note.en


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({}, ["top_p.py"]),
        ({"top_p.py": "0" * 64}, ["top_p.py"]),
        ({"top_p.py": hashlib.sha256(ANSWER.encode()).hexdigest(), "gone.py": "0" * 64}, ["gone.py"]),
    ],
    ids=["added", "changed", "removed"],
)
def test_changes_after_packing_are_told(
    files: dict[str, str], changed: list[str], unit: Unit, honest: dict[str, Any], tmp_path: Path
):
    """By name; what is there is graded."""
    read = read_submission("a", submitted(tmp_path / "a", honest | {"files": files}), unit)
    assert read.receipt is not None
    assert read.receipt["changed"] == changed
    assert changed[0] in read.notes[0].en
    assert read.answers["top_p"].source == ANSWER


def test_line_ends_do_not_make_a_release_old():
    """A checkout on Windows has other ones."""
    assert digest_of("a\r\nb\r\n") == digest_of(b"a\nb\n")


def broken(honest: dict[str, Any]) -> dict[str, object]:
    """Receipts that are not as `submit` writes them, by what is wrong."""

    def but(**changes: object) -> dict[str, Any]:
        return {**copy.deepcopy(honest), **changes}

    return {
        "empty": b"",
        "not json": b"{",
        "not utf-8": b'"\xff"',
        "a list": [],
        "deep": b"[" * 100_000,
        "large": b" " * (MAX_RECEIPT_BYTES + 1),
        "other schema": but(schema_version=2),
        "unit a number": but(unit=7),
        "unit a sentence": but(unit="u02 <b>"),
        "release too long": but(release="9" * 100),
        "time in words": but(made="yesterday"),
        "no files": but(files=None),
        "a path": but(files={"../top_p.py": "0" * 64}),
        "no digest": but(files={"top_p.py": "x"}),
        "many files": but(files={f"{number}.py": "0" * 64 for number in range(501)}),
        "parts a list": but(handed_out={"top_p": []}),
        "line break in a name": but(handed_out={"top\n_p": {}}),
    }


CASES = sorted(broken({}))


@pytest.mark.parametrize("what", CASES)
def test_a_broken_receipt_is_a_note(what: str, unit: Unit, honest: dict[str, Any], tmp_path: Path):
    """Never an exception, and never a verdict."""
    read = read_submission("a", submitted(tmp_path / "a", broken(honest)[what]), unit)
    assert read.receipt == {"state": "unreadable", "release": None, "made": None, "differs": {}, "changed": []}
    assert "RECEIPT.json cannot be read" in read.notes[0].en
    assert (read.answers["top_p"].source, read.answers["top_p"].verdict) == (ANSWER, Verdict.UNWRITTEN)


def test_a_receipt_of_another_unit_is_a_note(unit: Unit, honest: dict[str, Any], tmp_path: Path):
    """Perhaps it was handed in at the wrong place."""
    read = read_submission("a", submitted(tmp_path / "a", honest | {"unit": "u01_basics"}), unit)
    assert read.receipt is not None
    assert read.receipt["state"] == "other_unit"
    assert "is of u01_basics" in read.notes[0].en


def test_reading_says_what_is_wrong():
    """The field, in both languages."""
    with pytest.raises(SubmissionError, match="schema_version"):
        read_receipt(b"{}")
