"""Marks by exercise as a CSV file for people and spreadsheets: UTF-8 with a byte order mark, every field quoted."""

from __future__ import annotations

import csv
import io
import re

from autograder.messages import escaped
from autograder.reports.exports.sheet import Sheet
from autograder.reports.words import number

_BORDER = ",;|\t\n"
_BORDERS = re.compile(r"([,;|\t\n])")
_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫", "−")
# What stands before a formula and does not keep it from being one.
_BLANKS = ' "`“”„«»　\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u200d'
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


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
    """Rows as CSV with the line ends that RFC 4180 asks for; every cell is one that a spreadsheet shows and does not run."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, delimiter=delimiter, lineterminator="\r\n")  # type: ignore[arg-type]
    writer.writerows([[as_text(cell) for cell in line] for line in lines])
    return text.getvalue()


def csv_lines(text: str, delimiter: str) -> list[list[str]]:
    """The rows of a CSV that another program wrote, without empty ones. Raises: ValueError if it is none."""
    try:
        return [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if line]
    except csv.Error as error:
        raise ValueError(str(error)) from error


def as_text(cell: str) -> str:
    """`cell` with an apostrophe before whatever a spreadsheet would take for a formula; numbers and all else as they are.

    A formula begins with = + - @, or their wide forms, behind any blanks and quotes. It does so, too, behind what another
    country's spreadsheet takes for the border of a cell (a semicolon, a tab, a line's end). Control characters are escaped.
    """
    parts = _BORDERS.split(escaped(cell.replace("\r\n", "\n")))
    return "".join(part if part in _BORDER else _harmless(part) for part in parts)


def _harmless(part: str) -> str:
    text = part.lstrip(_BLANKS)
    runs = text[:1] in _STARTS and text not in _STARTS and not _PLAIN_NUMBER.fullmatch(part)
    return f"'{part}" if runs and text[:1] else part


def _text(value: float | None) -> str:
    return "" if value is None else number(value)
