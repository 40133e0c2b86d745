"""An exercise in prose: found wherever it was written, marked by a person, and never mistaken for a fault or a zero."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.audit import audit_exercise
from autograder.audit.shipping import secret_lines
from autograder.build import plan_assignments
from autograder.course import read_course
from autograder.course.prose import answer_in, mark
from autograder.demo import right_answer
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise, Unit, Verdict
from autograder.grading.engine import Settings, circumstances
from autograder.grading.intake import MAX_PROSE_CHARACTERS, read_submission
from autograder.grading.report import make_report
from autograder.grading.run import CheckOutcome
from autograder.reports.advice import next_steps
from autograder.reports.pages import class_page, student_page
from autograder.reports.summary import summarise


@pytest.fixture(scope="module")
def essay(sampling: Unit) -> Exercise:
    return next(exercise for exercise in sampling.exercises if exercise.name == "observations")


def report_on(folder: Path, unit: Unit, student: str = "s") -> dict:
    """The report of a submission whose checks all pass."""
    submission = read_submission(student, folder, unit)
    outcomes = {(one.id, check.id): CheckOutcome(Verdict.PASS) for one in unit.exercises for check in one.checks}
    return make_report(submission, unit, outcomes, {}, circumstances(Settings()))


def essay_of(report: dict) -> dict:
    return next(one for one in report["exercises"] if one["id"] == "sampling/observations")


@pytest.mark.parametrize("path", ["observations.md", "u02_sampling/observations.md"])
def test_an_answer_waits_for_a_person(path: str, sampling: Unit, essay: Exercise, tmp_path: Path):
    """With its text in the report; the checks' points stand, and say what is still to come."""
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(right_answer(essay), encoding="utf-8")
    report = report_on(tmp_path, sampling)
    found = essay_of(report)
    assert (found["verdict"], found["points"], found["max_points"]) == ("person", None, essay.max_points)
    assert found["answer"] == essay.solution.strip()
    assert report["points_by_person"] == essay.points_by_person == essay.max_points
    assert report["points"] + report["points_by_person"] == report["max_points"] == sampling.max_points


def test_an_untouched_stub_is_unwritten(sampling: Unit, essay: Exercise, tmp_path: Path):
    """0 points, and nobody is asked to read it; so is a missing file."""
    (tmp_path / "top_p.py").write_text("x = 1\n")
    assert essay_of(report_on(tmp_path, sampling))["note"]["en"].startswith("the submission has no observations.md")
    (tmp_path / "observations.md").write_text(essay.stub, encoding="utf-8")
    report = report_on(tmp_path, sampling)
    assert (essay_of(report)["verdict"], essay_of(report)["points"]) == ("unwritten", 0.0)
    assert report["points_by_person"] == 0


def test_an_unreadable_file_is_a_reason(sampling: Unit, tmp_path: Path):
    """As for code."""
    (tmp_path / "observations.md").write_bytes("# 観察\n".encode("cp932"))
    found = essay_of(report_on(tmp_path, sampling))
    assert found["verdict"] == "crash"
    assert "not UTF-8" in found["note"]["en"]


def test_a_deleted_mark_loses_no_answer(essay: Exercise):
    """The whole text then counts; the title alone does not."""
    without = essay.stub.replace(mark(essay.name), "")
    assert answer_in([without], essay.name, essay.stub) == ""
    assert "It fell." in answer_in([f"{without}\nIt fell."], essay.name, essay.stub)
    assert answer_in([essay.stub, "It fell."], essay.name, essay.stub) == "It fell."


def test_a_very_long_answer_is_cut_with_a_note(sampling: Unit, essay: Exercise, tmp_path: Path):
    """Reports stay small."""
    (tmp_path / "observations.md").write_text(essay.stub + "x" * (MAX_PROSE_CHARACTERS + 1), encoding="utf-8")
    found = essay_of(report_on(tmp_path, sampling))
    assert len(found["answer"]) == MAX_PROSE_CHARACTERS
    assert "longer than" in found["note"]["en"]


def test_other_markdown_files_are_not_looked_at(sampling: Unit, essay: Exercise, tmp_path: Path):
    """Statements and READMEs travel with many submissions."""
    (tmp_path / "README.md").write_text(right_answer(essay), encoding="utf-8")
    (tmp_path / "observations.en.md").write_text(essay.statement.en, encoding="utf-8")
    submission = read_submission("s", tmp_path, sampling)
    assert all(answer.source is None for answer in submission.answers.values())
    assert "holds no .py" in submission.notes[0].en


def test_essays_do_not_drown_faults(sampling: Unit, essay: Exercise, tmp_path: Path):
    """Who only waits to be read needs nobody's attention as a fault does; pages and advice say so."""
    (tmp_path / "observations.md").write_text(right_answer(essay), encoding="utf-8")
    report = report_on(tmp_path, sampling)
    summary = summarise([report])
    assert summary["students"][0]["needs_person"] == []
    assert summary["students"][0]["points_by_person"] == essay.max_points
    assert next(one for one in summary["exercises"] if one["id"] == essay.id)["verdicts"]["person"] == 1
    assert any("Read and marked by a person" in step.en for step in next_steps(report))
    page = student_page(report)
    assert "Up to 12 more points are given by a person" in page
    assert essay.solution.strip().splitlines()[0][:20] in page
    assert "need a person" not in class_page(summary)


def test_students_get_the_stub_and_nothing_secret(course: Course, essay: Exercise):
    """Neither the rubric nor the example answer ships, and there is no check file."""
    planned = plan_assignments(course)
    assert planned["u02_sampling/observations.md"] == essay.stub
    assert "u02_sampling/test_observations.py" not in planned
    assert "| 12 (0) |" in planned["u02_sampling/README.en.md"]
    secret = [where for where in secret_lines(course).values() if str(essay.folder) in where]
    assert {Path(where).name for where in secret} == {"rubric.ja.md", "rubric.en.md", "solution.md"}
    texts = json.dumps(planned, ensure_ascii=False)
    assert "Full points for a result" not in texts


def test_the_exercise_passes_its_audit(essay: Exercise):
    """Stub unwritten, example read as an answer, enough criteria; no bench is needed."""
    assert audit_exercise(essay, None) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("rubric.en.md", "settings and numbers (2)", "settings and numbers (3)", "equally many with equal points"),
        ("rubric.ja.md", "## ", "### ", "need headings"),
    ],
)
def test_a_rubric_that_does_not_add_up_is_refused(
    file: str, old: str, new: str, part: str, essay: Exercise, tmp_path: Path
):
    """Other points in the other language, or no criterion."""
    unit = tmp_path / "solutions" / "u02_sampling"
    shutil.copytree(essay.folder, unit / essay.folder.name)
    for language in ("ja", "en"):
        shutil.copy(essay.folder.parent / f"intro.{language}.md", unit)
    path = unit / essay.folder.name / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError, match=part):
        read_course(tmp_path / "solutions")
