"""The steps that replace nbgrader's own in `nbgrader autograde`: sanitize by transplanting, grade by the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_solution

from autograder.errors import CourseError
from autograder.exercise import Verdict
from autograder.nbgrader.engine import Engine
from autograder.nbgrader.outputs import exercise_html, result

Resources = dict[str, Any]


class Transplant(NbGraderPreprocessor):
    """Puts the notebook as it is handed out in place of the submitted one, with the answer that is graded in its cells.

    Nothing else of the submitted notebook is kept: no metadata, no outputs, no other cells.
    """

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """The filled notebook. Raises: AutograderError if the engine failed or the course no longer fits the gradebook."""
        reply = graded(self, resources)
        name = resources["nbgrader"]["notebook"]
        if name not in reply["notebooks"]:
            raise _not_of_the_unit(resources)
        given = nbformat.reads(json.dumps(reply["handed_out"][name]), as_version=4)
        filled = nbformat.reads(json.dumps(reply["notebooks"][name]), as_version=4)
        checksums = {cell.id: compute_checksum(cell) for cell in given.cells if "nbgrader" in cell.metadata}
        for cell in filled.cells:
            if cell.id in checksums:
                cell.metadata.nbgrader["checksum"] = checksums[cell.id]
        _require_cells_of_gradebook(filled, resources)
        return filled, resources


class EngineGrade(NbGraderPreprocessor):
    """Writes into each check cell what the engine's report says of the exercise, and the mark for `SaveMarks`."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """The same notebook with outputs. Raises: AutograderError if the engine failed."""
        reply = graded(self, resources)
        exercise = _exercise(reply, resources)
        unread = reply["unread"].get(resources["nbgrader"]["notebook"])
        points = None if unread else exercise["points"]
        notes = [note for note in [unread, exercise["note"], *reply["report"]["notes"]] if note]
        notes = [note for number, note in enumerate(notes) if note not in notes[:number]]
        for cell in nb.cells:
            if is_grade(cell) and not is_solution(cell):
                html = exercise_html(exercise, points, notes)
                cell.outputs = [nbformat.from_dict(result(points, exercise["max_points"], html))]
        resources["autograder"] = {
            "points": points,
            "digest": reply["digests"][resources["nbgrader"]["notebook"]],
            "notes": notes,
            "unread": bool(unread),
            "flag": _needs_look(reply, exercise, bool(unread)),
        }
        return nb, resources


def _needs_look(reply: dict[str, Any], exercise: dict[str, Any], unread: bool) -> bool:
    """Whether a person should look: something could not be read or graded, or was found in an unusual place."""
    withheld = exercise["points"] is None and exercise["verdict"] != Verdict.PERSON.value
    unusual = exercise["note"] is not None and exercise["verdict"] != Verdict.UNWRITTEN.value
    return bool(unread or withheld or unusual or reply["report"]["notes"])


def graded(preprocessor: NbGraderPreprocessor, resources: Resources) -> dict[str, Any]:
    """The engine's reply for the submission that `resources` name, with its report written down."""
    names, converter = resources["nbgrader"], preprocessor.parent.parent
    course = converter.coursedir
    folder = Path(course.format_path(course.submitted_directory, names["student"], names["assignment"]))
    engine = Engine(parent=preprocessor)
    reply = engine.grade(names["assignment"], names["student"], folder)
    engine.write_report(Path(course.root), names["assignment"], reply)
    return reply


def _exercise(reply: dict[str, Any], resources: Resources) -> dict[str, Any]:
    name = resources["nbgrader"]["notebook"]
    for exercise in reply["report"]["exercises"]:
        if exercise["id"].rpartition("/")[2] == name:
            found: dict[str, Any] = exercise
            return found
    raise _not_of_the_unit(resources)


def _not_of_the_unit(resources: Resources) -> CourseError:
    name, unit = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"]
    return CourseError(
        ja=f"{name}.ipynb: 単元 {unit} にこの課題はもうありません。`autograder nbgrader init` で配布物を作り直してください。",
        en=f"{name}.ipynb: unit {unit} has no such exercise any more. Make the assignment again with `autograder nbgrader init`.",
    )


def _require_cells_of_gradebook(nb: nbformat.NotebookNode, resources: Resources) -> None:
    """The gradebook must know the same cells with the same points, or marks would go astray."""
    names = resources["nbgrader"]
    wanted = {cell.id: float(cell.metadata.nbgrader.points) for cell in nb.cells if is_grade(cell)}
    answers = {cell.id for cell in nb.cells if is_solution(cell)}
    with Gradebook(names["db_url"]) as gradebook:
        try:
            notebook = gradebook.find_notebook(names["notebook"], names["assignment"])
        except MissingEntry:
            raise _not_of_the_unit(resources) from None
        known = {cell.name: cell.max_score for cell in notebook.grade_cells}
        known_answers = {cell.name for cell in notebook.solution_cells}
    if wanted != known or answers != known_answers:
        raise CourseError(
            ja=f"{names['notebook']}: 課題が nbgrader generate_assignment のあとで変わっています（いまは {wanted}、記録は {known}）。"
            "`autograder nbgrader init` と `nbgrader generate_assignment --force` を実行してから採点してください。",
            en=f"{names['notebook']}: the exercise has changed since nbgrader generate_assignment (now {wanted}, recorded {known}). "
            "Run `autograder nbgrader init` and `nbgrader generate_assignment --force`, then grade again.",
        )
