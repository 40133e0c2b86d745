"""Why checks of an exercise failed: the one cause behind them, and an explanation for each of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from autograder.errors import Outcome
from autograder.exercise import Check, Exercise
from autograder.grading.anatomy import anatomy_of, reached
from autograder.grading.causes import Cause, Ended, Trials, root_cause
from autograder.grading.comparing import same_call
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.explained import WRONG, Explanation
from autograder.grading.oracle import signature
from autograder.grading.run import CheckOutcome, Outcomes
from autograder.grading.student import Call, Student, calls_of
from autograder.messages import Message


@dataclass(frozen=True)
class Why:
    """The cause that checks follow from, if there is one, and explanations of other failed checks by their ids."""

    cause: Cause | None = None
    checks: dict[str, Explanation] = field(default_factory=dict)


def why(
    exercise: Exercise, source: str, outcomes: Outcomes, diagnosis: Diagnosis, start: Callable[[Exercise, int], Student]
) -> Why:
    """Why checks of `exercise` failed.

    Args:
        source: the answer's text.
        start: gives a student in a fresh process, with random numbers of their own for each seed.
    """
    ended = {check.id: _ended(check, outcomes[exercise.id, check.id]) for check in exercise.checks}
    if not any(one.failed for one in ended.values()):
        return Why()

    def alone(call: Call, seed: int) -> Call:
        student, given = start(exercise, seed), _given(call)
        with suppress(Outcome):
            getattr(student, call.function)(*given[0], **given[1])
        student._backend.close()
        return calls_of(student)[-1]

    trials = Trials(alone, same_call, lambda call: diagnosis.explainer.is_right(exercise, call))
    cause = root_cause(exercise.name, source, ended, trials)
    if cause is not None and cause.is_vague:
        named = diagnosis.recognise(exercise, outcomes)
        cause = None if any(check in named for check in cause.checks) else cause
    leave = cause.checks if cause else ()
    found = diagnosis.explain(exercise, outcomes, leave=leave)
    open_ones = {check: one for check, one in ended.items() if one.failed and check not in leave}
    return Why(cause, {**_resting(exercise, source, open_ones, found), **found})


def _resting(
    exercise: Exercise, source: str, failed: Mapping[str, Ended], found: Mapping[str, Explanation]
) -> dict[str, Explanation]:
    """Checks that fail at a function which, in the student's own text, calls one that is explained to be wrong."""
    anatomy = anatomy_of(source)
    wrong = {one.last.function for check, one in failed.items() if check in found and one.last}
    resting = {}
    for check, one in failed.items():
        name = one.last.function if one.last and check not in found else ""
        below = next(
            (each.name for each in reached(anatomy, name)[1:] if each.name in wrong & {*exercise.functions}), None
        )
        # What is drawn by a seed of its own may be wrong by itself, however wrong the other is.
        if below is not None and name not in wrong and "seed" not in signature(exercise.solution, name)[0]:
            words = Message(
                f"{name} は {below} を呼んでいて、その {below} がまだ正しくありません。まず {below} を直してください。",
                f"{name} calls {below}, which is not right yet. Mend {below} first.",
            )
            resting[check] = Explanation(f"{name}:rests_on_{below}", words)
    return resting


def _given(call: Call) -> Any:
    return call.arguments


def _ended(check: Check, outcome: CheckOutcome) -> Ended:
    return Ended(outcome.verdict in WRONG, outcome.calls, outcome.last, outcome.is_first, check.public)
