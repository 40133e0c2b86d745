"""Public checks of a notebook, from inside it: `check("top_p.en.ipynb")`.

The saved file is turned into the text of a .py answer, as in grading, and checked in a folder of its own:
other files of the student's are neither read nor changed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from autograder.course.handed_out import exercise_of
from autograder.errors import AutograderError, CheckFailed, SubmissionError
from autograder.grading.notebook import decoded, definitions, notebook_cells, source_for, without_magics
from autograder.terminal import settle_streams
from autograder.undisturbed import environment, pytest_options, python_module


class NotPassed(CheckFailed):
    """Public checks of a notebook that did not pass; Jupyter shows the sentences alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class NotebookError(SubmissionError):
    """The notebook could not be checked; shown in the same way."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def check(notebook: str | Path) -> None:
    """Print what pytest says of the answer in the saved `notebook`.

    Raises: NotPassed with the same lines if a check did not pass, NotebookError if the file is no notebook of an assignment
        folder or is not what was run last.
    """
    path = Path(notebook)
    settle_streams()
    try:
        given = exercise_of(path)
        cells = _saved_cells(path)
        _refuse_unsaved(path, given.functions, cells)
    except AutograderError as error:
        raise NotebookError(ja=error.message.ja, en=error.message.en) from None
    passed, lines = _run(path, source_for(cells, given.functions, given.stub))
    if not passed:
        raise NotPassed(ja=lines, en=lines)
    print(lines)


def _saved_cells(path: Path) -> list[str]:
    try:
        return notebook_cells(decoded(path.read_bytes()), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise SubmissionError(
            ja=f"{path}: 読めません。ノートブックを保存してから、もう一度実行してください。",
            en=f"{path}: cannot be read. Save the notebook, then run this cell again.",
        ) from error


def _exercise(path: Path) -> str:
    return path.name.partition(".")[0]


def _refuse_unsaved(path: Path, functions: tuple[str, ...], cells: list[str]) -> None:
    """Inside Jupyter: the cell that last defined an answer must be in the file, or an older answer would be checked."""
    for name in functions:
        ran = [code for source in _inputs() if (code := definitions(without_magics(source)).get(name))]
        if ran and ran[-1] not in [definitions(cell).get(name) for cell in cells]:
            raise SubmissionError(
                ja=f"{path}: {name} のセルは、実行したあと保存されていません。ノートブックを保存（Ctrl+S）してから、もう一度実行してください。",
                en=f"{path}: the cell of {name} was run but not saved. Save the notebook (Ctrl+S), then run this cell again.",
            )


def _inputs() -> list[str]:
    """The cells that ran in this kernel, oldest first; none outside Jupyter."""
    import builtins

    shell: Any = getattr(builtins, "get_ipython", lambda: None)()
    return [] if shell is None else list(shell.history_manager.input_hist_raw)


def _run(path: Path, source: str) -> tuple[bool, str]:
    """Whether every public check passed, and pytest's lines."""
    name, folder = _exercise(path), path.resolve().parent
    with tempfile.TemporaryDirectory(prefix="autograder-notebook-") as place:
        Path(place, f"{name}.py").write_text(source, encoding="utf-8")
        shutil.copy(folder / f"test_{name}.py", place)
        command = python_module("pytest", *pytest_options(Path(place), public=True), place)
        ended = subprocess.run(
            command, cwd=place, env=environment(), capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    return ended.returncode == 0, (ended.stdout or ended.stderr).strip()
