"""The grading process behind nbgrader: reads one order per line from standard input, answers with one line of JSON.

It ends when its input does, or after IDLE_S without an order, and takes its student processes with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import select
from pathlib import Path
from typing import Any, TextIO

from autograder.build.fill import filled_notebook, with_code
from autograder.course import read_course
from autograder.errors import AutograderError, CourseError
from autograder.exercise import Course, Exercise, Unit, Verdict
from autograder.grading.apart import SubmissionReader
from autograder.grading.engine import Grader, Settings
from autograder.grading.intake import Answer, Submission
from autograder.jail.pool import Limits
from autograder.jail.readers import ReadingFailedError
from autograder.messages import Message
from autograder.models import Catalog, read_catalog
from autograder.models.sources import choose

IDLE_S = 120.0
MAX_SHOWN_CHARACTERS, _MAX_GAP = 40_000, 500
_SHOWN_IN_PART = "# 長いので一部だけを表示しています。採点したのは提出物の全体です / Shown in part, for it is long; the whole was graded."
_NOT_SHOWN = "# 表示できません。提出物のファイルを見てください / Cannot be shown; look at the submitted file."


def main() -> None:
    """Obey until nobody asks any more."""
    orders, replies = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what trusted code prints is no reply
    settings = json.loads(orders.readline())
    limits = Limits(
        cpu_s=settings["cpu_limit"],
        wall_s=4.0 * settings["cpu_limit"] + 10,
        submission_s=settings["submission_limit"],
        memory_mib=settings["memory_limit"],
    )
    try:
        grader = Grader(_chosen(settings, limits))
    except AutograderError as error:
        _reply(replies, {"error": [error.message.ja, error.message.en]})
        return
    _reply(replies, {"ready": True})
    with grader, SubmissionReader() as reader:
        _obey(_Bench(grader, reader), orders, replies)


def _chosen(settings: dict[str, Any], limits: Limits) -> Settings:
    """The settings that the order names. Raises: SettingsError."""
    catalog = read_catalog(Path(settings["models"])) if settings["models"] else Catalog()
    return Settings(**vars(choose(settings["model"], settings["device"], settings["dtype"], catalog)), limits=limits)


def _obey(bench: _Bench, orders: TextIO, replies: TextIO) -> None:
    while select.select([orders], [], [], IDLE_S)[0] and (line := orders.readline()):
        order = json.loads(line)
        try:
            bench.open(Path(order["solutions"]), order["stamp"])
            reply = bench.grade(order["unit"], order["student"], Path(order["folder"]), order["language"])
        except AutograderError as error:
            reply = {"error": [error.message.ja, error.message.en]}
        _reply(replies, reply)


def _reply(replies: TextIO, content: dict[str, Any]) -> None:
    replies.write(json.dumps(content) + "\n")
    replies.flush()


class _Bench:
    """A grader, whoever reads submissions, and the course that they are graded by."""

    def __init__(self, grader: Grader, reader: SubmissionReader) -> None:
        self._grader, self._reader = grader, reader
        self._opened: tuple[Path, str] | None = None
        self._course = Course(Path(), ())

    def open(self, solutions: Path, stamp: str) -> None:
        """Read the course, unless it is the one that is open. Raises: CourseError."""
        if self._opened == (solutions, stamp):
            return
        self._course = read_course(solutions)
        self._grader.forget()
        self._opened = (solutions, stamp)

    def grade(self, unit_id: str, student: str, folder: Path, language: str) -> dict[str, Any]:
        """The report of one submission, the notebooks to show, and what a person should look at."""
        unit = _unit(self._course, unit_id)
        submission = self._reader.read(student, folder, unit)
        graded = self._grader.grade(submission, unit)
        answers = {exercise.name: submission.answers[exercise.name] for exercise in unit.exercises}
        filled = {one.name: self._filled(one, language, _shown(one, answers[one.name])) for one in unit.exercises}
        return {
            "report": graded.report,
            "faults": graded.faults,
            "handed_out": {one.name: _notebook(one, language, None) for one in unit.exercises},
            "notebooks": filled,
            "digests": {name: _digest(answer) for name, answer in answers.items()},
            "unread": {name: _both(why) for name, one in answers.items() if (why := _unread(one, submission))},
        }

    def _filled(self, exercise: Exercise, language: str, answer: str | None) -> dict[str, Any]:
        """The notebook with the answer as it can be shown; a text is taken apart where submissions are read."""
        notebook = _notebook(exercise, language, None)
        if answer is None or exercise.is_prose:
            return notebook if answer is None else _notebook(exercise, language, answer)
        order = {"cells": notebook["cells"], "text": legible(answer), "name": exercise.name}
        try:
            cells = self._reader.ask("autograder.build.fill:filled_here", order | {"functions": exercise.functions})
        except ReadingFailedError:
            cells = with_code(notebook["cells"], _NOT_SHOWN, exercise.name, exercise.functions)
        return {**notebook, "cells": cells}


def legible(code: str) -> str:
    """`code` as pages can show it: what colours it takes time that grows with the square of some texts."""
    half = _MAX_GAP // 2
    shown = re.sub(rf"\s{{{_MAX_GAP},}}", lambda gap: gap[0][:half] + gap[0][-half:], code)[:MAX_SHOWN_CHARACTERS]
    return code if shown == code else f"{_SHOWN_IN_PART}\n{shown}"


def _notebook(exercise: Exercise, language: str, answer: str | None) -> dict[str, Any]:
    return filled_notebook(exercise, language, f"{exercise.name}.ipynb", answer)


def _shown(exercise: Exercise, answer: Answer) -> str | None:
    """The answer, or for prose that could not be read the reason: an untouched cell would be marked 0."""
    if answer.source is None and exercise.rubric is not None and answer.verdict is not Verdict.UNWRITTEN:
        return answer.note.text("both") if answer.note else "?"
    return answer.source


def _unit(course: Course, unit_id: str) -> Unit:
    for unit in course.units:
        if unit.id == unit_id:
            return unit
    raise CourseError(
        ja=f"{course.root}: 単元 {unit_id} がありません。nbgrader の課題名は単元のフォルダ名と同じはずです。",
        en=f"{course.root}: no unit {unit_id}. nbgrader's assignment must be called like the unit's folder.",
    )


def _digest(answer: Answer) -> str:
    return hashlib.sha256(f"{answer.verdict.value}\0{answer.source}".encode("utf-8", "backslashreplace")).hexdigest()


def _unread(answer: Answer, submission: Submission) -> Message | None:
    """Why the answer may be there though it was not read: then a person decides, and no zero is stored."""
    if answer.source is not None:
        return None
    if answer.verdict is not Verdict.UNWRITTEN:
        return answer.note
    return submission.notes[0] if submission.unreadable else None


def _both(message: Message) -> dict[str, str]:
    return {"ja": message.ja, "en": message.en}


if __name__ == "__main__":
    main()
