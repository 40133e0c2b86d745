"""Folders → course, with a clear refusal for everything that is not as expected."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from autograder.authoring.new import new_exercise
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


@pytest.mark.parametrize("name", ["e05_Top_k", "e05_\u8ab2\u984c", "e5_top_k", "E05_top_k", "e05_2nd"])
def test_a_folder_that_cannot_name_a_students_file_is_refused(copy: Path, name: str):
    """Not passed over in silence; the rule is said."""
    shutil.copytree(copy / "u02_sampling" / "e04_top_p", copy / "u02_sampling" / name)
    with pytest.raises(CourseError, match=f"{name}: an exercise's folder is called like e01_min_p"):
        read_course(copy)


@pytest.mark.parametrize("name", ["random", "token", "lambda"])
def test_a_name_of_pythons_own_is_refused(copy: Path, name: str):
    """Where a folder was made by hand, and by `autograder new`."""
    (copy / "u02_sampling" / "e04_top_p").rename(copy / "u02_sampling" / f"e04_{name}")
    with pytest.raises(CourseError, match=f"e04_{name}: {name} is a word or a module of Python's own"):
        read_course(copy)


def test_new_refuses_a_name_of_pythons_own(copy: Path):
    """Before anything is written."""
    with pytest.raises(CourseError, match="random is a word or a module of Python's own"):
        new_exercise(copy, "sampling/random")
    assert [path.name for path in sorted((copy / "u02_sampling").iterdir()) if path.is_dir()] == ["e04_top_p"]


def spoil(copy: Path, name: str, old: str, new: str) -> int:
    """Replace `old` in a file of the exercise. Returns: the line of its first occurrence."""
    path = copy / "u02_sampling" / "e04_top_p" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_two_functions_of_one_name_are_refused_with_both_lines(copy: Path):
    """The second would hide the first."""
    line = spoil(copy, "solution.py", "def top_p_filter", "def top_p_filter(probs, p):\n    pass\n\n\ndef top_p_filter")
    said = rf"solution.py:{line + 4}: top_p_filter is defined at line {line}, too; the second hides the first"
    with pytest.raises(CourseError, match=said):
        read_course(copy)


@pytest.mark.parametrize("name", ["solution.py", "checks_public.py", "checks_hidden.py", "mistakes.py"])
def test_what_is_not_python_is_said_with_its_line(copy: Path, name: str):
    """In one sentence, also where it stands in a hole of the solution."""
    line = (
        spoil(copy, name, "    return ", "\treturn ")
        if name == "solution.py"
        else spoil(copy, name, "import ", "import ((")
    )
    with pytest.raises(CourseError, match=rf"{name}:\d+: not valid Python") as caught:
        read_course(copy)
    assert line > 0
    assert "\n" not in caught.value.message.en


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("of", "solution.py has no such function. Choose from: .*top_p_filter"),
        ("caught_by", "there is no such check. Choose from: test_"),
    ],
)
def test_a_mistake_that_names_what_is_not_there_is_refused(copy: Path, key: str, said: str):
    """With its line and what there is."""
    path = copy / "u02_sampling" / "e04_top_p" / "mistakes.py"
    path.write_text(re.sub(rf'{key}="\w+"', f'{key}="nothing"', path.read_text("utf-8"), count=1), "utf-8")
    with pytest.raises(CourseError, match=rf"mistakes.py:\d+: {key}='nothing': {said}"):
        read_course(copy)
