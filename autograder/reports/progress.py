"""How far public checks have come: the last lines of a student's own pytest."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from autograder.messages import Language, Message

BAR_CELLS = 10


class Progress:
    """Points by exercise, counted from pytest's reports; a check counts when all its cases passed.

    Args:
        started_in: the folder in which pytest was started.
    """

    def __init__(self, started_in: Path) -> None:
        self._started_in = started_in
        # By check file: two units, and two copies of one unit, may be checked in one run.
        self.points: dict[str, dict[str, float]] = {}
        self._names: dict[str, str] = {}
        self._not_passed: dict[str, set[str]] = {}
        self._unwritten: dict[str, set[str]] = {}

    def add(self, report: Any) -> None:
        """Count `report` if it is of a check, as `public_checks` marks it."""
        found = getattr(report, "autograder_check", None)
        if not found:
            return
        file = report.autograder_file
        self._names[file], check, points = found
        self.points.setdefault(file, {})[check] = points
        if not report.passed:
            self._not_passed.setdefault(file, set()).add(check)
        if getattr(report, "autograder_unwritten", False):
            self._unwritten.setdefault(file, set()).add(check)

    def lines(self, language: Language) -> list[str]:
        """A line for each exercise, the sum with its scope, and how to run one exercise alone; nothing without a check."""
        if not self.points:
            return []
        labels = {file: self._label(file) for file in self.points}
        width = max(map(cell_len, labels.values()))
        files = sorted(self.points, key=lambda file: labels[file])
        total = sum(sum(checks.values()) for checks in self.points.values())
        reached = sum(map(self._reached, self.points))
        scope = Message(
            "公開チェックのみの点です。採点では非公開のチェックも走ります。",
            "Public checks only; grading also runs hidden checks.",
        )
        padded = {file: label + " " * (width - cell_len(label)) for file, label in labels.items()}
        lines = [self._line(file, padded[file], language) for file in files]
        lines.append(f"{'':{width}}  {'':{BAR_CELLS}}  {reached:g}/{total:g}  {scope.line(language)}")
        unfinished = [file for file in files if self._not_passed.get(file)]
        return lines + ([self._alone(unfinished[0], language)] if unfinished and len(files) > 1 else [])

    def _label(self, file: str) -> str:
        """The exercise; with its folder where there are several of that name."""
        name = self._names[file]
        several = list(self._names.values()).count(name) > 1
        return os.path.join(os.path.dirname(self._from_here(file)), name) if several else name

    def _from_here(self, file: str) -> str:
        try:
            return os.path.relpath(file, self._started_in)
        except ValueError:  # on another drive
            return file

    def _alone(self, file: str, language: Language) -> str:
        path = self._from_here(file)
        command = f'pytest "{path}"' if os.name == "nt" and " " in path else f"pytest {shlex.quote(path)}"
        return Message(f"1 つの課題だけを調べるには: {command}", f"to check one exercise alone: {command}").line(
            language
        )

    def _line(self, file: str, label: str, language: Language) -> str:
        total = sum(self.points[file].values())
        reached = self._reached(file)
        n_full = int(BAR_CELLS * reached / total) if total else 0
        line = f"{label}  {'█' * n_full}{'░' * (BAR_CELLS - n_full)}  {reached:g}/{total:g}"
        if self._unwritten.get(file) == set(self.points[file]):
            line += "  " + Message("まだ書かれていません", "not written yet").line(language)
        return line

    def _reached(self, file: str) -> float:
        missed = self._not_passed.get(file, set())
        return sum(points for check, points in self.points[file].items() if check not in missed)
