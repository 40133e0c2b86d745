"""A class graded through a model server gets the reports it gets without one, also where the server ends in between."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from autograder.course.source import with_mistake
from autograder.errors import ModelError
from autograder.exercise import Course, Unit
from autograder.grading.engine import Graded, Grader, Settings
from autograder.grading.intake import Submission, read_submission
from autograder.grading.pool import GraderPool

GOLDEN = Path(__file__).parent.parent / "golden" / "greedy_loop"
SERVED = Settings(model_server=True)

Class = tuple[Unit, list[Submission]]


@pytest.fixture(scope="module")
def small_class(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A unit of one exercise, and the answers of three students: right, right, wrong."""
    basics = next(unit for unit in course.units if unit.id == "u01_basics")
    exercise = next(one for one in basics.exercises if one.name == "greedy_loop")
    unit = Unit(basics.id, basics.folder, basics.title, basics.intro, (exercise,))
    right = (GOLDEN / "cache" / "greedy_loop.py").read_text(encoding="utf-8")
    submissions = []
    for name, text in {
        "one": right,
        "two": right,
        "wrong": with_mistake(exercise.solution, exercise.mistakes[0]),
    }.items():
        folder = tmp_path_factory.mktemp(name)
        (folder / "greedy_loop.py").write_text(text, encoding="utf-8")
        submissions.append(read_submission(name, folder, unit))
    return unit, submissions


@pytest.fixture(scope="module")
def reports(small_class: Class) -> dict[str, Any]:
    """Made without a server."""
    with Grader(Settings()) as grader:
        return by_student(grader.grade_all(small_class[1], small_class[0]))


def by_student(graded: Iterable[Graded]) -> dict[str, Any]:
    found = {one.student: one for one in graded}
    assert not any(one.faults for one in found.values())
    return {name: one.report for name, one in sorted(found.items())}


def end_server(grader: Grader) -> None:
    """As the kernel does where memory runs out."""
    assert grader._served is not None
    server = grader._served.server
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()
    while server.is_alive():
        time.sleep(0.01)


def test_two_graders_and_a_server_that_ends_once(
    small_class: Class, reports: dict[str, Any], capfd: pytest.CaptureFixture[str]
):
    """What was finished stays; the rest is graded with a new one, and that is said."""
    unit, submissions = small_class
    found = []
    with GraderPool(SERVED, 2) as pool:
        for graded in pool.grade_all(submissions, unit):
            found.append(graded)
            if len(found) == 1:
                assert pool._grader is not None
                end_server(pool._grader)
    assert by_student(found) == reports
    assert len(found) == len(submissions)
    assert capfd.readouterr().err.count("The model server ended and is started again.") == 1


def test_a_server_that_ends_before_anything_is_finished_is_not_started_for_ever(small_class: Class):
    """Whatever ends it would end the next one, too."""
    unit, submissions = small_class
    with GraderPool(SERVED, 2) as pool:
        pool._start()
        assert pool._grader is not None
        end_server(pool._grader)
        with pytest.raises(ModelError, match="the model server ended"):
            list(pool.grade_all(submissions, unit))


def test_a_single_grader_starts_it_again(small_class: Class, reports: dict[str, Any]):
    """For the submission at hand; a fork of it cannot, and raises."""
    unit, submissions = small_class
    with Grader(SERVED) as grader:
        first = grader.grade(submissions[0], unit)
        end_server(grader)
        assert by_student([first, *grader.grade_all(submissions[1:], unit)]) == reports
        fork = grader.forked()
        end_server(grader)
        with pytest.raises(ModelError, match="the model server ended"):
            fork.grade(submissions[0], unit)
        fork._zygote.close()
