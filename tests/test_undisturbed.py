"""What people set for runs of their own reaches neither the grader nor any other run that the engine starts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from autograder.build import plan_assignments, write_assignments
from autograder.course.source import without_marks
from autograder.exercise import Course, Exercise, Unit
from autograder.nbgrader.engine import Engine
from autograder.undisturbed import environment, settle_warnings

# Each ends, hides or changes a run of pytest, or changes what Python does.
STEERING = {
    "ADDOPTS of one who looks closely": {"PYTEST_ADDOPTS": "-v -k draw --color=yes --lf -x"},
    "ADDOPTS that collect only": {"PYTEST_ADDOPTS": "--co -p no:terminal"},
    "ADDOPTS for four processes": {"PYTEST_ADDOPTS": "-n 4"},
    "ADDOPTS that are none": {"PYTEST_ADDOPTS": "--no-such-option"},
    "plugins": {"PYTEST_PLUGINS": "ends_the_run"},
    "no plugins": {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    "errors for warnings": {"PYTHONWARNINGS": "error"},
    "no asserts": {"PYTHONOPTIMIZE": "2"},
    "a Python of a developer's": {"PYTHONSTARTUP": "start.py", "PYTHONDEVMODE": "1", "PYTHONHASHSEED": "7"},
}
EVERYTHING = {
    **STEERING["ADDOPTS of one who looks closely"],
    **STEERING["plugins"],
    **STEERING["errors for warnings"],
    **STEERING["no asserts"],
}
# A module that ends whatever imports it, and a plugin that is installed.
ENDS = "import os\n\nos._exit(77)\n"
SETTINGS = {
    "pytest.ini": "[pytest]\naddopts = --no-such-option\n",
    "tox.ini": "[pytest]\naddopts = --no-such-option\n",
    "setup.cfg": "[tool:pytest]\naddopts = --no-such-option\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--no-such-option'\n",
    "conftest.py": ENDS,
    "start.py": ENDS,
    "random.py": ENDS,
    "torch.py": ENDS,
}


@pytest.fixture(scope="module")
def unit(sampling: Unit, top_p: Exercise) -> Unit:
    """u02_sampling with its quickest exercise only."""
    return Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p,))


@pytest.fixture
def above(tmp_path: Path) -> Path:
    """A folder full of settings, with a plugin on Python's path; everything else lies below it."""
    for name, text in SETTINGS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    installed = tmp_path / "installed"
    (installed / "evil-1.dist-info").mkdir(parents=True)
    (installed / "evil-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    (installed / "evil-1.dist-info" / "entry_points.txt").write_text("[pytest11]\nevil = ends_the_run\n")
    (installed / "ends_the_run.py").write_text(ENDS)
    return tmp_path


@pytest.fixture
def folder(above: Path, course: Course, unit: Unit, top_p: Exercise) -> Path:
    """A student's folder with a right answer, in which standard modules and a library are shadowed, too."""
    write_assignments(plan_assignments(Course(course.root, (unit,))), above / "given")
    folder = above / "given" / unit.id
    (folder / "top_p.py").write_text(without_marks(top_p.solution), encoding="utf-8")
    for name in ("random.py", "token.py", "torch.py", "typing.py", "numpy.py", "conftest.py"):
        (folder / name).write_text(ENDS)
    (folder / "transformers").mkdir()
    (folder / "transformers" / "__init__.py").write_text(ENDS)
    return folder


@pytest.fixture
def solutions(above: Path, top_p: Exercise) -> Path:
    """A course of one exercise, of which one hidden check always fails by `assert`."""
    folder = above / "solutions" / top_p.folder.parent.name / top_p.folder.name
    shutil.copytree(top_p.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", folder.parent)
    check = '\n\n@points(1)\ndef test_asserts(student):\n    """断定する。\n\n    Asserts.\n    """\n    assert False\n'
    with (folder / "checks_hidden.py").open("a", encoding="utf-8") as file:
        file.write(check)
    return above / "solutions"


def run(above: Path, steering: dict[str, str], *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(above / "installed"), "AUTOGRADER_LANG": "en", **steering}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=settings, capture_output=True, text=True, encoding="utf-8", check=False
    )


AUTOGRADER = ("-c", "import sys; sys.path.remove(''); from autograder.cli import app; app()")


@pytest.mark.parametrize("steering", [*STEERING.values(), EVERYTHING], ids=[*STEERING, "everything"])
def test_submit_runs_all_public_checks(above: Path, folder: Path, steering: dict[str, str]):
    """Whatever steers runs of the student's own."""
    done = run(above, steering, *AUTOGRADER, "submit", "--json", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    checks = json.loads(done.stdout)["public_checks"]
    assert (checks["problem"], checks["points"]) == (None, 3)


def test_a_hint_is_given_as_ever(above: Path, folder: Path, top_p: Exercise):
    """It runs in the warm process of watch mode."""
    done = run(above, EVERYTHING, *AUTOGRADER, "hint", "top_p", cwd=folder)
    assert done.stdout == "top_p: its public checks are passed.\n", done.stdout + done.stderr


def test_the_check_cell_checks_as_ever(above: Path, folder: Path, top_p: Exercise):
    """From a kernel that was started with all of it."""
    cell = "import sys; sys.path.remove(''); from autograder.notebook import check; check('top_p.en.ipynb')"
    done = run(above, EVERYTHING, "-c", cell, cwd=folder)
    assert "5 unwritten" in done.stderr, done.stdout + done.stderr
    assert "\x1b[" not in done.stderr


def graded(above: Path, folder: Path, *steering: dict[str, str]) -> list[dict[str, str]]:
    """The verdicts of the class in `folder`'s sight, for each way to steer."""
    (above / "class").mkdir()
    shutil.copy(folder / "top_p.py", above / "class" / "alice.py")
    found = []
    for number, one in enumerate(steering):
        out = above / f"out{number}"
        options = ("--unit", "u02_sampling", "--out", str(out), "--jobs", "1")
        done = run(above, one, *AUTOGRADER, "grade", str(above / "class"), *options, cwd=above)
        assert done.returncode == 1, done.stdout + done.stderr  # the check that asserts needs a person
        report = json.loads((out / "alice" / "report.json").read_text(encoding="utf-8"))
        found.append({check["id"]: check["verdict"] for check in report["exercises"][0]["checks"]})
    return found


def test_a_class_is_graded_as_ever(above: Path, folder: Path, solutions: Path):
    """Every check runs and none is lost; a check that fails by `assert` fails under -O, too."""
    plain, steered, in_parallel = graded(above, folder, {}, EVERYTHING, STEERING["ADDOPTS for four processes"])
    assert plain.pop("test_asserts") == "fault"
    assert set(plain.values()) == {"pass"}
    for verdicts in (steered, in_parallel):
        assert verdicts.pop("test_asserts") == "fault"
        assert verdicts == plain


def test_checks_keep_their_asserts_without_the_command_line(solutions: Path):
    """As on a worker that was started by `python -O`."""
    program = """
import sys
from pathlib import Path
import pytest
from autograder.course import read_course
from autograder.grading.collected import CollectedChecks

class Plugin:
    @pytest.fixture
    def student(self): pass
    def pytest_runtest_logreport(self, report):
        if report.when == "call": print(report.outcome, file=sys.__stdout__)

checks = CollectedChecks(read_course(Path(sys.argv[1])).units[0].exercises[0], Plugin())
checks.run(["test_asserts"])
"""
    done = subprocess.run(
        [sys.executable, "-O", "-c", program, str(solutions)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "failed\n"


def test_nbgraders_grading_process_grades_as_ever(
    above: Path, folder: Path, solutions: Path, monkeypatch: pytest.MonkeyPatch
):
    """It is started in a folder of settings, by a process that was told all of it."""
    for name, value in {**EVERYTHING, "PYTHONPATH": str(above / "installed")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    (above / "alice").mkdir()
    shutil.copy(folder / "top_p.py", above / "alice")
    reply = Engine(solutions=str(solutions)).grade("u02_sampling", "alice", above / "alice")
    verdicts = {check["id"]: check["verdict"] for check in reply["report"]["exercises"][0]["checks"]}
    assert verdicts.pop("test_asserts") == "fault"
    assert set(verdicts.values()) == {"pass"}


def test_what_steers_python_or_pytest_is_left_out_of_the_environment():
    """Whatever the case of its name; everything else, and where Python lies, is kept."""
    given = {
        "PYTEST_ADDOPTS": "-x",
        "PYTHONPATH": "/a",
        "pythonoptimize": "2",
        "PYTHONHOME": "/p",
        "PATH": "/b",
        "LANG": "C",
    }
    assert environment(given) == {"PYTHONHOME": "/p", "PATH": "/b", "LANG": "C"}


def test_warnings_are_as_python_makes_them(monkeypatch: pytest.MonkeyPatch):
    """Where they were set by -W or PYTHONWARNINGS; where they were not, filters stay as they are."""
    before = list(warnings.filters)
    monkeypatch.setattr(sys, "warnoptions", [])
    settle_warnings()
    assert list(warnings.filters) == before
    monkeypatch.setattr(sys, "warnoptions", ["error"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settle_warnings()
        warnings.warn("old", DeprecationWarning, stacklevel=1)
