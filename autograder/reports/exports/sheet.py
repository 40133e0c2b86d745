"""The marks of a class as plain data, from reports or from a gradebook; what every writer reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import SettingsError
from autograder.messages import shown
from autograder.reports.summary import summarise

REPORT = "report.json"


@dataclass(frozen=True)
class Column:
    """One exercise: its id and its points."""

    exercise: str
    max_points: float


@dataclass(frozen=True)
class Row:
    """One student. `points`: by exercise, None where the mark waits for a person; `penalty`: points off for lateness."""

    student: str
    points: Mapping[str, float | None]
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    penalty: float = 0.0

    @property
    def total(self) -> float | None:
        """The sum without what lateness costs; None if a mark waits for a person."""
        known = [value for value in self.points.values() if value is not None]
        return max(0.0, sum(known) - self.penalty) if len(known) == len(self.points) else None


@dataclass(frozen=True)
class Sheet:
    """The marks of a class. `title`: what the column of totals is called elsewhere."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def max_points(self) -> float:
        return sum(column.max_points for column in self.columns)

    @property
    def settled(self) -> tuple[tuple[Row, float], ...]:
        """The students whose total is known, with it."""
        return tuple((row, total) for row in self.rows if (total := row.total) is not None)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The students of whom a mark waits for a person; writers leave them out, since a blank can erase a mark."""
        return tuple(row.student for row in self.rows if row.total is None)


def read_reports(results: Path) -> list[dict[str, Any]]:
    """The reports below a folder of results, sorted by student.

    Raises: SettingsError if there is none, one cannot be read, or they do not belong together.
    """
    reports = []
    for path in sorted(results.glob(f"*/{REPORT}")):
        try:
            reports.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise SettingsError(
                ja=f"{path}: レポートとして読めません（{shown(error)}）。採点をもう一度実行してください。",
                en=f"{path}: not a readable report ({shown(error)}). Grade again.",
            ) from error
    if not reports:
        raise SettingsError(
            ja=f"{results}: レポートがありません。`autograder grade … --out` のフォルダを指定してください。",
            en=f"{results}: holds no report. Give the folder of `autograder grade … --out`.",
        )
    summarise(reports)  # refuses a mixture
    return sorted(reports, key=lambda report: str(report["student"]))


def sheet_of(reports: Iterable[Mapping[str, Any]], *, title: str = "", checks_only: bool = False) -> Sheet:
    """The sheet of a class's reports.

    Args:
        title: of the column of totals; by default the unit's name.
        checks_only: leave out what a person marks.
    """
    reports = list(reports)
    kept = [one for one in reports[0]["exercises"] if not checks_only or one["checks"]]
    columns = tuple(Column(one["id"], one["max_points"]) for one in kept)
    rows = tuple(
        Row(report["student"], {one["id"]: one["points"] for one in report["exercises"] if one["id"] in _ids(columns)})
        for report in reports
    )
    return Sheet(title or reports[0]["unit"], columns, rows)


def _ids(columns: tuple[Column, ...]) -> set[str]:
    return {column.exercise for column in columns}
