"""The whole audit of a course, in the order in which its author would mend things."""

from __future__ import annotations

from collections.abc import Callable

from autograder.audit.behaviour import Bench, audit_exercise
from autograder.audit.shipping import audit_shipping
from autograder.audit.texts import audit_texts
from autograder.exercise import Course
from autograder.messages import Message


def audit_course(course: Course, progress: Callable[[str, int, int], None] = lambda *_: None) -> list[Message]:
    """Everything that is wrong with `course`; empty if it may ship.

    Args:
        progress: called with the exercise at hand, how many are finished, of how many.
    """
    exercises = [exercise for unit in course.units for exercise in unit.exercises]
    problems = [problem for unit in course.units for problem in audit_texts(unit)]
    problems += audit_shipping(course)
    with Bench.load() as bench:
        for n_finished, exercise in enumerate(exercises):
            progress(exercise.id, n_finished, len(exercises))
            problems += audit_exercise(exercise, bench)
    progress("", len(exercises), len(exercises))
    return problems
