"""The reports of a class put together: class.json's content.

Students come sorted by name, exercises and checks in the order of the reports. Nothing is graded
here: every number is one of the reports', or counts them, but for the item analysis (`reports/items.py`) and the
similarities (`reports/similar.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.errors import SettingsError
from autograder.exercise import Verdict
from autograder.reports.attention import NOTE, looks, withheld
from autograder.reports.items import analyse

SCHEMA_VERSION = 1
MUST_AGREE = ("schema_version", "unit", "release", "model")
MAY_DIFFER = ("device", "jail")


def summarise(reports: list[dict[str, Any]], similar: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """class.json's content; keys in a fixed order.

    `verdicts` always holds all of them. `needs_person` says why a mark is withheld; prose that a person marks as planned
    is no reason: `points_by_person` counts it. `looks` are other reasons to look (`reports/attention.py`). `item` is what the
    class says about a check.

    Args:
        similar: what `similar_answers` found; None: answers were not compared.
    Raises: SettingsError if the reports are not of one unit, release and model, or name a student twice.
    """
    reports = sorted(reports, key=lambda report: str(report["student"]))
    _refuse_mixture(reports)
    exercises = [(report["student"], exercise) for report in reports for exercise in report["exercises"]]
    items = analyse(reports)
    return {
        "schema_version": SCHEMA_VERSION,
        **{key: reports[0][key] if reports else "" for key in MUST_AGREE[1:]},
        **{key: ", ".join(sorted({report[key] for report in reports})) for key in MAY_DIFFER},
        "max_points": max((report["max_points"] for report in reports), default=0.0),
        "students": [_student(report, similar or []) for report in reports],
        "exercises": [_exercise(entries, items) for entries in _by_id(exercises)],
        "limits": [found for student, exercise in exercises for found in _limits(student, exercise)],
        "similar": similar,
    }


def _refuse_mixture(reports: list[dict[str, Any]]) -> None:
    for key in MUST_AGREE:
        values = sorted({str(report[key]) for report in reports})
        if len(values) > 1:
            found = ", ".join(values)
            raise SettingsError(
                ja=f"レポートの {key} が 1 つにそろっていません（{found}）。そろったものだけをまとめてください。",
                en=f"Expected reports with one {key}, got {found}. Put together only reports that agree.",
            )
    twice = [name for name, count in Counter(report["student"] for report in reports).items() if count > 1]
    if twice:
        raise SettingsError(
            ja=f"同じ学生のレポートが 2 つ以上あります（{', '.join(twice)}）。1 つだけ残してください。",
            en=f"Expected one report for each student, got several of {', '.join(twice)}. Keep one.",
        )


def _student(report: Mapping[str, Any], similar: list[dict[str, Any]]) -> dict[str, Any]:
    titles = {exercise["id"]: exercise["title"] for exercise in report["exercises"]}
    unread = [one["id"] for one in similar if report["student"] in one.get("unread", []) and one["id"] in titles]
    return {
        "student": report["student"],
        "points": report["points"],
        "max_points": report["max_points"],
        "points_by_person": report["points_by_person"],
        "needs_person": list(withheld(report)),
        "looks": [*looks(report), *(_not_compared(exercise, titles[exercise]) for exercise in unread)],
        "receipt": report.get("receipt"),
        "exercises": [
            {key: exercise[key] for key in ("id", "points", "max_points", "verdict")}
            for exercise in report["exercises"]
        ],
    }


def _not_compared(exercise: str, title: Mapping[str, str]) -> dict[str, Any]:
    why = {
        "ja": f"{title['ja']}: 答えをほかの答えと比べられませんでした（字句に分けるのに時間かメモリがかかりすぎます）。",
        "en": f"{title['en']}: the answer could not be compared with the others (taking it apart needs too much time or memory).",
    }
    return {"kind": NOTE, "exercise": exercise, "why": why}


def _exercise(
    entries: list[tuple[str, Mapping[str, Any]]], items: Mapping[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    first = entries[0][1]
    checks = [(student, check) for student, exercise in entries for check in exercise["checks"]]
    return {
        "id": first["id"],
        "title": first["title"],
        "max_points": first["max_points"],
        "verdicts": _count(exercise["verdict"] for _, exercise in entries),
        "checks": [_check(same, items[first["id"], same[0][1]["id"]]) for same in _by_id(checks)],
        "mistakes": _mistakes(checks),
        "causes": _causes(entries),
    }


def _check(entries: list[tuple[str, Mapping[str, Any]]], item: dict[str, Any]) -> dict[str, Any]:
    first = entries[0][1]
    return {
        "id": first["id"],
        "title": first["title"],
        "public": first["public"],
        "max_points": first["max_points"],
        "verdicts": _count(check["verdict"] for _, check in entries),
        "item": item,
        "mistakes": {mistake["id"]: mistake["students"] for mistake in _mistakes(entries)},
    }


def _limits(student: str, exercise: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One entry if checks of `exercise` ran out of time or memory: how many, and what was said, each sentence once."""
    reached = [check["message"] for check in exercise["checks"] if check["verdict"] == Verdict.LIMIT.value]
    if not reached:
        return []
    said = [message for i, message in enumerate(reached) if message not in reached[:i]]
    return [{"student": student, "exercise": exercise["id"], "n_checks": len(reached), "messages": said}]


def _mistakes(checks: list[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The recognised mistakes, the most frequent first; a student counts once."""
    students: dict[str, set[str]] = {}
    hints: dict[str, Mapping[str, str]] = {}
    for student, check in checks:
        if check["mistake"] is not None:
            students.setdefault(check["mistake"], set()).add(student)
            if check["hint"] is not None:
                hints.setdefault(check["mistake"], check["hint"])
    ordered = sorted(students, key=lambda mistake: (-len(students[mistake]), mistake))
    none = {"ja": "", "en": ""}
    return [{"id": name, "hint": hints.get(name, none), "students": sorted(students[name])} for name in ordered]


def _causes(entries: list[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Who has a root cause of each kind behind failed checks, the most frequent kind first."""
    students: dict[str, list[str]] = {}
    for student, exercise in entries:
        cause = exercise.get("cause")
        if cause is not None:
            students.setdefault(cause["kind"], []).append(student)
    ordered = sorted(students, key=lambda kind: (-len(students[kind]), kind))
    return [{"kind": kind, "students": sorted(students[kind])} for kind in ordered]


def _by_id(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> list[list[tuple[str, Mapping[str, Any]]]]:
    groups: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for student, entry in entries:
        groups.setdefault(entry["id"], []).append((student, entry))
    return list(groups.values())


def _count(verdicts: Iterable[str]) -> dict[str, int]:
    counted = Counter(verdicts)
    return {verdict.value: counted[verdict.value] for verdict in Verdict}
