"""An exercise as a notebook: the statement, one cell for each function to write, and a cell that checks the saved notebook.

The same exercise gives the same bytes. A notebook stands alone: figures are part of it. They are written as data
addresses, because JupyterLab shows no SVG that is attached to a cell.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from autograder.exercise import Exercise
from autograder.messages import Message

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


def notebook_text(exercise: Exercise, language: str) -> str:
    """The notebook in nbformat 4.5, in one language ("ja" or "en")."""
    cells = [_markdown(part) for part in _sections(_with_figures(exercise, language))]
    if exercise.rubric is not None:
        cells += [_markdown(_PROSE.ja if language == "ja" else _PROSE.en), _markdown(_mark_line(exercise))]
    else:
        cells.append(_markdown(_ANSWER.ja if language == "ja" else _ANSWER.en))
        cells += [_code(source) for source in answer_cells(exercise.stub, exercise.functions)]
        cells.append(_markdown(_CHECK.ja if language == "ja" else _CHECK.en))
        # A magic, which is left out when the notebook becomes the text of an answer.
        cells.append(_code(f"%run -m autograder.notebook {notebook_name(exercise, language)}"))
    for number, cell in enumerate(cells):
        cell["id"] = f"{exercise.name}-{number:02}"[-64:]
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def answer_cells(text: str, functions: tuple[str, ...]) -> Iterator[str]:
    """The cells in which `text`, a student's file, is written: one for each of `functions`, others for what stands between.

    The module's docstring, which repeats the title, is left out.
    """
    tree, lines = ast.parse(text), text.splitlines()
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    start = tree.body[0].end_lineno or 0 if body != tree.body else 0
    waiting = ""
    for node in body:
        part = "\n".join(lines[start : node.end_lineno]).strip("\n")
        start = node.end_lineno or 0
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            yield from filter(None, [waiting])
            yield part
            waiting = ""
        else:
            waiting = f"{waiting}\n\n{part}".strip("\n")
    yield from filter(None, [waiting])


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

    return _IMAGE.sub(embed, exercise.statement.ja if language == "ja" else exercise.statement.en)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
