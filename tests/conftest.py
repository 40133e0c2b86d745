"""Fixtures that several folders share: the course, the loaded models, a warm zygote."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from autograder.audit import Bench
from autograder.course import read_course
from autograder.exercise import Course, Exercise, Unit
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.engine import Served, Settings, served_models
from autograder.jail.pool import Zygote

# Messages are in both languages, whatever the locale of who runs the tests, and are repeated nowhere: where CI is set, pytest
# writes each of them into its summary once more.
for name in ("AUTOGRADER_LANG", "LC_ALL", "CI", "BUILD_NUMBER"):
    os.environ.pop(name, None)
os.environ["LC_MESSAGES"] = "C"

ROOT = Path(__file__).parent.parent
COURSE = read_course(ROOT / "solutions")
# With checks: what is answered in prose has tests of its own.
EXERCISES = [exercise for unit in COURSE.units for exercise in unit.exercises if exercise.rubric is None]


# Tests that share something costly run on one worker: those whose ids begin alike.
TOGETHER = re.compile(
    r"tests/test_classroom\.py"
    r"|tests/test_class_goes_on\.py"
    r"|tests/nbgrader/"
    r"|tests/playground/"
    r"|tests/jail/test_attacks\.py::test_no_attack_gets_through\[\w+-\w+"
    r"|tests/jail/test_attacks\.py::test_the_attack_succeeds_without_a_jail"
    r"|tests/(?=server/|grading/.*served)"
)


class Grouping(LoadScopeScheduling):
    """Every test by itself, but for those that belong together (pytest 9.2 hides the marks of `loadgroup` from xdist)."""

    def _split_scope(self, nodeid: str) -> str:
        together = TOGETHER.match(nodeid)
        return together[0] if together else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Grouping:
    return Grouping(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `exercise` runs once for each exercise of the course that has checks; its id is the exercise's."""
    if "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id, scope="session")


@pytest.fixture(scope="session")
def course() -> Course:
    return COURSE


@pytest.fixture(scope="session")
def sampling(course: Course) -> Unit:
    return next(unit for unit in course.units if unit.id == "u02_sampling")


@pytest.fixture(scope="session")
def top_p(sampling: Unit) -> Exercise:
    return next(exercise for exercise in sampling.exercises if exercise.name == "top_p")


@pytest.fixture(scope="session")
def bench():
    """The embedded models in this process and a zygote that holds them, for the whole session."""
    with Bench.load() as bench:
        yield bench


@pytest.fixture(scope="session")
def served():
    """The embedded models in a model server, for the whole session."""
    with served_models(Settings(model_server=True)) as served:
        yield served


@pytest.fixture(scope="session")
def served_bench(served: Served):
    """The models of the server, and a zygote whose student processes ask it."""
    settings = Settings(model_server=True)
    with Zygote([settings.model, settings.other_model], server=served.server) as zygote:
        yield Bench(served.models, zygote, settings, Diagnosis(served.models))
