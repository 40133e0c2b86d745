"""What stands below a check cell in formgrader and in feedback: one number, and the report of the exercise as HTML.

nbgrader gives full marks to an output that it cannot read and none to any word on stderr; here is always exactly one
result whose plain text is a number from 0 to the cell's points. Everything that comes from a student is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from autograder.messages import Message, visible
from autograder.reports.words import SIGNS, WITHHELD, WORDS, number

_STYLE = 'style="padding: 4px 10px; text-align: left; vertical-align: top"'
_NARROW = 'style="padding: 4px 10px; text-align: left; vertical-align: top; white-space: nowrap"'


def result(points: float | None, max_points: float, html: str) -> dict[str, Any]:
    """The output of a check cell. A withheld mark stands as 0, and `SaveMarks` stores no mark for it."""
    value = 0.0 if points is None else min(max(points, 0.0), max_points)
    data = {"text/plain": repr(float(value)), "text/html": html}
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


def exercise_html(exercise: Mapping[str, Any], points: float | None, notes: list[Mapping[str, str]]) -> str:
    """The report of one exercise: points, what a person should know, the one cause of all, and a row for each check."""
    shown = "–" if points is None else number(points)
    head = f"<p><b>{shown} / {number(exercise['max_points'])}</b>"
    if points is None:
        head += f" {_both(WITHHELD)}"
    lines = [f"{head}</p>", *(f"<p>⚑ {_text(note)}</p>" for note in notes)]
    if exercise.get("cause"):
        rest = exercise["cause"]["rest"]
        lines.append(f"<p><b>{_text(exercise['cause']['message'])}</b>{f'<br>{_text(rest)}' if rest else ''}</p>")
    said = exercise["cause"]["message"] if exercise.get("cause") else None
    rows = "".join(
        _row({**check, "message": None if check["message"] == said else check["message"]})
        for check in exercise["checks"]
    )
    return "\n".join([*lines, f"<table>{rows}</table>" if rows else ""])


def _row(check: Mapping[str, Any]) -> str:
    verdict = check["verdict"]
    sign = f"<td {_NARROW}>{SIGNS[verdict]} {_both(WORDS[verdict])}</td>"
    parts = [_text(check["title"]), _text(check["message"]), _text(check["hint"])]
    body = "<br>".join(part for part in parts if part)
    points = "–" if check["points"] is None else number(check["points"])
    return f"<tr>{sign}<td {_STYLE}>{body}</td><td {_NARROW}>{points} / {number(check['max_points'])}</td></tr>"


def _text(message: Mapping[str, str] | None) -> str:
    return _both(Message(message["ja"], message["en"])) if message and (message["ja"] or message["en"]) else ""


def _both(message: Message) -> str:
    """Both languages on lines of their own, escaped."""
    return escape(visible(message.text("both"), limit=4000)).replace("\n", "<br>")
