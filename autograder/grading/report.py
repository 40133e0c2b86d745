"""The Report: one JSON-like dict per student, from which everything else is written.

Keys are stable and versioned. `points` is null wherever a mark waits for a person. Where it waits only because prose
is marked by a person (verdict `person`), the points of the whole report are those of the checks, and
`points_by_person` says how many more a person gives at most. `receipt` tells from which release the submission was made,
as its receipt claims (`grading.receipt.judge`), and is null without one; no mark depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.exercise import Check, Exercise, Unit, Verdict
from autograder.grading.causes import FOLLOWS, Cause
from autograder.grading.explained import Explanation
from autograder.grading.intake import MAX_PROSE_CHARACTERS, Answer, Submission
from autograder.grading.oddities import note_of
from autograder.grading.reading import read_on
from autograder.grading.run import CheckOutcome, Outcomes
from autograder.grading.why import Why
from autograder.messages import Message, visible

SCHEMA_VERSION = 1
# Whatever a student sends, a report stays short enough to be read, and a class's reports small enough to be kept.
MAX_TEXT, MAX_NOTES = 4000, 30
# An exercise that did not pass is called by its gravest check.
_GRAVITY = (Verdict.FAULT, Verdict.LIMIT, Verdict.CRASH, Verdict.FAIL, Verdict.UNWRITTEN, Verdict.PASS)


@dataclass(frozen=True)
class Circumstances:
    """Under what a report was made: the same circumstances and submission give the same report."""

    release: str
    model: str
    device: str
    jail: str


def make_report(
    submission: Submission, unit: Unit, outcomes: Outcomes, reasons: Mapping[str, Why], made: Circumstances
) -> dict[str, Any]:
    """The report of one submission; `reasons`: exercise id → why checks failed."""
    exercises = [
        _exercise(exercise, submission.answers[exercise.name], outcomes, reasons.get(exercise.id, Why()))
        for exercise in unit.exercises
    ]
    report = {
        "schema_version": SCHEMA_VERSION,
        "student": submission.student,
        "unit": unit.id,
        "release": made.release,
        "model": made.model,
        "device": made.device,
        "jail": made.jail,
        "points": _total([one["points"] for one in exercises if one["verdict"] != Verdict.PERSON.value]),
        "max_points": unit.max_points,
        "points_by_person": sum(
            exercise["max_points"] for exercise in exercises if exercise["verdict"] == Verdict.PERSON.value
        ),
        "receipt": submission.receipt,
        "notes": [_both(note) for note in submission.notes[:MAX_NOTES]],
        "exercises": exercises,
    }
    if len(submission.notes) > MAX_NOTES:
        report["notes"].append(_both(_more_notes(len(submission.notes) - MAX_NOTES)))
    stored: dict[str, Any] = bounded(report)
    return stored


def bounded(part: Any, *, limit: int = MAX_TEXT) -> Any:
    """The same part of a report, with every text as it may be shown and of at most `limit` characters (prose: as long as
    an answer may be); where one was cut, ` … (+N)` at its end says how much is missing."""
    if isinstance(part, str):
        return visible(part, limit=limit)
    if isinstance(part, dict):
        limits = {"answer": MAX_PROSE_CHARACTERS}
        return {key: bounded(value, limit=limits.get(key, limit)) for key, value in part.items()}
    return [bounded(one, limit=limit) for one in part] if isinstance(part, list) else part


def _more_notes(n: int) -> Message:
    return Message(f"ほかに {n} 件、同じような注意があります。", f"There are {n} more notes like these.")


def _exercise(exercise: Exercise, answer: Answer, outcomes: Outcomes, why: Why) -> dict[str, Any]:
    if exercise.rubric is not None:
        return _prose(exercise, answer)
    cause = why.cause
    checks = [
        _check(exercise, check, outcomes[exercise.id, check.id], why.checks.get(check.id)) for check in exercise.checks
    ]
    for check in checks:
        if cause is not None and check["id"] in cause.checks:  # said once, at the first of them
            check.update(message=_both(cause.message if check["id"] == cause.checks[0] else FOLLOWS), follows=True)
    odd = note_of({kind for check in exercise.checks for kind in outcomes[exercise.id, check.id].odd})
    note = answer.note or odd
    return {
        "id": exercise.id,
        "title": _both(exercise.title),
        "points": _total([check["points"] for check in checks]),
        "max_points": exercise.max_points,
        "verdict": exercise_verdict([Verdict(check["verdict"]) for check in checks]).value,
        "note": _both(note) if note else None,
        "cause": _cause(cause) if cause is not None else None,
        "checks": checks,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    rest = cause.rest
    return {
        "kind": cause.kind,
        "message": _both(cause.message),
        "rest": _both(rest) if rest else None,
        "line": cause.line,
        "checks": list(cause.checks),
    }


def _prose(exercise: Exercise, answer: Answer) -> dict[str, Any]:
    """An answer for a person to mark, with its text; 0 points only where there is none, or it is in no readable file."""
    waits = answer.source is not None
    return {
        "id": exercise.id,
        "title": _both(exercise.title),
        "points": None if waits or answer.verdict is Verdict.FAULT else 0.0,
        "max_points": exercise.max_points,
        "verdict": (Verdict.PERSON if waits else answer.verdict).value,
        "note": _both(answer.note) if answer.note else None,
        "cause": None,
        "checks": [],
        "answer": answer.source or "",
    }


def _check(exercise: Exercise, check: Check, outcome: CheckOutcome, why: Explanation | None) -> dict[str, Any]:
    points = {Verdict.PASS: check.points, Verdict.FAULT: None}.get(outcome.verdict, 0.0)
    return {
        "id": check.id,
        "title": _both(check.title),
        "public": check.public,
        "verdict": outcome.verdict.value,
        "points": points,
        "max_points": check.points,
        "message": _both(outcome.message),
        "mistake": why.id if why else None,
        "hint": _both(why.hint) if why else None,
        "follows": False,
        "read_on": None
        if outcome.verdict in (Verdict.PASS, Verdict.FAULT)
        else read_on(exercise, check, why.hint if why else None),
    }


def exercise_verdict(verdicts: list[Verdict]) -> Verdict:
    """One word for an exercise: PASS only if every check passed; written in part counts as written."""
    if (
        Verdict.UNWRITTEN in verdicts
        and Verdict.PASS in verdicts
        and set(verdicts) <= {Verdict.UNWRITTEN, Verdict.PASS}
    ):
        return Verdict.FAIL
    return next((verdict for verdict in _GRAVITY if verdict in verdicts), Verdict.FAULT)


def _total(points: list[float | None]) -> float | None:
    known = [value for value in points if value is not None]
    return float(sum(known)) if len(known) == len(points) else None


def _both(message: Message) -> dict[str, str]:
    return {"ja": message.ja, "en": message.en}
