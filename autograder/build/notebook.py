"""An exercise as a notebook: the statement, one cell for each function to write, and a cell that checks the saved notebook.

The same exercise gives the same bytes. A notebook stands alone: figures are part of it. They are written as data
addresses, because JupyterLab shows no SVG that is attached to a cell. Answers, the check and prose carry nbgrader's
metadata (schema 3); nothing else does, so that statements may be reworded after a release.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from autograder.build.words import refuse_marks_of_nbgrader
from autograder.exercise import Exercise
from autograder.grading.notebook import defined_functions
from autograder.grading.outline import parsed
from autograder.messages import Language, Message

_FENCE = re.compile(r"^```", re.MULTILINE)
_IMAGE = re.compile(r"\]\(figures/([^)]*)\)")
_ANSWER = Message(
    "## 答え\n\n次のセルを完成させてください。試しのセルは、好きなだけ足してかまいません。",
    "## Your answer\n\nComplete the cells below. Add as many cells of your own as you like.",
)
_CHECK = Message(
    "## 公開チェック\n\nノートブックを保存（Ctrl+S）してから、次のセルを実行してください。調べるのは保存されたファイル、つまり提出するものと同じです。",
    "## Public checks\n\nSave the notebook (Ctrl+S), then run the next cell. It checks the saved file, the very one that you hand in.",
)
_PROSE = Message(
    "## 答え\n\n次のセルをダブルクリックし、`<!--` で始まる行の下に書いてください。その行は消さないでください。",
    "## Your answer\n\nDouble-click the next cell and write below the line that begins with `<!--`. Leave that line in place.",
)


def notebook_name(exercise: Exercise, language: str) -> str:
    """Its file beside the exercise's other files, e.g. `top_p.en.ipynb`."""
    return f"{exercise.name}.{language}.ipynb"


def notebook_text(exercise: Exercise, language: str, file: str = "") -> str:
    """The notebook in nbformat 4.5, in one language ("ja" or "en").

    Args:
        file: the name under which students save it; by default `notebook_name`.

    Raises: CourseError with file and line if nbgrader would take words of the exercise for its own marks.
    """
    refuse_marks_of_nbgrader(exercise)
    content = {
        "cells": _cells(exercise, language, file or notebook_name(exercise, language)),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cells(exercise: Exercise, language: str, file: str) -> list[dict[str, Any]]:
    name = exercise.name
    cells = [
        _markdown(cell_id(name, f"text-{number}"), part)
        for number, part in enumerate(_sections(_with_figures(exercise, language)), start=1)
    ]
    if exercise.rubric is not None:
        answer = _markdown(cell_id(name, "answer"), _mark_line(exercise))
        _for_nbgrader(answer, grade=True, solution=True, points=exercise.max_points)
        return [*cells, _markdown(cell_id(name, "how"), _PROSE.text(_language(language))), answer]
    cells.append(_markdown(cell_id(name, "how"), _ANSWER.text(_language(language))))
    cells += stub_cells(exercise)
    cells.append(_markdown(cell_id(name, "how-to-check"), _CHECK.text(_language(language))))
    check = _code(cell_id(name, "check"), f'from autograder.notebook import check\n\ncheck("{file}")')
    _for_nbgrader(check, grade=True, locked=True, points=exercise.max_points)
    check["metadata"] |= {"deletable": False, "editable": False}
    return [*cells, check]


def stub_cells(exercise: Exercise) -> list[dict[str, Any]]:
    """The cells to write in: one for each function, and others for what the stub gives beside them."""
    cells = []
    for number, source in enumerate(answer_cells(exercise.stub, exercise.functions), start=1):
        defined = defined_functions(source) & set(exercise.functions)
        label = f"answer-{min(defined)}" if defined else f"given-{number}"
        cell = _code(cell_id(exercise.name, label, number), source)
        if defined:
            _for_nbgrader(cell, solution=True)
        cells.append(cell)
    return cells


def cell_id(name: str, label: str, number: int = 0) -> str:
    """An id that nbformat and nbgrader accept: at most 64 of `A-Z a-z 0-9 _ -`; readable where the names allow it."""
    wanted = f"{name}-{label}"
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", wanted):
        return wanted
    mark = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    return f"{re.sub('[^A-Za-z0-9_-]', '', name)[:40]}-{number:02}-{mark}"


def _for_nbgrader(cell: dict[str, Any], *, points: float | None = None, **roles: bool) -> None:
    """Give `cell` nbgrader's metadata, and its id as the grade id."""
    cell["metadata"]["nbgrader"] = {
        "schema_version": 3,
        "grade_id": cell["id"],
        **dict.fromkeys(("grade", "locked", "solution", "task"), False),
        **roles,
        **({} if points is None else {"points": points}),
    }


def _language(language: str) -> Language:
    return "ja" if language == "ja" else "en"


def answer_cells(text: str, functions: Collection[str]) -> Iterator[str]:
    """The cells in which `text`, a student's file, is written: one for each of `functions`, others for what stands between.

    The module's docstring, which repeats the title, is left out. What is not valid Python is one cell.
    """
    tree, lines = parsed(text), text.split("\n")
    if tree is None:
        yield text.strip("\n")
        return
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    start = tree.body[0].end_lineno or 0 if body != tree.body else 0
    waiting: list[str] = []
    for node in body:
        part = "\n".join(lines[start : node.end_lineno]).strip("\n")
        start = max(start, node.end_lineno or 0)
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            yield from filter(None, ["\n\n".join(waiting)])
            yield part
            waiting = []
        elif part:
            waiting.append(part)
    yield from filter(None, ["\n\n".join([*waiting, "\n".join(lines[start:]).strip("\n")]).strip("\n")])


def _mark_line(exercise: Exercise) -> str:
    return exercise.stub.rstrip("\n").rpartition("\n")[2] + "\n\n"


def _sections(text: str) -> Iterator[str]:
    """`text` cut in front of every `## ` heading outside fenced code."""
    part: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        if line.startswith("## ") and not fenced:
            yield "\n".join(part).strip()
            part = []
        part.append(line)
    yield "\n".join(part).strip()


def _with_figures(exercise: Exercise, language: str) -> str:
    """The statement with its figures put in."""
    figures = {figure.name: figure.svg for figure in exercise.figures}

    def embed(link: re.Match[str]) -> str:
        data = base64.b64encode(figures[link[1]].encode()).decode()
        return f"](data:image/svg+xml;base64,{data})"

    return _IMAGE.sub(embed, exercise.statement.text(_language(language)))


def _markdown(id_: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id_, "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(id_: str, text: str) -> dict[str, Any]:
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "id": id_, "metadata": {}, "outputs": [], "source": source}
