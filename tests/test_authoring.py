"""`autograder new`: what it writes can be built, and the audit says what is left to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.audit import Bench, audit_exercise, audit_texts
from autograder.authoring.new import new_exercise, new_unit
from autograder.build import plan_assignments
from autograder.course import read_course
from autograder.errors import SettingsError
from autograder.exercise import Course


@pytest.fixture
def solutions(course: Course, tmp_path: Path) -> Path:
    """A copy of the course with nothing but the last exercise of each unit."""
    for unit in course.units:
        last = unit.exercises[-1].folder
        shutil.copytree(last, tmp_path / "solutions" / unit.id / last.name)
        for name in ("intro.ja.md", "intro.en.md"):
            shutil.copy(unit.folder / name, tmp_path / "solutions" / unit.id)
    return tmp_path / "solutions"


def test_a_new_exercise_is_built_and_asks_to_be_written(solutions: Path, bench: Bench):
    """It stands behind the last one; the audit lists what is left in the order of work, and nothing else is wrong."""
    folder = new_exercise(solutions, "sampling/min_q")
    assert folder.name == "e12_min_q"
    read = read_course(solutions)
    unit = next(unit for unit in read.units if unit.id == "u02_sampling")
    added = next(exercise for exercise in unit.exercises if exercise.id == "sampling/min_q")
    assert "def min_q(values" in plan_assignments(read)["u02_sampling/min_q.py"]
    left = [problem.en for problem in audit_texts(unit)]
    assert all("still to be written: ⟨" in one for one in left)
    files = list(dict.fromkeys(Path(one.split(":")[0]).name for one in left))
    assert files == [
        *("statement.ja.md", "statement.en.md", "solution.py"),
        *("checks_public.py", "checks_hidden.py", "mistakes.py", "hints.yaml"),
    ]
    assert audit_exercise(added, bench) == []


def test_a_new_unit_takes_a_new_exercise(solutions: Path):
    """Numbered behind the last one; it can be read as soon as it holds an exercise."""
    assert new_unit(solutions, "decoding").name == "u03_decoding"
    assert new_exercise(solutions, "decoding/beam").name == "e01_beam"
    unit = read_course(solutions).units[-1]
    assert [exercise.id for exercise in unit.exercises] == ["decoding/beam"]
    assert any("intro.ja.md:1" in problem.en for problem in audit_texts(unit))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere/min_q", "there are basics, sampling"),
        ("sampling/Min-P", "lower-case letter"),
        ("sampling/class", "lower-case letter"),
        ("sampling/", "lower-case letter"),
        ("sampling/../x", "lower-case letter"),
        ("sampling/observations", "is there already"),
    ],
)
def test_a_name_that_will_not_do_is_refused(solutions: Path, name: str, words: str):
    """With what would do; nothing is written."""
    before = sorted(solutions.rglob("*"))
    with pytest.raises(SettingsError, match=words):
        new_exercise(solutions, name)
    assert sorted(solutions.rglob("*")) == before
