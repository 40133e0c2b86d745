"""A notebook and a .py (or .md) file are the same answer: moving it from one to the other, in an assignment folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.build.fill import prose_of, with_code, with_prose
from autograder.course.handed_out import exercise_of
from autograder.course.prose import answer_in, mark
from autograder.errors import SubmissionError
from autograder.exercise import Exercise
from autograder.grading.notebook import decoded, definitions, notebook_cells, source_for
from autograder.reports.files import write_atomic


def convert_answer(file: Path, to: Path | None = None, *, force: bool = False) -> Path:
    """Write the answer in `file` into the notebook beside it, or that of a notebook into the .py (.md) beside it.

    Args:
        to: the file to write, of the other kind.
        force: overwrite another answer that is there already.

    Returns: the file that was written.
    Raises: SubmissionError if something is not as handed out, or an answer would be lost.
    """
    given = exercise_of(file)
    target = to or _counterpart(file, given)
    if (file.suffix == ".ipynb") == (target.suffix == ".ipynb"):
        raise SubmissionError(
            ja=f"{file} → {target}: 片方はノートブック（.ipynb）、もう片方は .py か .md のはずです。",
            en=f"{file} → {target}: one of the two must be a notebook (.ipynb), the other a .py or .md.",
        )
    answer = _answer(file, given)
    if target.exists() and not force:
        there = _answer(target, given)
        if _written(there, given) and _essence(there, given) != _essence(answer, given):
            raise SubmissionError(
                ja=f"{target}: もう別の答えが書かれています。上書きしてよければ `--force` を付けてください。",
                en=f"{target}: holds another answer already. Give `--force` to overwrite it.",
            )
    write_atomic(target, _with_answer(target, answer, given))
    return target


def _counterpart(file: Path, given: Exercise) -> Path:
    name = given.name
    if file.suffix == ".ipynb":
        return file.with_name(f"{name}.py" if given.functions else f"{name}.md")
    found = sorted(file.parent.glob(f"{name}*.ipynb"))
    found = [path for path in found if path.name in {f"{name}.ipynb", f"{name}.ja.ipynb", f"{name}.en.ipynb"}]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "–"
        raise SubmissionError(
            ja=f"{file}: 書き込むノートブックを `--to` で指定してください（見つかったもの: {names}）。",
            en=f"{file}: name the notebook to write into with `--to` (found: {names}).",
        )
    return found[0]


def _answer(file: Path, given: Exercise) -> str:
    """The code, or the prose, that stands in `file`."""
    try:
        text = decoded(file.read_bytes()).removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        raise SubmissionError(
            ja=f"{file}: 読めません。場所と文字コード（UTF-8）を確かめてください。",
            en=f"{file}: cannot be read. Check where it is, and that it is UTF-8.",
        ) from error
    if file.suffix == ".ipynb":
        if given.functions:
            return source_for(notebook_cells(text, file.name), given.functions, given.stub)
        return prose_of(_notebook(text, file)["cells"], given.name, given.stub)
    return text if given.functions else answer_in([text], given.name, given.stub)


def _notebook(text: str, file: Path) -> dict[str, Any]:
    notebook_cells(text, file.name)  # raises for what is no notebook
    notebook: dict[str, Any] = json.loads(text)
    return notebook


def _written(answer: str, given: Exercise) -> bool:
    return bool(answer) and _essence(answer, given) != _essence(given.stub if given.functions else "", given)


def _essence(answer: str, given: Exercise) -> object:
    """What makes two answers the same: the code of the functions, or the words."""
    found = definitions(answer) if given.functions else {}
    return {name: found.get(name) for name in given.functions} if found else answer.split()


def _with_answer(target: Path, answer: str, given: Exercise) -> str:
    name = given.name
    if target.suffix == ".ipynb":
        try:
            notebook = _notebook(decoded(target.read_bytes()), target)
        except (OSError, UnicodeDecodeError) as error:
            raise SubmissionError(
                ja=f"{target}: 書き込むノートブックがありません。配られたノートブックを同じフォルダに置いてください。",
                en=f"{target}: no such notebook to write into. Put the notebook that you were given there.",
            ) from error
        cells = notebook["cells"]
        filled = with_code(cells, answer, name, given.functions) if given.functions else with_prose(cells, answer, name)
        return json.dumps({**notebook, "cells": filled}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if not given.functions:
        return f"{given.stub.partition(mark(name))[0]}{mark(name)}\n\n{answer}\n"
    title = given.stub.partition("\n")[0]  # the docstring, which notebooks do not repeat
    return answer if answer.startswith(title) else f"{title}\n\n\n{answer}"
