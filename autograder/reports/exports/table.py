"""Marks by exercise as a CSV file for people and spreadsheets: UTF-8 with a byte order mark, every field quoted."""

from __future__ import annotations

import csv
import io

from autograder.reports.exports.sheet import Sheet
from autograder.reports.words import number


def per_exercise_csv(sheet: Sheet) -> str:
    """One row for each student; empty where a mark waits for a person."""
    names = [column.exercise for column in sheet.columns]
    limits = [number(column.max_points) for column in sheet.columns]
    lines = [["student", "last_name", "first_name", "email", *names, "late_penalty", "total"]]
    lines.append(["max_points", "", "", "", *limits, "", number(sheet.max_points)])
    for row in sheet.rows:
        points = [_text(row.points.get(name)) for name in names]
        lines.append(
            [row.student, row.last_name, row.first_name, row.email, *points, number(row.penalty), _text(row.total)]
        )
    return "\ufeff" + csv_text(lines, quoting=csv.QUOTE_ALL)


def csv_text(lines: list[list[str]], *, quoting: int = csv.QUOTE_MINIMAL, delimiter: str = ",") -> str:
    """Rows as CSV with the line ends that RFC 4180 asks for."""
    text = io.StringIO()
    csv.writer(text, quoting=quoting, delimiter=delimiter, lineterminator="\r\n").writerows(lines)  # type: ignore[arg-type]
    return text.getvalue()


def _text(value: float | None) -> str:
    return "" if value is None else number(value)
