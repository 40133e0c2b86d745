"""Folders → course, with a clear refusal for everything that is not as expected."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import find_course_root, read_course
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise


@pytest.fixture
def copy(course: Course, top_p: Exercise, tmp_path: Path) -> Path:
    """A course of one unit with one exercise."""
    unit = tmp_path / "solutions" / "u02_sampling"
    shutil.copytree(top_p.folder, unit / "e04_top_p")
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", unit)
    return tmp_path / "solutions"


def test_a_folder_is_an_exercise(copy: Path):
    """Id, titles, functions and points come from the folder and its files."""
    (unit,) = read_course(copy).units
    (exercise,) = unit.exercises
    assert (unit.id, exercise.id, exercise.name) == ("u02_sampling", "sampling/top_p", "top_p")
    assert exercise.functions == ("top_p_filter",)
    assert exercise.max_points == sum(check.points for check in exercise.checks)
    assert 0 < exercise.public_points < exercise.max_points


@pytest.mark.parametrize(
    "name",
    ["statement.ja.md", "statement.en.md", "solution.py", "checks_public.py", "checks_hidden.py", "mistakes.py"],
)
def test_a_missing_file_is_named(copy: Path, name: str):
    """Every file of an exercise is needed."""
    path = copy / "u02_sampling" / "e04_top_p" / name
    path.unlink()
    with pytest.raises(CourseError) as caught:
        read_course(copy)
    assert f"{path}: the file is missing" in caught.value.message.en


def test_two_exercises_of_one_name_are_refused(copy: Path):
    """The name is the student's file name."""
    shutil.copytree(copy / "u02_sampling" / "e04_top_p", copy / "u02_sampling" / "e05_top_p")
    with pytest.raises(CourseError, match="the student's file name"):
        read_course(copy)


def test_a_check_name_used_twice_is_refused(copy: Path):
    """Public and hidden checks of one exercise share one namespace in reports."""
    folder = copy / "u02_sampling" / "e04_top_p"
    shutil.copy(folder / "checks_public.py", folder / "checks_hidden.py")
    with pytest.raises(CourseError, match="occur twice"):
        read_course(copy)


def test_a_text_that_is_not_utf8_is_refused(copy: Path):
    """With the byte at which it breaks."""
    (copy / "u02_sampling" / "intro.ja.md").write_bytes("# 題".encode("cp932"))
    with pytest.raises(CourseError, match="not UTF-8"):
        read_course(copy)


def test_the_course_is_found_from_a_folder_below(copy: Path):
    """Commands work anywhere inside the repository."""
    below = copy.parent / "a" / "b"
    below.mkdir(parents=True)
    assert find_course_root(below) == copy


def test_no_course_is_an_error_that_says_what_to_do(tmp_path: Path):
    """Outside the repository."""
    with pytest.raises(CourseError, match="--course FOLDER"):
        find_course_root(tmp_path)
