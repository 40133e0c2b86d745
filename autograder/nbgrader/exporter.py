"""Reading submitted notebooks for nbgrader: not at all. The engine reads the submission; nothing that a student sends can stop here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, v4

from autograder.errors import SubmissionError


class SafeExporter(NotebookExporter):
    """Gives nbgrader's autograde step an empty notebook for each submitted one; `Transplant` fills it.

    The notebooks that the step itself wrote are read as usual.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str | NotebookNode, dict[str, Any]]:
        """Export `filename`. Raises: SubmissionError if links lie in the submission, which intake has to remove."""
        folder = Path(filename).parent
        if not self._is_submitted(folder, resources or {}):
            exported: tuple[NotebookNode, dict[str, Any]] = super().from_filename(filename, resources, **kwargs)
            return exported
        links = [path for path in folder.rglob("*") if path.is_symlink()]
        if links or folder.is_symlink():
            raise SubmissionError(
                ja=f"{folder}: リンクがあります（{[path.name for path in links]}）。`autograder nbgrader intake` を実行してから採点してください。",
                en=f"{folder}: holds links ({[path.name for path in links]}). Run `autograder nbgrader intake`, then grade again.",
            )
        empty: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(v4.new_notebook(), resources, **kwargs)
        return empty

    def _is_submitted(self, folder: Path, resources: dict[str, Any]) -> bool:
        course, names = self.parent.coursedir, resources["nbgrader"]
        submitted = course.format_path(course.submitted_directory, names["student"], names["assignment"])
        return folder.absolute() == Path(submitted).absolute()
