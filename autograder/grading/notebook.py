"""A notebook as the text of a .py answer: cells are found by the names that they define, not by their ids.

Cells that define or import nothing (experiments, calls of checks) are left out; the others run in
the order of the notebook.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from autograder.errors import SubmissionError

_DEFINES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
)


def notebook_cells(text: str, name: str) -> list[str]:
    """The Python text of every cell that defines or imports something, in order.

    A cell that defines a function is kept even if it is not valid Python, so that its author is told the line.

    Raises: SubmissionError if `text` is not a notebook.
    """
    return [source for cell in _cells(text, name, "code") if (source := _without_magics(cell)) and _defines(source)]


def prose_cells(text: str, name: str) -> list[str]:
    """The text of every Markdown cell, in order. Raises: SubmissionError if `text` is not a notebook."""
    return _cells(text, name, "markdown")


def source_for(cells: Sequence[str], functions: Collection[str]) -> str:
    """The .py text by which `cells` answer the exercise of `functions`.

    Where a later cell (of another exercise, say) defines one of them again, the cell that defines most
    of them runs once more at the end.
    """
    counts = [len(defined_functions(cell) & set(functions)) for cell in cells]
    defining = [index for index, count in enumerate(counts) if count]
    best = max(defining, key=lambda index: (counts[index], index), default=None)
    again = [cells[best]] if best is not None and best != defining[-1] else []
    return "\n\n".join([*cells, *again]) + "\n"


def defined_functions(source: str) -> set[str]:
    """Names of the functions that `source` defines at its outermost level; by its lines if it is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^def (\w+)\(", source, re.MULTILINE))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _cells(text: str, name: str, kind: str) -> list[str]:
    try:
        notebook = json.loads(text)
        cells = notebook["cells"]
        found = [_source(cell) for cell in cells if cell.get("cell_type") == kind]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SubmissionError(
            ja=f"{name}: ノートブックとして読めません。JupyterLab で開いて保存し直し、もう一度提出してください。",
            en=f"{name}: not a readable notebook. Open it in JupyterLab, save it and submit it again.",
        ) from error
    return found


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n")


def _without_magics(cell: str) -> str:
    """IPython's `%` and `!` lines become `pass`; a `%%` cell is dropped."""
    if cell.lstrip().startswith("%%"):
        return ""
    lines = []
    for line in cell.splitlines():
        body = line.lstrip()
        lines.append(f"{line[: len(line) - len(body)]}pass" if body.startswith(("%", "!")) else line)
    return "\n".join(lines)


def _defines(source: str) -> bool:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        # Kept where it seems to hold an answer, so that its author is told the line; an experiment is left out.
        return any(line.startswith(("def ", "class ", "async def ")) for line in source.splitlines())
    return any(isinstance(node, _DEFINES) for node in tree.body)
