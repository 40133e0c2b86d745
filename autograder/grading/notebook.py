"""A notebook as the text of a .py answer: cells are found by the names that they define, not by their ids.

Cells that define or import nothing (experiments, calls of checks) are left out; the others run in
the order of the notebook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from autograder.errors import SubmissionError
from autograder.grading.outline import outline

MAX_CELLS, MAX_CODE_CHARACTERS = 5000, 1 << 20  # of one notebook; prose does not count as code
# Cell magics that run the rest of the cell where the notebook's names live.
_RUN_THE_CELL = ("%%time", "%%capture", "%%prun")


def decoded(data: bytes) -> str:
    """The text of a notebook file in whatever encoding it was saved: UTF-8, -16 or -32 with or without mark, or cp932.

    Raises: UnicodeDecodeError.
    """
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return data.decode("cp932")


def notebook_cells(text: str, name: str) -> list[str]:
    """The Python text of every cell that defines or imports something, in order.

    A cell that defines a function is kept even if it is not valid Python, so that its author is told the line. So is
    one that was made a Markdown cell by mistake. Imports from `autograder` (the cell that checks) do not count.

    Raises: SubmissionError if `text` is not a notebook, or holds more code than an answer may.
    """
    cells = [one for one in _cells(text, name) if one[0] in ("code", "markdown", "raw") and one[1].strip()]
    if len(cells) > MAX_CELLS or sum(len(source) for kind, source in cells if kind == "code") > MAX_CODE_CHARACTERS:
        raise SubmissionError(
            ja=f"{name}: セルが多すぎるか、コードが長すぎます（{MAX_CELLS} 個、{MAX_CODE_CHARACTERS >> 20} MiB まで）。答えに要らないセルを消して提出し直してください。",
            en=f"{name}: too many cells or too much code (at most {MAX_CELLS} cells, {MAX_CODE_CHARACTERS >> 20} MiB). Delete what the answer does not need and submit it again.",
        )
    found = [source if kind == "code" else _code_by_mistake(source) for kind, source in cells]
    return [source for cell in found if (source := without_magics(cell)) and outline(source).defines]


def prose_cells(text: str, name: str) -> list[str]:
    """The text of every Markdown cell, in order. Raises: SubmissionError if `text` is not a notebook."""
    return [source for kind, source in _cells(text, name) if kind == "markdown"]


def marked_cells(text: str, name: str, mark: str) -> list[str]:
    """The cells of any other kind that hold `mark`. Raises: SubmissionError if `text` is not a notebook."""
    return [source for kind, source in _cells(text, name) if kind != "markdown" and mark in source]


def source_for(cells: Sequence[str], functions: Collection[str], stub: str = "") -> str:
    """The .py text by which `cells` answer the exercise of `functions`."""
    return "\n\n".join(cells_for(cells, functions, stub)) + "\n"


def cells_for(cells: Sequence[str], functions: Collection[str], stub: str = "") -> list[str]:
    """Those of `cells`, in the order in which they run, that answer the exercise of `functions`.

    A cell as it was handed out (`stub`) gives way to others that define the same. Where a later cell (of another
    exercise, say) defines one of them again, the cell that defines most of them runs once more at the end.
    """
    cells = _without_untouched_copies(cells, functions, stub)
    counts = [len(defined_functions(cell) & set(functions)) for cell in cells]
    defining = [index for index, count in enumerate(counts) if count]
    best = max(defining, key=lambda index: (counts[index], index), default=None)
    again = [cells[best]] if best is not None and best != defining[-1] else []
    return [*cells, *again]


def written_twice(cells: Sequence[str], functions: Collection[str], stub: str) -> list[str]:
    """The functions that several cells define, each in another way and none as handed out."""
    given = definitions(stub)
    made = {name: {code for cell in cells if (code := definitions(cell).get(name))} for name in functions}
    return sorted(name for name, codes in made.items() if len(codes - {given.get(name)}) > 1)


def _without_untouched_copies(cells: Sequence[str], functions: Collection[str], stub: str) -> list[str]:
    given = definitions(stub)
    made = [{name: code for name, code in definitions(cell).items() if name in functions} for cell in cells]
    written = {name for one in made for name, code in one.items() if code != given.get(name)}
    untouched = [
        bool(one) and all(code == given.get(name) and name in written for name, code in one.items()) for one in made
    ]
    return [cell for cell, drop in zip(cells, untouched, strict=True) if not drop]


def definitions(source: str) -> Mapping[str, str]:
    """Function → digest of its code without comments; empty if `source` is not valid Python."""
    return outline(source).definitions


def defined_functions(source: str) -> frozenset[str]:
    """Names of the functions that `source` defines at its outermost level; by its lines if it is not valid Python."""
    return outline(source).functions


@lru_cache(maxsize=1)
def _cells(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """(kind, source) of every cell."""
    try:
        notebook = json.loads(text)
        return tuple((str(cell.get("cell_type")), _source(cell)) for cell in _raw_cells(notebook))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SubmissionError(
            ja=f"{name}: ノートブックとして読めません。JupyterLab で開いて保存し直し、もう一度提出してください。",
            en=f"{name}: not a readable notebook. Open it in JupyterLab, save it and submit it again.",
        ) from error


def _raw_cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The cells of nbformat 4, or of the worksheets of nbformat 3."""
    for sheet in [notebook] if "cells" in notebook else notebook["worksheets"]:
        yield from sheet["cells"]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text


def _code_by_mistake(source: str) -> str:
    """`source` if it is Python that defines a function; prose is not."""
    return source if definitions(source) else ""


def without_magics(cell: str) -> str:
    """What IPython adds to Python becomes `pass`; of a `%%` cell only what runs as Python is left."""
    first, _, rest = cell.lstrip().partition("\n")
    if first.startswith("%%"):
        if not first.startswith(_RUN_THE_CELL):
            return ""
        cell = rest
    cell = cell.removesuffix("\n")
    if outline(cell).is_python:  # where a line may well begin with %
        return cell
    return "\n".join(_python_line(line) for line in cell.split("\n"))


def _python_line(line: str) -> str:
    body = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if body.startswith(("%", "!", "?")) or (body.endswith("?") and "#" not in body):
        return f"{indent}pass"
    assigned = re.match(r"([\w.,\s]+=\s*)[%!]", line)
    return f"{assigned[1]}None" if assigned else line
