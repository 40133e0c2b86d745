"""A notebook as the text of a .py answer."""

from __future__ import annotations

import json

import pytest

from autograder.errors import SubmissionError
from autograder.grading.notebook import decoded, notebook_cells, source_for, written_twice


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
    text = notebook("%matplotlib inline\nimport math", "def f():\n    !ls\n    return 1", "%%bash\nimport os")
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


STUB = "def f():\n    raise NotImplementedError\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp932"])
def test_a_notebook_is_read_in_any_encoding(encoding: str):
    """Windows programs save what they open in encodings of their own."""
    text = json.dumps({"cells": [{"cell_type": "code", "source": "def f():\n    return '答え'"}]}, ensure_ascii=False)
    assert "'答え'" in notebook_source(decoded(text.encode(encoding)).removeprefix("\ufeff"), "a.ipynb")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%time\ndef f():\n    return 1", "def f():\n    return 1"),
        ("x = !ls\ndef f():\n    return 1", "x = None\ndef f():\n    return 1"),
        ("print?\nimport os", "pass\nimport os"),
        ("def f(a, b):\n    return (a\n            % b)", "def f(a, b):\n    return (a\n            % b)"),
    ],
    ids=["time", "assigned", "question", "remainder"],
)
def test_what_ipython_adds_is_taken_out_and_nothing_else(cell: str, expected: str):
    """A remainder at the beginning of a line is Python."""
    assert notebook_cells(notebook(cell), "a.ipynb") == [expected]


def test_the_cell_that_checks_is_no_answer():
    """It imports from autograder only."""
    assert notebook_cells(notebook('from autograder.notebook import check\n\ncheck("a.ipynb")'), "a.ipynb") == []


def test_an_answer_in_a_markdown_cell_is_found():
    """Made by one key too many; prose is not taken for code."""
    cells = [
        {"cell_type": kind, "source": text}
        for kind, text in [("markdown", "def f():\n    return 1"), ("markdown", "def")]
    ]
    assert notebook_cells(json.dumps({"cells": cells}), "a.ipynb") == ["def f():\n    return 1"]


def test_notebooks_of_the_third_format_are_read():
    """Their cells lie in worksheets, the source under `input`."""
    sheet = {"cells": [{"cell_type": "code", "input": "def f():\n    return 1"}]}
    assert "return 1" in notebook_source(json.dumps({"worksheets": [sheet], "nbformat": 3}), "a.ipynb")


@pytest.mark.parametrize("order", [1, -1], ids=["before", "after"])
def test_an_untouched_copy_gives_way_to_the_answer(order: int):
    """Wherever it stands; alone it stays, so that the answer counts as unwritten."""
    cells = ["def f():\n    return 1", STUB][::order]
    assert source_for(cells, ["f"], STUB) == "def f():\n    return 1\n"
    assert written_twice(cells, ["f"], STUB) == []
    assert source_for([STUB], ["f"], STUB) == STUB + "\n"


def test_two_different_answers_are_named():
    """A person is told which function it is."""
    assert written_twice(["def f():\n    return 1", "def f():\n    return 2"], ["f", "g"], STUB) == ["f"]


def test_half_a_surrogate_pair_is_replaced():
    """JSON can hold it, UTF-8 cannot."""
    text = '{"cells": [{"cell_type": "code", "source": "def f():\\n    return \'\\ud800\'"}]}'
    assert notebook_source(text, "a.ipynb") == "def f():\n    return '?'\n"
