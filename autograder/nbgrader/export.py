"""Exporters for `nbgrader export --exporter=autograder.nbgrader.export.CLASS`: the gradebook's marks in other formats.

Manual scores count, lateness is taken off by `LatePolicy`, and a student of whom a mark waits for a person is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from autograder.errors import SettingsError
from autograder.grading.intake import fit_name
from autograder.messages import visible_name
from autograder.nbgrader.engine import REPORTS
from autograder.nbgrader.lateness import LatePolicy
from autograder.reports.exports.programs import gradescope_results, junit_xml
from autograder.reports.exports.sheet import REPORT, Column, Row, Sheet
from autograder.reports.exports.write import write_sheet
from autograder.reports.files import json_text, write_atomic
from autograder.reports.formats import Format


class _Exporter(ExportPlugin):
    """What all share: which assignment, which students, and their marks."""

    format: ClassVar[Format]
    title = Unicode("", help="The name of the column of totals; by default the assignment's.").tag(config=True)
    worksheet = Unicode("", help="Moodle's exported grading worksheet, to be filled in.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write `--to`. Raises: SettingsError if it is not clear which assignment, or there is nothing to fill in."""
        sheet = sheet_of_gradebook(gradebook, self._assignment(gradebook), self, list(map(str, self.student)))
        out = Path(self.to or f"{self.format.value}.csv")
        worksheet = Path(self.worksheet) if self.worksheet else None
        _, missing = write_sheet(sheet, self.format, out, worksheet)
        self._say_missing(missing)

    def _say_missing(self, students: list[str]) -> None:
        if students:
            names = ", ".join(map(visible_name, students))
            self.log.warning("left out, since a mark is still open or the other side does not list them: %s", names)

    def _assignment(self, gradebook: Gradebook) -> str:
        names = [str(name) for name in self.assignment] or [assignment.name for assignment in gradebook.assignments]
        if len(names) != 1:
            raise SettingsError(
                ja=f"課題を 1 つ指定してください: `--assignment \"['u02_sampling']\"`（いまは {names}）。",
                en=f"give one assignment: `--assignment \"['u02_sampling']\"` (now {names}).",
            )
        return names[0]


class MoodleGradebook(_Exporter):
    """A CSV for Moodle's gradebook import."""

    format = Format.moodle


class MoodleWorksheet(_Exporter):
    """The worksheet that a Moodle assignment exported (`--MoodleWorksheet.worksheet=FILE`), filled in."""

    format = Format.moodle

    def export(self, gradebook: Gradebook) -> None:
        """The same, but only with a worksheet."""
        if not self.worksheet:
            raise SettingsError(
                ja="Moodle の課題から書き出したワークシートを `--MoodleWorksheet.worksheet=ファイル` で指定してください。",
                en="name the worksheet that the Moodle assignment exported: `--MoodleWorksheet.worksheet=FILE`.",
            )
        super().export(gradebook)


class CanvasGradebook(_Exporter):
    """A CSV for Canvas's gradebook import."""

    format = Format.canvas


class PerExercise(_Exporter):
    """A CSV with one column for each exercise, for people and spreadsheets."""

    format = Format.csv


class _ForEachStudent(_Exporter):
    """One file for each student, below the folder `--to`, made from the reports with the gradebook's marks in them."""

    file: ClassVar[str]

    def export(self, gradebook: Gradebook) -> None:
        """Write `<to>/<student>/<file>`."""
        unit = self._assignment(gradebook)
        sheet = sheet_of_gradebook(gradebook, unit, self, list(map(str, self.student)))
        root = Path(self.parent.coursedir.root) / REPORTS / unit
        for row in sheet.rows:
            if row.total is None:
                continue
            report = _with_marks(json.loads((root / fit_name(row.student) / REPORT).read_text(encoding="utf-8")), row)
            path = Path(self.to or self.format.value) / fit_name(row.student) / self.file
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, self._text(report))
        self._say_missing(list(sheet.waiting))

    def _text(self, report: dict[str, Any]) -> str:
        raise NotImplementedError


class GradescopeResults(_ForEachStudent):
    """Gradescope's results.json of each student."""

    format, file = Format.gradescope, "results.json"

    def _text(self, report: dict[str, Any]) -> str:
        return json_text(gradescope_results(report))


class JUnit(_ForEachStudent):
    """JUnit XML with points of each student."""

    format, file = Format.junit, "junit.xml"

    def _text(self, report: dict[str, Any]) -> str:
        return junit_xml(report)


def sheet_of_gradebook(gradebook: Gradebook, unit: str, plugin: _Exporter, students: list[str]) -> Sheet:
    """The marks of `unit`; students without a submission are not in it."""
    assignment = gradebook.find_assignment(unit)
    columns = tuple(Column(one.name, one.max_score) for one in sorted(assignment.notebooks, key=lambda one: one.name))
    chosen = [one for one in gradebook.students if not students or one.id in students]
    policy = LatePolicy(parent=plugin)
    return Sheet(plugin.title or unit, columns, tuple(_rows(gradebook, unit, chosen, policy)))


def _rows(gradebook: Gradebook, unit: str, students: list[Any], policy: LatePolicy) -> Iterator[Row]:
    for student in sorted(students, key=lambda one: str(one.id)):
        try:
            submission = gradebook.find_submission(unit, student.id)
        except MissingEntry:
            continue
        points = {notebook.name: _mark(notebook.grades) for notebook in submission.notebooks}
        reached = sum(value for value in points.values() if value is not None)
        yield Row(
            student.id,
            points,
            first_name=student.first_name or "",
            last_name=student.last_name or "",
            email=student.email or "",
            lms_id=student.lms_user_id or "",
            penalty=policy.penalty(reached, submission.total_seconds_late),
        )


def _mark(grades: list[Any]) -> float | None:
    """The points of one notebook; None as long as one of its marks waits for a person."""
    if any(grade.needs_manual_grade for grade in grades):
        return None
    return float(sum(grade.score for grade in grades))


def _with_marks(report: dict[str, Any], row: Row) -> dict[str, Any]:
    """The report with what the gradebook says in place of the points of its exercises."""
    exercises = [
        {**exercise, "points": row.points.get(exercise["id"].rpartition("/")[2])} for exercise in report["exercises"]
    ]
    return {**report, "exercises": exercises}
