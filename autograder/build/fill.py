"""Putting an answer into a notebook: the student's code or prose in the cells that were handed out for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from autograder.build.notebook import answer_cells, cell_id, notebook_text
from autograder.course.prose import answer_in, mark
from autograder.exercise import Exercise
from autograder.grading.notebook import defined_functions, notebook_cells

Cell = dict[str, Any]


def filled_notebook(exercise: Exercise, language: str, file: str, answer: str | None) -> dict[str, Any]:
    """The exercise's notebook with `answer` in it (code or prose); None leaves it as it is handed out."""
    notebook: dict[str, Any] = json.loads(notebook_text(exercise, language, file))
    if answer is not None and exercise.rubric is None:
        notebook["cells"] = with_code(notebook["cells"], answer, exercise.name, exercise.functions)
    elif answer is not None:
        notebook["cells"] = with_prose(notebook["cells"], answer, exercise.name)
    return notebook


def with_code(cells: Sequence[Cell], text: str, name: str, functions: Collection[str]) -> list[Cell]:
    """`cells` with `text` in place of the answer: each function in the cell that was handed out for it.

    What stands beside the functions gets cells of its own. The cell of a function that `text` lacks stays, empty.
    """
    places = [number for number, cell in enumerate(cells) if _holds_answer(cell)]
    given = {function: cells[number] for number in places for function in _functions_of(cells[number], functions)}
    start = places[0] if places else len(cells)
    used: list[Cell] = []
    answer = [
        _answer_cell(part, number, name, given, used) for number, part in enumerate(answer_cells(text, functions))
    ]
    left = [{**cell, "source": []} for cell in given.values() if not any(cell is one for one in used)]
    before = [cell for number, cell in enumerate(cells[:start]) if number not in places]
    after = [cell for number, cell in enumerate(cells[start:], start) if number not in places]
    return [*before, *answer, *left, *after]


def filled_here(order: dict[str, Any], at: Callable[[str], None]) -> list[Cell]:
    """In a process of its own (`jail.readers`): `with_code` of what `order` holds."""
    return with_code(order["cells"], order["text"], order["name"], order["functions"])


def with_prose(cells: Sequence[Cell], text: str, name: str) -> list[Cell]:
    """`cells` with `text` below the mark of the exercise `name`, in place of what stood there."""
    place = next((number for number, cell in enumerate(cells) if mark(name) in "".join(cell["source"])), len(cells) - 1)
    source = f"{mark(name)}\n\n{text.strip()}\n".splitlines(keepends=True)
    return [*cells[:place], {**cells[place], "source": source}, *cells[place + 1 :]]


def prose_of(cells: Sequence[Cell], name: str, stub: str) -> str:
    """The prose that stands in `cells` below the mark; empty if nothing was written."""
    return answer_in(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"], name, stub)


def _answer_cell(part: str, number: int, name: str, given: dict[str, Cell], used: list[Cell]) -> Cell:
    """A cell with `part` as its source: the one handed out for its function, or a new one."""
    for function in sorted(defined_functions(part) & given.keys()):
        cell = given[function]
        if not any(cell is one for one in used):
            used.append(cell)
            return {**cell, "source": part.splitlines(keepends=True), "outputs": [], "execution_count": None}
    new: Cell = {"cell_type": "code", "execution_count": None, "id": cell_id(name, f"own-{number}"), "metadata": {}}
    return {**new, "outputs": [], "source": part.splitlines(keepends=True)}


def _holds_answer(cell: Cell) -> bool:
    if cell["cell_type"] != "code":
        return False
    solution = cell.get("metadata", {}).get("nbgrader", {}).get("solution", False)
    return bool(solution or notebook_cells(json.dumps({"cells": [cell]}), ""))


def _functions_of(cell: Cell, functions: Collection[str]) -> frozenset[str]:
    return defined_functions("".join(cell["source"])) & set(functions)
