"""Where a student starts pytest: from everywhere the checks are run, or it is said where to run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.build import plan_assignments, write_assignments
from autograder.exercise import Course, Exercise, Unit


@pytest.fixture(scope="module")
def given(course: Course, sampling: Unit, top_p: Exercise, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `assignments`: two units of one exercise each, and the settings above them."""
    other = next(one for unit in course.units for one in unit.exercises if one.name == "token_budget")
    basics = next(unit for unit in course.units if other in unit.exercises)
    units = (
        Unit(basics.id, basics.folder, basics.title, basics.intro, (other,)),
        Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p,)),
    )
    folder = tmp_path_factory.mktemp("x") / "assignments"
    write_assignments(plan_assignments(Course(course.root, units)), folder)
    return folder


@pytest.fixture
def parent(given: Path, tmp_path: Path) -> Path:
    """A student's folder, with a Japanese name and a space, in which two units were unpacked."""
    parent = tmp_path / "言語 モデル"
    for unit in ("u01_basics", "u02_sampling"):
        shutil.copytree(given / unit, parent / unit)
    return parent


def run(folder: Path, *arguments: str, language: str = "en") -> str:
    settings = {**os.environ, "PYTEST_ADDOPTS": "", "AUTOGRADER_LANG": language, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert "fixture 'student' not found" not in done.stdout
    return done.stdout


BOTH = (
    "token_budget  ░░░░░░░░░░  0/4  not written yet",
    "top_p         ░░░░░░░░░░  0/3  not written yet",
    "9 unwritten",
)


def test_in_the_folder_of_all_assignments(given: Path):
    """As the build writes it, with settings of its own."""
    said = run(given)
    assert all(line in said for line in BOTH), said


def test_in_the_folder_in_which_units_were_unpacked(parent: Path):
    """Nothing there tells pytest of units; the check files do. One exercise alone has its line, which works."""
    said = run(parent)
    assert all(line in said for line in BOTH), said
    assert "to check one exercise alone: pytest u01_basics/test_token_budget.py" in said
    assert "4 unwritten" in run(parent, "u01_basics/test_token_budget.py")
    assert "1 つの課題だけを調べるには: pytest u01_basics/test_token_budget.py" in run(parent, language="ja")


def test_in_another_projects_folder_above(parent: Path):
    """Whose settings, and whose tests of the same names, stay as they are."""
    (parent / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--strict-markers'\n")
    (parent / "test_top_p.py").write_text("def test_own():\n    assert __name__ == 'test_top_p'\n")
    said = run(parent)
    assert "9 unwritten" in said
    assert "1 passed" in said


def test_two_copies_of_one_unit(parent: Path):
    """Each is named with its folder."""
    shutil.copytree(parent / "u02_sampling", parent / "u02_sampling コピー")
    shutil.rmtree(parent / "u01_basics")
    said = run(parent)
    assert re.search(r"^u02_sampling/top_p {9}░", said, re.MULTILINE)
    assert re.search(r"^u02_sampling コピー/top_p {2}░", said, re.MULTILINE)
    assert "10 unwritten" in said


def test_from_a_folder_below(parent: Path):
    """Which holds no checks: where they are is said, in either language."""
    below = parent / "u02_sampling" / "figures"
    assert f"figures holds no checks. Run pytest in the assignment folder {parent / 'u02_sampling'}: cd .." in run(
        below
    )
    assert f"課題のフォルダ {parent / 'u02_sampling'} で実行してください: cd .." in run(below, language="ja")


def test_from_elsewhere_with_a_path(parent: Path, tmp_path: Path):
    """To a unit, to a file, to files of two units."""
    files = [str(parent / "u01_basics" / "test_token_budget.py"), str(parent / "u02_sampling" / "test_top_p.py")]
    assert "5 unwritten" in run(tmp_path, str(parent / "u02_sampling"))
    assert "4 unwritten" in run(tmp_path, files[0])
    assert "9 unwritten" in run(tmp_path, *files)


def test_a_check_file_that_was_copied_with_its_answer(parent: Path, tmp_path: Path):
    """Without unit.json and pytest.ini it is known by what it imports."""
    (tmp_path / "mine").mkdir()
    for name in ("top_p.py", "test_top_p.py"):
        shutil.copy(parent / "u02_sampling" / name, tmp_path / "mine")
    assert "5 unwritten" in run(tmp_path / "mine")


def test_a_choice_of_language_that_is_none_is_misuse_from_above_as_well(parent: Path):
    """In one sentence for all files; nothing is run."""
    settings = {**os.environ, "PYTEST_ADDOPTS": "", "AUTOGRADER_LANG": "fr"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=parent, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert done.stdout.count("expected ja, en or both, got 'fr'") == 1
    assert "Traceback" not in done.stdout + done.stderr
