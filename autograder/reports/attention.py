"""Who needs a person, and why: the same words on the class page, in class.json and in the terminal.

`needs_person` are the marks that are withheld. `looks` are other reasons to look at a submission: nothing is withheld, but a
person would want to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.exercise import Verdict

WITHHELD, UNREADABLE, NOTE, PROSE = "withheld", "unreadable", "note", "prose"


def withheld(report: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Why a mark is withheld: one sentence for each check or exercise without one; what holds for a whole exercise, or for
    all of them, stands once."""
    withheld_ones = [exercise for exercise in report["exercises"] if _is_withheld(exercise)]
    notes = [exercise["note"] for exercise in withheld_ones]
    if len(notes) > 1 and notes[0] is not None and all(note == notes[0] for note in notes):
        yield notes[0]
        return
    for exercise in withheld_ones:
        if _is_its_note(exercise):
            yield _sentence(exercise["title"], None, exercise["note"])
        else:
            for check in _faults(exercise):
                yield _sentence(exercise["title"], check["title"], check["message"])
    if report["points"] is None and not withheld_ones:
        yield {"ja": "点数が保留になっています。", "en": "The mark is withheld."}


def _is_withheld(exercise: Mapping[str, Any]) -> bool:
    waits = exercise["points"] is None and exercise["verdict"] != Verdict.PERSON.value
    return bool(waits or _faults(exercise) or exercise["verdict"] == Verdict.FAULT.value)


def _faults(exercise: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [check for check in exercise["checks"] if check["verdict"] == "fault" or check["points"] is None]


def _is_its_note(exercise: Mapping[str, Any]) -> bool:
    """Whether the note says why the mark of the whole exercise is withheld."""
    return all(check["message"] == exercise["note"] for check in _faults(exercise))


def looks(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Other reasons to look, gravest first: dicts of `kind` (UNREADABLE, NOTE or PROSE), `exercise` (its id, or None for the
    whole submission) and `why`, a sentence in both languages; a sentence that holds for all exercises stands once."""
    exercises = report["exercises"]
    unread = [exercise for exercise in exercises if is_unreadable(exercise)]
    reasons = [exercise["note"] for exercise in unread]
    if len(unread) > 1 and all(reason == reasons[0] for reason in reasons):
        yield {"kind": UNREADABLE, "exercise": None, "why": reasons[0]}
    else:
        for exercise in unread:
            why = _sentence(exercise["title"], None, exercise["note"])
            yield {"kind": UNREADABLE, "exercise": exercise["id"], "why": why}
    told = [*unread, *(exercise for exercise in exercises if _is_withheld(exercise) and _is_its_note(exercise))]
    for note in report["notes"]:
        if note not in [exercise["note"] for exercise in told]:
            yield {"kind": NOTE, "exercise": None, "why": note}
    for exercise in exercises:
        if exercise["note"] is not None and exercise not in told and not _is_missing(exercise):
            why = _sentence(exercise["title"], None, exercise["note"])
            yield {"kind": NOTE, "exercise": exercise["id"], "why": why}
    for exercise in exercises:
        if exercise["verdict"] == Verdict.PERSON.value:
            yield {"kind": PROSE, "exercise": exercise["id"], "why": exercise["title"]}


def by_reason(summary: Mapping[str, Any], *kinds: str) -> list[tuple[str, dict[str, str], list[str]]]:
    """Kind, sentence, and the students of a class for whom it holds: a whole class may have one reason."""
    who: dict[tuple[str, str, str], list[str]] = {}
    for student in summary["students"]:
        withheld_marks = [{"kind": WITHHELD, "why": reason} for reason in student["needs_person"]]
        for look in [*withheld_marks, *student["looks"]]:
            if look["kind"] in kinds:
                names = who.setdefault((look["kind"], look["why"]["ja"], look["why"]["en"]), [])
                names.append(student["student"])
    return [(kind, {"ja": ja, "en": en}, names) for (kind, ja, en), names in who.items()]


def is_unreadable(exercise: Mapping[str, Any]) -> bool:
    """Whether the answer could not be read: the note says why, and no check ran."""
    ran = any(check["message"] != exercise["note"] for check in exercise["checks"])
    return exercise["note"] is not None and exercise["verdict"] == Verdict.CRASH.value and not ran


def _is_missing(exercise: Mapping[str, Any]) -> bool:
    """Whether the note only says that there is no answer, which the verdict says as well."""
    return bool(exercise["verdict"] == Verdict.UNWRITTEN.value)


def _sentence(
    exercise: Mapping[str, str], check: Mapping[str, str] | None, why: Mapping[str, str] | None
) -> dict[str, str]:
    unknown = {"ja": "採点側のプログラムに問題が起きました。", "en": "Something went wrong on the grading side."}
    sentence = {}
    for language in ("ja", "en"):
        place = exercise[language] if check is None else f"{exercise[language]} – {check[language]}"
        sentence[language] = f"{place}: {(why or unknown)[language] or unknown[language]}"
    return sentence
