"""Adding an exercise takes one new folder and no other edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.audit import Bench, audit_exercise, audit_texts
from autograder.build import differences, plan_assignments, write_assignments
from autograder.classroom import grade_folder
from autograder.course import read_course
from autograder.course.source import without_marks
from autograder.exercise import Course
from autograder.grading.engine import Grader

EXTRA = Path(__file__).parent / "extra" / "e10_mass"


@pytest.fixture
def extended(course: Course, tmp_path: Path) -> Course:
    """A copy of the course into which one folder was put."""
    shutil.copytree(course.root, tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(EXTRA, tmp_path / "solutions" / "u02_sampling" / EXTRA.name)
    return read_course(tmp_path / "solutions")


def test_a_new_folder_is_a_new_exercise(extended: Course, course: Course, bench: Bench, tmp_path: Path):
    """It is built, audited, listed and graded like all others."""
    unit = next(unit for unit in extended.units if unit.id == "u02_sampling")
    added = next(exercise for exercise in unit.exercises if exercise.id == "sampling/mass")

    new = plan_assignments(extended).keys() - plan_assignments(course).keys()
    assert new == {
        f"u02_sampling/{name}"
        for name in ("mass.py", "mass.ja.md", "mass.en.md", "mass.ja.ipynb", "mass.en.ipynb", "test_mass.py")
    }
    assert "mass.en.md" in plan_assignments(extended)["u02_sampling/README.en.md"]
    assert audit_exercise(added, bench) == []
    assert audit_texts(unit) == []

    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "alice.py").write_text(without_marks(added.solution))
    with Grader(bench.settings) as grader:
        summary = grade_folder(tmp_path / "class", unit, tmp_path / "out", bench.settings, grader=grader)
    assert summary["students"][0]["points"] == added.max_points
    assert summary["max_points"] == unit.max_points


def test_a_stray_or_changed_file_is_seen(extended: Course, tmp_path: Path):
    """`assignments/` holds what the build writes, and nothing else."""
    planned, out = plan_assignments(extended), tmp_path / "assignments"
    assert len(write_assignments(planned, out)) == len(planned)
    assert write_assignments(planned, out) == []
    assert differences(planned, out) == []
    (out / "u02_sampling" / "solution.py").write_text("x = 1\n")
    (out / "u02_sampling" / "mass.py").write_text("x = 1\n")
    said = " ".join(problem.en for problem in differences(planned, out))
    assert "solution.py: the build makes no such file" in said
    assert "mass.py: not what the build writes" in said
