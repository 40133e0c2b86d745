"""Pages for people: one self-contained HTML file for a student, one for a class.

Each holds both languages and needs no network: its policy allows nothing but its own styles and its
one script, named by hash. Whatever comes from a report is shown as text: escaped, control and
bidirectional characters made visible.
"""

from __future__ import annotations

import base64
import hashlib
import statistics
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.messages import visible
from autograder.reports.advice import next_steps
from autograder.reports.figures import check_outcomes, score_histogram
from autograder.reports.words import SIGNS, WITHHELD, WORDS, number

TEXT_LIMIT = 4000  # characters of one message


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
            points=points,
            mean=statistics.fmean(points) if points else None,
            median=statistics.median(points) if points else None,
            histogram=Markup(score_histogram(points, summary["max_points"])),
            pictures=[Markup(check_outcomes(exercise["checks"] or [exercise])) for exercise in summary["exercises"]],
        )
    )


def report_link(student: str) -> str:
    """Where a student's page lies, seen from the class page."""
    return f"./{quote(student, safe='', errors='replace')}/report.html"


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
        WITHHELD=WITHHELD,
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
