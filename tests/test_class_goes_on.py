"""The last line: whatever fails while one submission is graded, written or compared is told, and the class goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autograder import classroom
from autograder.classroom import grade_folder
from autograder.course.source import without_marks
from autograder.exercise import Exercise, Unit
from autograder.grading import engine, pool
from autograder.grading.engine import Graded, Settings
from autograder.grading.intake import Submission
from autograder.grading.pool import GraderPool
from autograder.grading.window import as_finished
from autograder.jail.pool import Limits

SETTINGS = Settings(limits=Limits(cpu_s=3, wall_s=60.0, memory_mib=600))


@pytest.fixture(scope="module")
def grader():
    """A warm grader for all classes of this file."""
    with engine.Grader(SETTINGS) as grader:
        yield grader


@pytest.fixture
def unit(sampling: Unit, top_p: Exercise) -> Unit:
    """u02_sampling with its quickest exercise, and the one in prose."""
    essay = next(exercise for exercise in sampling.exercises if exercise.is_prose)
    return Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p, essay))


@pytest.fixture
def submissions(top_p: Exercise, tmp_path: Path) -> Path:
    """Two right answers, and one on which something is made to fail."""
    for name in ("before", "fails", "right"):
        (tmp_path / "submissions" / name).mkdir(parents=True)
        (tmp_path / "submissions" / name / "top_p.py").write_text(without_marks(top_p.solution))
    return tmp_path / "submissions"


def require_one_fault(out: Path, summary: dict[str, Any], top_p: Exercise, words: str) -> None:
    """Full marks for the others; the one is withheld with a reason and a log, on every page."""
    students = {student["student"]: student for student in summary["students"]}
    assert {name: one["points"] for name, one in students.items()} == {
        "before": top_p.max_points,
        "fails": None,
        "right": top_p.max_points,
    }
    (why,) = students["fails"]["needs_person"]
    assert "A person will look at it" in why["en"]
    report = json.loads((out / "fails" / "report.json").read_text(encoding="utf-8"))
    assert {exercise["verdict"] for exercise in report["exercises"]} == {"fault"}
    assert words in (out / "fails" / "faults.log").read_text(encoding="utf-8")
    assert "A person will look at it" in (out / "fails" / "report.html").read_text(encoding="utf-8")
    assert "A person will look at it" in (out / "index.html").read_text(encoding="utf-8")
    assert not (out / "right" / "faults.log").exists()


@pytest.mark.parametrize("where", ["run_checks", "make_report", "student_page"])
def test_what_fails_for_one_submission_is_its_own_fault(
    where: str,
    unit: Unit,
    top_p: Exercise,
    submissions: Path,
    grader: engine.Grader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """While it is graded, put into a report or written: never the end of the class, never a zero."""
    make_report, student_page = engine.make_report, classroom.write_student.__globals__["student_page"]
    run_checks, begun = engine.run_checks, []

    def running(*arguments: Any, **keywords: Any) -> Any:
        begun.append("")
        return run_checks(*arguments, **keywords) if len(begun) != 2 else 1 / 0

    def making(submission: Submission, *rest: Any) -> dict[str, Any]:
        if submission.student == "fails" and submission.answers["top_p"].source is not None:
            raise RecursionError
        return make_report(submission, *rest)

    def drawing(report: dict[str, Any]) -> str:
        if report["student"] == "fails" and report["points"] is not None:
            raise UnicodeError("no page")
        return student_page(report)

    if where == "run_checks":
        monkeypatch.setattr(engine, "run_checks", running)
    elif where == "make_report":
        monkeypatch.setattr(engine, "make_report", making)
    else:
        monkeypatch.setitem(classroom.write_student.__globals__, "student_page", drawing)
    summary = grade_folder(submissions, unit, tmp_path / "out", SETTINGS, grader=grader)
    error = {"run_checks": "ZeroDivisionError", "make_report": "RecursionError", "student_page": "no page"}[where]
    require_one_fault(tmp_path / "out", summary, top_p, error)


def test_a_comparison_that_fails_costs_no_mark(
    unit: Unit,
    top_p: Exercise,
    submissions: Path,
    grader: engine.Grader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """The class page says that answers were not compared, and where the log is; the next run compares them."""
    out = tmp_path / "out"
    monkeypatch.setattr(classroom, "similar_answers", lambda *_: {}["of ours"])
    summary = grade_folder(submissions, unit, out, SETTINGS, grader=grader)
    assert summary["similar"] is None
    assert {student["points"] for student in summary["students"]} == {top_p.max_points}
    assert "KeyError: 'of ours'" in (out / "faults.log").read_text(encoding="utf-8")
    assert "faults.log" in (out / "index.html").read_text(encoding="utf-8")
    monkeypatch.undo()
    assert grade_folder(submissions, unit, out, SETTINGS, grader=grader)["similar"] is not None
    assert not (out / "faults.log").exists()


def dying(students: set[str]) -> Any:
    graded = engine.Grader._graded

    def grade(self: engine.Grader, submission: Submission, unit: Unit) -> Graded:
        if submission.student in students:
            os._exit(9)
        return graded(self, submission, unit)

    return grade


def test_a_submission_on_which_graders_die_is_found(
    unit: Unit, top_p: Exercise, submissions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As where the kernel ends a grader for want of memory: it alone is withheld, whatever was under way beside it."""
    monkeypatch.setattr(engine.Grader, "_graded", dying({"fails"}))
    with GraderPool(SETTINGS, 2) as graders:
        summary = grade_folder(submissions, unit, tmp_path / "out", SETTINGS, grader=graders)
    require_one_fault(tmp_path / "out", summary, top_p, "BrokenProcessPool")


def test_where_graders_die_on_every_submission_the_machine_is_named(
    unit: Unit, submissions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """After some of them: nobody would be graded."""
    monkeypatch.setattr(engine.Grader, "_graded", dying({"before", "fails", "right"}))
    monkeypatch.setattr(pool, "MAX_DIED_ALONE", 2)
    with GraderPool(SETTINGS, 2) as graders, pytest.raises(pool.JailError, match="again and again"):
        grade_folder(submissions, unit, tmp_path / "out", SETTINGS, grader=graders)


class Finished:
    """A job that has ended, as a future shows it."""

    def __init__(self, value: object) -> None:
        self._value = value

    def result(self) -> Any:
        if isinstance(self._value, Exception):
            raise self._value
        return self._value

    def cancel(self) -> None: ...


def test_a_job_that_raises_is_told_with_its_submission():
    """Whoever runs the jobs says what becomes of it, and the others come all the same."""
    jobs = [Submission(name, {}, {}) for name in "abcd"]
    found = as_finished(
        jobs,
        lambda one: Finished(ValueError(one.student) if one.student == "b" else one.student),
        lambda running, return_when: (set(running[:1]), set(running[1:])),
        lambda: 2,
        lambda submission, error: Graded(submission.student, {"error": repr(error)}, ""),
    )
    told = [one.report["error"] if isinstance(one, Graded) else one for one in found]
    assert sorted(told) == ["ValueError('b')", "a", "c", "d"]
