"""A notebook as the text of a .py answer."""

from __future__ import annotations

import json

import pytest

from autograder.errors import SubmissionError
from autograder.grading.notebook import notebook_cells, source_for


def notebook_source(text: str, name: str) -> str:
    """The .py text of a notebook that answers an exercise with one function, f."""
    return source_for(notebook_cells(text, name), ["f"])


def notebook(*cells: object) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


def test_cells_that_define_are_kept_in_order():
    """Imports, constants and functions stay; experiments go."""
    text = notebook("import math\n", "print(1)", ["X = 1\n", "print(X)\n"], "def f():\n    return X\n", "f()")
    assert notebook_source(text, "a.ipynb") == "import math\n\nX = 1\nprint(X)\n\ndef f():\n    return X\n"


def test_magics_do_not_break_a_cell():
    """`%` and `!` lines become `pass`; a `%%` cell is dropped."""
    text = notebook("%matplotlib inline\nimport math", "def f():\n    !ls\n    return 1", "%%time\nimport os")
    source = notebook_source(text, "a.ipynb")
    compile(source, "a.py", "exec")
    assert "math" in source
    assert "ls" not in source
    assert "os" not in source


def test_the_last_copy_of_an_answer_counts():
    """A cell copied and edited: Python's own rule, the later definition wins."""
    source = notebook_source(notebook("def f():\n    return 1", "def f():\n    return 2"), "a.ipynb")
    space: dict[str, object] = {}
    exec(source, space)
    assert space["f"]() == 2  # type: ignore[operator]


def test_a_broken_experiment_is_left_out_and_a_broken_answer_is_not():
    """So that its author is told the line."""
    assert notebook_source(notebook("1 +", "x = 1"), "a.ipynb") == "x = 1\n"
    assert "def f(:" in notebook_source(notebook("def f(:\n    pass"), "a.ipynb")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"cells": 3}', '{"cells": [3]}', '{"a": 1}', "[" * 100_000],
    ids=["empty", "cut", "list", "number", "no list", "no cells", "no key", "deep"],
)
def test_what_is_not_a_notebook_is_refused(text: str):
    """With what to do."""
    with pytest.raises(SubmissionError, match="save it and submit it again"):
        notebook_source(text, "a.ipynb")


def test_a_helper_of_another_answer_does_not_replace_an_answer():
    """One notebook for all exercises: the cell that defines most of an exercise's functions decides."""
    cells = [
        "def f():\n    return 1\n\ndef g():\n    return f()",
        "def f():\n    return 2\n\ndef sweep():\n    return f()",
    ]
    for functions, wanted in ((["f", "g"], 1), (["sweep"], 2)):
        space: dict[str, object] = {}
        exec(source_for(cells, functions), space)
        assert space["f"]() == wanted  # type: ignore[operator]
