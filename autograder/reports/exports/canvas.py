"""Canvas's gradebook import: its header, the row of possible points, and no row where nothing is settled."""

from __future__ import annotations

from autograder.reports.exports.sheet import Row, Sheet
from autograder.reports.exports.table import csv_text
from autograder.reports.words import number


def canvas_csv(sheet: Sheet) -> str:
    """Canvas finds students by ID, else by login id; `title` is an assignment as Canvas exports it, e.g. `Unit 2 (1234)`.

    A blank where Canvas has a score would count as a change, so students who wait for a person are left out.
    """
    lines = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", sheet.title]]
    lines.append(["    Points Possible", "", "", "", "", number(sheet.max_points)])
    lines += [[_name(row), row.lms_id, "", row.student, "", number(total)] for row, total in sheet.settled]
    return csv_text(lines)


def _name(row: Row) -> str:
    return ", ".join(filter(None, [row.last_name, row.first_name])) or row.student
