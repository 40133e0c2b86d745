"""Why a person should look: each reason once, the gravest first, and the same words in the terminal."""

from __future__ import annotations

from typing import Any

from autograder.reports.attention import by_reason, looks
from autograder.reports.pages import class_page
from autograder.reports.summary import summarise
from autograder.reports.terminal import attention_lines
from autograder.reports.words import LOOKS

WHY = {"ja": "a.zip: 読めません。", "en": "a.zip: cannot be read."}
NOTE = {"ja": "古い版です。", "en": "Made from an old release."}


def unread(report: dict[str, Any], *numbers: int) -> dict[str, Any]:
    for number in numbers:
        exercise = report["exercises"][number]
        exercise.update(verdict="crash", note=WHY, points=0.0)
        for check in exercise["checks"]:
            check.update(verdict="crash", message=WHY, points=0.0)
    return report


def test_an_unreadable_submission_is_told_once(all_passed: dict[str, Any]) -> None:
    """Not once for each exercise, nor again as a note on the submission."""
    report = unread(all_passed, 0, 1, 2, 3, 4)
    report["notes"] = [WHY]
    assert list(looks(report)) == [{"kind": "unreadable", "exercise": None, "why": WHY}]


def test_an_unreadable_file_names_its_exercise(all_passed: dict[str, Any]) -> None:
    """The others are marked as usual."""
    (look,) = looks(unread(all_passed, 1))
    assert (look["kind"], look["exercise"]) == ("unreadable", "sampling/top_p")
    assert look["why"]["en"] == "Cut to the nucleus: top-p: a.zip: cannot be read."


def test_a_crash_with_a_note_is_not_unreadable(every_verdict: dict[str, Any]) -> None:
    """Where checks ran, the note is a note."""
    every_verdict["exercises"][2].update(verdict="crash", note=NOTE)
    kinds = [(look["kind"], look["exercise"]) for look in looks(every_verdict)]
    assert kinds == [("note", None), ("note", "sampling/sampling_loop"), ("prose", "sampling/observations")]


def test_a_missing_answer_is_no_reason(every_verdict: dict[str, Any]) -> None:
    """Its verdict says that it is not written."""
    assert not [look for look in looks(every_verdict) if look["exercise"] == "sampling/top_p_sweep"]


def test_the_terminal_says_what_the_page_says(every_verdict: dict[str, Any], all_passed: dict[str, Any]) -> None:
    """Every reason with its kind, prose in one line; control characters are shown as what they are."""
    every_verdict["notes"] = [{"ja": "\x1b[31mx", "en": "\x1b[31mx"}]
    lines = list(attention_lines(summarise([every_verdict, all_passed]), "en"))
    assert [line.partition(":")[0] for line in lines] == [
        f"alice  {LOOKS['withheld'].en}",
        f"alice  {LOOKS['note'].en}",
        LOOKS["prose"].en,
    ]
    assert "The model for grading could not be loaded" in lines[0]
    assert lines[1].endswith("\\u001b[31mx")
    assert list(attention_lines(summarise([all_passed]), "ja")) == []


def test_a_reason_of_many_students_is_said_once(small_class: list[dict[str, Any]]) -> None:
    """In the terminal and on the page: a whole class may have worked in an old release."""
    for report in small_class:
        report["notes"] = [NOTE]
    summary, names = summarise(small_class), {report["student"] for report in small_class}
    told = [set(who) for kind, why, who in by_reason(summary, "note") if why == NOTE]
    assert told == [names]
    said = [line for line in attention_lines(summary, "en") if NOTE["en"] in line]
    assert len(said) == 1
    assert all(name in said[0] for name in names)
    assert class_page(summary).count(NOTE["en"]) == 1
