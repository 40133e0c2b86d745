"""A class of odd submissions, graded once through nbgrader's own command: nobody stops the batch, nobody loses a mark."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from autograder.nbgrader.intake import Finding, take_in

UNIT = "u02_sampling"
RIGHT = """def top_mass(probs, k):
    if k < 1:
        raise ValueError(k)
    return sum(sorted((probability for _, probability in probs), reverse=True)[:k])
"""
Class = Any  # of conftest.py
Odd = Callable[[Class, Path], None]
ODD: dict[str, Odd] = {}
ANSWER, CHECK = "mass-answer-top_mass", "mass-check"


def odd(student: str) -> Callable[[Odd], Odd]:
    def register(make: Odd) -> Odd:
        ODD[student] = make
        return make

    return register


def edited(student: str) -> Callable[[Callable[[list[dict[str, Any]]], None]], None]:
    """Registers a student who answered rightly and then did this to the cells of mass.ipynb."""

    def register(edit: Callable[[list[dict[str, Any]]], None]) -> None:
        def make(group: Class, place: Path) -> None:
            notebook = group.mass(RIGHT)
            edit(notebook["cells"])
            (place / "mass.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

        ODD[student] = make

    return register


def at(cells: list[dict[str, Any]], cell_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(cell for cell in cells if cell["id"] == cell_id)
    return found


def stored(student: str, encode: Callable[[str], bytes]) -> None:
    """Registers a student whose right notebook was stored like this."""

    def make(group: Class, place: Path) -> None:
        text = json.dumps(group.mass(f"# 答え\n{RIGHT}"), ensure_ascii=False, indent=1)
        (place / "mass.ipynb").write_bytes(encode(text))

    ODD[student] = make


# Cells copied, deleted, edited, retyped.
edited("check_copied")(lambda cells: cells.append(deepcopy(at(cells, CHECK))))
edited("answer_copied_edited")(
    lambda cells: cells.insert(1, {**deepcopy(at(cells, ANSWER)), "source": RIGHT.replace(":k]", ":0]")})
)
edited("check_deleted")(lambda cells: cells.remove(at(cells, CHECK)))
edited("answer_deleted")(lambda cells: cells.remove(at(cells, ANSWER)))
edited("all_deleted")(lambda cells: cells.clear())
edited("check_edited")(lambda cells: at(cells, CHECK).update(source="1.0"))
edited("answer_retyped")(lambda cells: at(cells, ANSWER).update(cell_type="markdown"))
edited("source_no_text")(lambda cells: at(cells, ANSWER).update(source=[3, None]))
edited("carriage_returns")(lambda cells: at(cells, ANSWER).update(source=RIGHT.replace("\n", "\r\n")))
edited("bare_carriage_returns")(lambda cells: at(cells, ANSWER).update(source=RIGHT.replace("\n", "\r")))
edited("lone_surrogate")(lambda cells: at(cells, ANSWER).update(source=f"# \ud800\n{RIGHT}"))
edited("magics")(lambda cells: at(cells, ANSWER).update(source=f"%matplotlib inline\n!ls\nx = %pwd\n{RIGHT}"))
edited("timed")(lambda cells: at(cells, ANSWER).update(source=f"%%time\n{RIGHT}"))


@odd("answer_copied_untouched")
def _(group: Class, place: Path) -> None:
    notebook = group.mass(RIGHT)
    notebook["cells"].append(at(group.released("mass")["cells"], ANSWER))
    (place / "mass.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


@edited("output_faked")
def _(cells: list[dict[str, Any]]) -> None:
    at(cells, ANSWER)["source"] = "def top_mass(probs, k):\n    return 0.0\n"
    result = {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": {"text/plain": "3.0"}}
    at(cells, CHECK)["outputs"] = [result]


@edited("stderr_faked")
def _(cells: list[dict[str, Any]]) -> None:
    at(cells, CHECK)["outputs"] = [{"output_type": "stream", "name": "stderr", "text": "warning"}]


@edited("huge_output")
def _(cells: list[dict[str, Any]]) -> None:
    at(cells, CHECK)["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}]


# Metadata.
def with_metadata(student: str, cell_id: str, **changed: Any) -> None:
    edited(student)(lambda cells: at(cells, cell_id)["metadata"]["nbgrader"].update(changed))


with_metadata("points_1000", CHECK, points=1000)
with_metadata("check_marked_solution", CHECK, solution=True)
with_metadata("check_without_grade", CHECK, grade=False)
with_metadata("check_renamed", CHECK, grade_id="renamed")
with_metadata("schema_2", ANSWER, schema_version=2)
with_metadata("schema_9", ANSWER, schema_version=9)
edited("metadata_empty")(lambda cells: cells[0].update(metadata={"nbgrader": {}}))
edited("metadata_null")(lambda cells: at(cells, CHECK).update(metadata=None))
edited("metadata_stripped")(lambda cells: [cell.update(metadata={}) for cell in cells] and None)

# How the file is stored.
stored("byte_order_mark", lambda text: text.encode("utf-8-sig"))
stored("utf_16", lambda text: text.encode("utf-16"))
stored("cp932", lambda text: text.replace("\u2014", "-").encode("cp932", "ignore"))
stored("crlf_file", lambda text: text.replace("\n", "\r\n").encode())
stored("format_5", lambda text: text.replace('"nbformat": 4', '"nbformat": 5').encode())

# What is no notebook.
UNREADABLE = {
    "truncated": b'{"cells": [{"cell_type": "code", "sou',
    "empty_file": b"",
    "a_list": b"[]",
    "deep": b"[" * 100_000,
    "a_picture": bytes(range(256)) * 40,
}
for _name, _data in UNREADABLE.items():
    ODD[_name] = lambda group, place, data=_data: (place / "mass.ipynb").write_bytes(data) and None  # type: ignore[misc]


# Names.
def renamed(student: str, name: str) -> None:
    ODD[student] = lambda group, place: (place / "mass.ipynb").rename(place / name) and None


renamed("named_again", "mass (1).ipynb")
renamed("named_in_capitals", "MASS.ipynb")
renamed("other_language", "mass.en.ipynb")


@odd("only_py")
def _(group: Class, place: Path) -> None:
    for path in place.iterdir():
        path.unlink()
    (place / "mass.py").write_text(RIGHT, encoding="utf-8")


@odd("extra_files")
def _(group: Class, place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "図.png").write_bytes(b"\x89PNG")
    (place / "scratch.ipynb").write_text("{", encoding="utf-8")
    (place / "mine.ipynb").write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4}), encoding="utf-8")


@odd("timestamp_unreadable")
def _(group: Class, place: Path) -> None:
    (place / "timestamp.txt").write_text("yesterday", encoding="utf-8")


@odd("link_to_a_secret")
def _(group: Class, place: Path) -> None:
    hidden = group.solutions / UNIT / "e10_mass" / "checks_hidden.py"
    (place / "notes.txt").symlink_to(hidden)
    (place / "mass.ipynb").unlink()
    (place / "mass.ipynb").symlink_to(hidden)


@odd("pipe")
def _(group: Class, place: Path) -> None:
    os.mkfifo(place / "pipe.txt")


@odd("endless")
def _(group: Class, place: Path) -> None:
    code = "def top_mass(probs, k):\n    raise KeyboardInterrupt"
    (place / "mass.ipynb").write_text(json.dumps(group.mass(code)), encoding="utf-8")


@odd("syntax_error")
def _(group: Class, place: Path) -> None:
    (place / "mass.ipynb").write_text(json.dumps(group.mass("def top_mass(probs, k:\n    return")), encoding="utf-8")


ODD_IDS = ["山田太郎", "é.x@u.ac.jp", "o'brien", "a b", "x+y", "00123"]
for _name in ODD_IDS:
    ODD[_name] = lambda group, place: None
ODD["s1[2]"] = lambda group, place: None

FULL = {
    *(name for name in ODD if name.startswith(("check_", "metadata_", "schema_", "named_"))),
    *ODD_IDS,
    *("points_1000", "answer_copied_untouched", "answer_copied_edited", "answer_retyped", "carriage_returns", "magics"),
    *("bare_carriage_returns", "lone_surrogate", "timed", "stderr_faked", "huge_output", "byte_order_mark", "utf_16"),
    *("cp932", "crlf_file", "format_5", "other_language", "only_py", "pipe"),
    *("extra_files", "timestamp_unreadable"),
}
NOTHING = {
    "answer_deleted",
    "all_deleted",
    "source_no_text",
    "output_faked",
    "link_to_a_secret",
    "endless",
    "syntax_error",
}


class Batch:
    """The class after intake and one `nbgrader autograde`."""

    def __init__(self, group: Class, findings: list[Finding], status: int, log: str) -> None:
        self.group, self.findings, self.status, self.log = group, findings, status, log

    def found(self, student: str) -> list[str]:
        return [finding.message.en for finding in self.findings if finding.student == student]


@pytest.fixture(scope="module")
def batch(make_class: Callable[..., Class]) -> Batch:
    group = make_class("odd", essay=False)
    for student, make in ODD.items():
        group.hand_in(student, RIGHT)
        make(group, group.place(student))
    findings = take_in(group.folder, UNIT)
    command = [sys.executable, "-m", "nbgrader", "autograde", UNIT]
    ran = subprocess.run(command, cwd=group.folder, capture_output=True, text=True, check=False)
    return Batch(group, findings, ran.returncode, ran.stderr)


def test_no_submission_stops_the_batch(batch: Batch):
    """Everyone but the refused id is in the gradebook, and nbgrader found nothing to complain about."""
    assert batch.status == 0, batch.log[-3000:]
    with batch.group.gradebook() as gradebook:
        graded = {one.student.id for one in gradebook.assignment_submissions(UNIT)}
    assert graded == ODD.keys() - {"s1[2]"}


@pytest.mark.parametrize("student", sorted(FULL))
def test_what_can_be_graded_is_graded(batch: Batch, student: str):
    """A right answer gets full marks, whatever happened to the notebook around it."""
    assert batch.group.marks(student)["mass"] == 3


@pytest.mark.parametrize("student", sorted(NOTHING))
def test_no_answer_gets_no_points(batch: Batch, student: str):
    """And a faked output, or a link in place of the notebook, gets none either."""
    assert batch.group.marks(student)["mass"] == 0


@pytest.mark.parametrize("student", sorted(UNREADABLE))
def test_what_cannot_be_read_waits_for_a_person(batch: Batch, student: str):
    """No zero, no points: a flag, a reason in both languages, and a place to type a mark."""
    row = batch.group.rows(student)["mass"]
    assert (row["score"], row["waits"], row["flagged"]) == (None, True, True)
    assert "読め" in batch.group.shown(student, "mass") or "UTF-8" in batch.group.shown(student, "mass")
    assert "mass.ipynb" in row["comment"]


@pytest.mark.parametrize("student", ["named_again", "named_in_capitals", "answer_copied_edited"])
def test_what_is_unusual_is_flagged(batch: Batch, student: str):
    """With the reason in the notebook that a TA sees."""
    assert batch.group.rows(student)["mass"]["flagged"]
    assert "⚑" in batch.group.shown(student, "mass")


@pytest.mark.parametrize("student", ["00123", "crlf_file", "check_copied", "output_faked", "answer_deleted"])
def test_what_is_usual_is_not(batch: Batch, student: str):
    """Otherwise flags would mean nothing."""
    assert not batch.group.rows(student)["mass"]["flagged"]


@pytest.mark.parametrize("student", ["answer_deleted", "all_deleted"])
def test_a_missing_answer_is_explained(batch: Batch, student: str):
    """What is missing, and what to do."""
    shown = batch.group.shown(student, "mass")
    assert "no cell defines top_mass" in shown or "Add your answer" in shown


def test_the_refused_id_is_named(batch: Batch):
    """With what to do."""
    (finding,) = [finding for finding in batch.findings if finding.refused]
    assert "s1[2]" in finding.message.en
    assert "Rename the folder" in finding.message.en


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("link_to_a_secret", "not a regular file"),
        ("pipe", "pipe.txt: not a regular file"),
        ("timestamp_unreadable", "timestamp.unreadable.txt"),
        ("only_py", "mass.ipynb: the submission has no notebook of this name"),
    ],
)
def test_intake_says_what_it_did(batch: Batch, student: str, words: str):
    """One sentence for each thing."""
    assert any(words in found for found in batch.found(student))


def test_no_hidden_check_stands_below_the_course_folder(batch: Batch):
    """Not in any file, not through any link, not in the gradebook."""
    secret = b"test_refuses_k_below_1(student)"
    for path in batch.group.folder.rglob("*"):
        assert not path.is_symlink(), path
        assert not path.is_file() or secret not in path.read_bytes(), path


def test_the_code_that_was_graded_is_shown(batch: Batch):
    """From a .py in the cell for it, and nothing of the submitted notebook but the answer."""
    path = batch.group.folder / "autograded" / "only_py" / UNIT / "mass.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert "".join(at(cells, ANSWER)["source"]).strip() == RIGHT.strip()
    path = batch.group.folder / "autograded" / "huge_output" / UNIT / "mass.ipynb"
    assert path.stat().st_size < 50_000
