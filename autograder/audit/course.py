"""The whole audit of a course, in the order in which its author would mend things."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from autograder.audit.behaviour import Bench, audit_exercise
from autograder.audit.figures import audit_figures
from autograder.audit.hints import audit_hints
from autograder.audit.promises import audit_promises
from autograder.audit.shipping import audit_shipping
from autograder.audit.texts import audit_texts
from autograder.errors import SettingsError
from autograder.exercise import Course, Exercise
from autograder.grading.engine import Settings
from autograder.messages import Message
from autograder.power import audit_power


def audit_course(
    course: Course,
    progress: Callable[[str, int, int], None] = lambda *_: None,
    *,
    only: Collection[str] = (),
    settings: Settings | None = None,
) -> list[Message]:
    """Everything that is wrong with `course`; empty if it may ship.

    Args:
        progress: called with the exercise at hand, how many are finished, of how many.
        only: ids of the exercises to audit, without what concerns the course as a whole; empty: everything.
        settings: with which model; None: the embedded one.

    Raises: SettingsError if `only` names an exercise that the course does not have.
    """
    exercises = [exercise for unit in course.units for exercise in unit.exercises]
    units = list(course.units)
    if only:
        exercises = chosen_exercises(exercises, only)
        units = [replace(unit, exercises=tuple(one for one in unit.exercises if one in exercises)) for unit in units]
    audits = (audit_texts, audit_promises, audit_figures, audit_hints)
    problems = [problem for unit in units for audit in audits for problem in audit(unit)]
    if not only:
        problems += [*audit_shipping(course), *audit_power(course)]
    with Bench.load(settings) as bench:
        for n_finished, exercise in enumerate(exercises):
            progress(exercise.id, n_finished, len(exercises))
            problems += audit_exercise(exercise, bench)
    progress("", len(exercises), len(exercises))
    return problems


def chosen_exercises(exercises: list[Exercise], ids: Collection[str]) -> list[Exercise]:
    """Those of `exercises` with these ids, in the course's order. Raises: SettingsError for an id that there is none of."""
    known = {exercise.id: exercise for exercise in exercises}
    for one in ids:
        if one not in known:
            raise SettingsError(
                ja=f"{one}: この課題はありません。次のどれかを指定してください: {', '.join(known)}",
                en=f"{one}: no such exercise. Choose from: {', '.join(known)}",
            )
    return [exercise for one, exercise in known.items() if one in ids]
