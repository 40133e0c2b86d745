"""Moodle: a CSV for the gradebook's import, and the worksheet of an Assignment activity, filled in.

A worksheet is never made from nothing: Moodle wants back the file that it exported, in the language of the site. Its
columns are found by what stands in them. Moodle refuses a whole file for one unknown student, so none is added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.errors import SettingsError
from autograder.messages import visible
from autograder.reports.exports.sheet import Row, Sheet
from autograder.reports.exports.table import csv_lines, csv_text
from autograder.reports.words import number

_NUMBER = re.compile(r"\d+([.,]\d+)?")


def moodle_csv(sheet: Sheet) -> str:
    """For Grades > Import > CSV file: students by ID number or e-mail address; those who wait for a person are left out."""
    lines = [["ID number", "Email address", sheet.title]]
    lines += [[row.lms_id or row.student, row.email, number(total)] for row, total in sheet.settled]
    return csv_text(lines)


def moodle_worksheet(sheet: Sheet, worksheet: str, *, grade_column: str = "") -> tuple[str, list[str]]:
    """The exported `worksheet` with the column of grades filled in for the students that it names.

    Args:
        grade_column: the header of that column, where it cannot be found by its place before the maximum grades.

    Returns: the new text, and the students of `sheet` whose grade it did not take.
    Raises: SettingsError if `worksheet` is not one, or a row fits several students.
    """
    mark, text = worksheet[: worksheet.startswith("\ufeff")], worksheet.removeprefix("\ufeff")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        lines = csv_lines(text, delimiter)
    except ValueError as error:
        raise _no_worksheet(visible(str(error), limit=100)) from error
    column = _grade_column(lines, grade_column)
    comma = any("," in line[column + 1] for line in lines[1:] if _NUMBER.fullmatch(line[column + 1]))
    filled = set()
    for line in lines[1:]:
        row = _student_of(line, sheet.rows)
        if row is not None and row.total is not None:
            line[column] = number(row.total).replace(".", "," if comma else ".")
            filled.add(row.student)
    return mark + csv_text(lines, delimiter=delimiter), [row.student for row in sheet.rows if row.student not in filled]


def _grade_column(lines: Sequence[Sequence[str]], name: str) -> int:
    """The column in front of the one in which every row has the same number: the maximum grade."""
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise _no_worksheet("its rows differ in length" if lines else "it is empty")
    header, rows = lines[0], lines[1:]
    if name:
        if name not in header[:-1]:
            raise _no_worksheet(f"it has no column {visible(name)}")
        return header.index(name)
    for column in range(2, len(header)):
        values = {line[column] for line in rows}
        before = {line[column - 1] for line in rows} - {"", "-"}
        if len(values) == 1 and _NUMBER.fullmatch(next(iter(values))) and all(map(_NUMBER.fullmatch, before)):
            return column - 1
    raise _no_worksheet("no column of grades stands in front of one of maximum grades")


def _student_of(line: Sequence[str], rows: Sequence[Row]) -> Row | None:
    cells = {cell.strip().casefold() for cell in line if cell.strip()}
    for names in (_by_id, _by_name):
        found = [row for row in rows if names(row) & cells]
        if len(found) > 1:
            students = ", ".join(row.student for row in found)
            raise SettingsError(
                ja=f"ワークシートの「{visible(line[0])}」の行に、学生 {students} が当てはまります。ID 番号かメールアドレスで区別できるようにしてください。",
                en=f"the worksheet's row `{visible(line[0])}` fits the students {students}. Let id numbers or e-mail addresses tell them apart.",
            )
        if found:
            return found[0]
    return None


def _by_id(row: Row) -> set[str]:
    return {name.casefold() for name in (row.student, row.email, row.lms_id) if name}


def _by_name(row: Row) -> set[str]:
    orders = (
        f"{row.first_name} {row.last_name}",
        f"{row.last_name} {row.first_name}",
        f"{row.last_name}{row.first_name}",
    )
    return {name.strip().casefold() for name in orders if row.first_name and row.last_name}


def _no_worksheet(reason: str) -> SettingsError:
    return SettingsError(
        ja=f"Moodle の採点ワークシートとして読めません（{reason}）。Moodle の課題から書き出したファイルをそのまま指定してください。",
        en=f"not a Moodle grading worksheet ({reason}). Give the file as the Moodle assignment exported it.",
    )
