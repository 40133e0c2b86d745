"""Grading a released assignment again after its checks changed: who gains, who loses, and the new marks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, NbGraderAPI

from autograder.errors import JailError, SettingsError
from autograder.messages import Message
from autograder.nbgrader.course_folder import CONFIG
from autograder.nbgrader.engine import Engine
from autograder.reports.words import number

Marks = dict[str, float | None]  # by exercise


@dataclass(frozen=True)
class Change:
    """How one mark differs when graded again; None waits for a person. `kept`: the earlier mark stays all the same."""

    student: str
    exercise: str
    before: float | None
    after: float | None
    kept: bool

    def line(self) -> Message:
        """One line for the terminal."""
        before, after = (_shown(value) for value in (self.before, self.after))
        kept = Message("（前の点のまま）", " (the earlier mark stays)") if self.kept else Message("", "")
        return Message(
            f"{self.student} {self.exercise}: {before} → {after}{kept.ja}",
            f"{self.student} {self.exercise}: {before} → {after}{kept.en}",
        )


def regrade(course: Path, unit: str, *, dry_run: bool = False, allow_lower: bool = False) -> list[Change]:
    """Grade every submission of `unit` again and store the marks that changed.

    Manual scores and comments stay. A mark of an unchanged answer is lowered, or withdrawn, only with `allow_lower`.

    Args:
        dry_run: store nothing.

    Returns: what changes or would change, students in order.
    Raises: SettingsError if `course` is no course folder; AutograderError if the engine failed.
    """
    if not (course / CONFIG).is_file():
        raise SettingsError(
            ja=f"{course}: {CONFIG} がありません。`autograder nbgrader init` で作ったフォルダを指定してください。",
            en=f"{course}: has no {CONFIG}. Give the folder that `autograder nbgrader init` made.",
        )
    found = []
    with _inside(course):
        app = AutogradeApp()
        app.initialize([unit, "--log-level=ERROR"])
        app.config.SaveMarks.never_lower = not allow_lower
        engine = Engine(config=app.config)
        for student, before in _marks(app.coursedir.db_url, unit).items():
            changes = list(_changes(student, before, _graded(engine, unit, student), allow_lower))
            if not dry_run and any(not change.kept for change in changes):
                _store(app, unit, student)
            found += changes
    return found


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _marks(db_url: str, unit: str) -> dict[str, Marks]:
    """Student → marks of the check cells; what a person marks is not graded again."""
    with Gradebook(db_url) as gradebook:
        return {
            submission.student.id: {
                notebook.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.cell.cell_type == "code"
            }
            for submission in sorted(gradebook.assignment_submissions(unit), key=lambda one: one.student.id)
            if Path("submitted", submission.student.id, unit).is_dir()
        }


def _graded(engine: Engine, unit: str, student: str) -> Marks:
    reply = engine.grade(unit, student, Path("submitted", student, unit))
    marks = {one["id"].rpartition("/")[2]: one["points"] for one in reply["report"]["exercises"]}
    return {name: None if name in reply["unread"] else points for name, points in marks.items()}


def _changes(student: str, before: Marks, after: Marks, allow_lower: bool) -> Iterator[Change]:
    for exercise, mark in before.items():
        now = after.get(exercise)
        if now != mark:
            lower = mark is not None and (now is None or now < mark)
            yield Change(student, exercise, mark, now, kept=lower and not allow_lower)


def _store(app: AutogradeApp, unit: str, student: str) -> None:
    answer = NbGraderAPI(app.coursedir, parent=app).autograde(unit, student, force=True, create=False)
    if not answer["success"]:
        why = answer.get("error") or answer.get("log") or ""
        raise JailError(
            ja=f"{student}: nbgrader で記録できませんでした。\n{why}",
            en=f"{student}: nbgrader could not store it.\n{why}",
        )


def _shown(value: float | None) -> str:
    return "–" if value is None else number(value)
