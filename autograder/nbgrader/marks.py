"""Storing marks in nbgrader's gradebook, and what was marked, so that a later run can tell what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import is_solution
from traitlets import Bool

from autograder.grading.intake import fit_name
from autograder.messages import Message
from autograder.nbgrader.engine import REPORTS
from autograder.reports.files import json_text, write_atomic
from autograder.reports.words import number

Resources = dict[str, Any]
_LOG = "graded.json"


class SaveMarks(SaveAutoGrades):
    """As nbgrader's own step, but the mark is the engine's, never one that is read off an output.

    A withheld mark is stored as none, to be graded by hand, and the notebook is flagged. Manual scores and comments stay.
    """

    never_lower = Bool(
        True, help="Keep the mark of an unchanged answer where grading it again would give a lower one."
    ).tag(config=True)

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """Store marks, comments and flag of one notebook."""
        names = resources["nbgrader"]
        log = Path(self.parent.parent.coursedir.root, REPORTS, names["assignment"], fit_name(names["student"]), _LOG)
        self._unchanged = _digests(log).get(names["notebook"]) == resources["autograder"]["digest"]
        nb, resources = super().preprocess(nb, resources)
        if resources["autograder"]["flag"]:
            self._flag(resources)
        digests = {**_digests(log), names["notebook"]: resources["autograder"]["digest"]}
        write_atomic(log, json_text(dict(sorted(digests.items()))))
        return nb, resources

    def _add_score(self, cell: nbformat.NotebookNode, resources: Resources) -> None:
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        before = grade.auto_score
        points = resources["autograder"]["points"]
        if self.never_lower and self._unchanged and before is not None and (points is None or points < before):
            points = min(before, grade.max_score)
            _say_kept(cell, points, resources["autograder"]["points"])
        grade.auto_score = points
        looked_at = grade.manual_score is not None and self._unchanged and points == before
        if not looked_at:
            grade.needs_manual_grade = grade.manual_score is not None or points is None
        self.gradebook.db.commit()

    def _add_comment(self, cell: nbformat.NotebookNode, resources: Resources) -> None:
        super()._add_comment(cell, resources)
        if resources["autograder"]["unread"] and is_solution(cell):
            comment = self.gradebook.find_comment(
                cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
            )
            why = resources["autograder"]["notes"][0]
            comment.auto_comment = Message(why["ja"], why["en"]).text("both")
            self.gradebook.db.commit()

    def _flag(self, resources: Resources) -> None:
        with Gradebook(self.db_url) as gradebook:
            found = gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
            found.flagged = True
            gradebook.db.commit()


def _say_kept(cell: nbformat.NotebookNode, kept: float, found: float | None) -> None:
    """Tell in the output that an earlier mark stands, and write it there."""
    now = "–" if found is None else number(found)
    message = Message(
        f"前の採点の {number(kept)} 点をそのまま使います（採点し直すと {now} 点）。",
        f"The earlier mark of {number(kept)} stands (grading again gives {now}).",
    )
    for output in cell.get("outputs", []):
        output.data["text/plain"] = repr(float(kept))
        output.data["text/html"] = (
            "<p>" + message.text("both").replace("\n", "<br>") + "</p>\n" + output.data["text/html"]
        )


def _digests(log: Path) -> dict[str, str]:
    """Exercise → digest of the answer that was graded last."""
    try:
        content = json.loads(log.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
