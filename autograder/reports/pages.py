"""Pages for people: one self-contained HTML file for a student, one for a class, one for its computing time.

Each holds both languages and needs no network: its policy allows nothing but its own styles and its
one script, named by hash. Whatever comes from a report is shown as text: escaped, control and
bidirectional characters made visible.
"""

from __future__ import annotations

import base64
import hashlib
import statistics
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.messages import visible
from autograder.reports.advice import next_steps
from autograder.reports.attention import NOTE, PROSE, UNREADABLE, by_reason
from autograder.reports.figures import score_histogram, seconds_histogram
from autograder.reports.items import MIN_EACH_WAY, MIN_STUDENTS
from autograder.reports.words import CAUSES, LOOKS, MEANINGS, READINGS, SIGNS, WITHHELD, WORDS, number

TEXT_LIMIT = 4000  # characters of one message
BAR_ORDER = ("fault", "fail", "crash", "limit", "person", "unwritten", "pass")  # failures share the left edge


def student_page(report: dict[str, Any]) -> str:
    """The report of one student as one HTML file."""
    checks = [check for exercise in report["exercises"] for check in exercise["checks"]]
    return (
        _environment()
        .get_template("student.html")
        .render(
            report=report,
            steps=next_steps(report),
            n_public=sum(check["public"] for check in checks),
            n_hidden=sum(not check["public"] for check in checks),
        )
    )


def class_page(summary: dict[str, Any]) -> str:
    """The summary of a class as one HTML file, with links to the students' own pages beside it."""
    points = [student["points"] for student in summary["students"] if student["points"] is not None]
    return (
        _environment()
        .get_template("class.html")
        .render(
            summary=summary,
            waiting=[student for student in summary["students"] if student["needs_person"]],
            to_look_at=by_reason(summary, UNREADABLE, NOTE),
            prose=_prose(summary),
            points=points,
            mean=statistics.fmean(points) if points else None,
            median=statistics.median(points) if points else None,
            histogram=Markup(score_histogram(points, summary["max_points"])),
            similar=_similar(summary),
            titles={exercise["id"]: exercise["title"] for exercise in summary["exercises"]},
        )
    )


def times_page(summary: Mapping[str, Any], cpu_s: Mapping[str, Mapping[str, float]]) -> str:
    """CPU seconds by student and exercise (`reports/times.py`) as one HTML file beside the class page."""
    totals = {student: sum(seconds.values()) for student, seconds in cpu_s.items()}
    return (
        _environment()
        .get_template("times.html")
        .render(
            summary=summary,
            cpu_s=cpu_s,
            totals=totals,
            histogram=Markup(seconds_histogram(list(totals.values()))),
            limited={(found["student"], found["exercise"]) for found in summary["limits"]},
        )
    )


def report_link(student: str) -> str:
    """Where a student's page lies, seen from the class page."""
    return f"./{quote(student, safe='', errors='replace')}/report.html"


def _prose(summary: Mapping[str, Any]) -> dict[str, list[str]]:
    """Exercise id → students whose prose waits for a person."""
    waiting: dict[str, list[str]] = {}
    for student in summary["students"]:
        for exercise in [look["exercise"] for look in student["looks"] if look["kind"] == PROSE]:
            waiting.setdefault(exercise, []).append(student["student"])
    return waiting


def _similar(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups of all exercises, each with the number of other exercises in which two of its students are alike."""
    together: Counter[tuple[str, str]] = Counter()
    groups = [{"exercise": one["id"], **group} for one in summary["similar"] or [] for group in one["groups"]]
    for group in groups:
        together.update(combinations(group["students"][:100], 2))
    for group in groups:
        group["n_others"] = max(together[pair] for pair in combinations(group["students"][:100], 2)) - 1
    return sorted(groups, key=lambda group: (-group["n_others"], -group["most"]))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.reports"),
        autoescape=True,
        finalize=_legible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _asset("script.js")
    environment.globals.update(
        SIGNS=SIGNS,
        WORDS=WORDS,
        MEANINGS=MEANINGS,
        READINGS=READINGS,
        LOOKS=LOOKS,
        CAUSES=CAUSES,
        WITHHELD=WITHHELD,
        BAR_ORDER=BAR_ORDER,
        MIN_STUDENTS=MIN_STUDENTS,
        MIN_EACH_WAY=MIN_EACH_WAY,
        number=number,
        report_link=report_link,
        style=Markup(_asset("style.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return environment


def _legible(value: object) -> object:
    """What a template puts out: text from a report with every deceptive character made visible."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, limit=TEXT_LIMIT)
    return value


def _asset(name: str) -> str:
    return (files("autograder.reports") / "templates" / name).read_text(encoding="utf-8")
