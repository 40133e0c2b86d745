"""A text is parsed once, without recursion, and whatever it holds it has an outline."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from autograder.exercise import Exercise, Unit
from autograder.grading import outline as outlines
from autograder.grading.intake import is_written
from autograder.grading.notebook import cells_for
from autograder.grading.outline import digest_of, outline

ANSWER = "def top_p_filter(probs, p):\n    return probs\n\n\n"
# All of these are programs that Python runs.
RUNS = {
    "an expression of 1,500 terms": ANSWER + f"x = {'+'.join(['1'] * 1500)}\n",
    "if and 330 times elif": "def top_p_filter(x, p):\n    if x == 0:\n        y = 0\n"
    + "".join(f"    elif x == {i}:\n        y = {i}\n" for i in range(1, 331))
    + "    return y\n",
    "if and 2,000 times elif": "def top_p_filter(x, p):\n    if x == 0:\n        y = 0\n"
    + "".join(f"    elif x == {i}:\n        y = {i}\n" for i in range(1, 2001))
    + "    return y\n",
    "an integer of 4,000 hexadecimal digits": ANSWER + f"x = 0x{'f' * 4000}\n",
    "an integer of a million hexadecimal digits": ANSWER + f"x = 0x{'f' * 10**6}\n",
}
NO_PYTHON = {
    "a null byte": ANSWER + "x = '\0'\n",
    "100,000 brackets": ANSWER + "(" * 100_000,
    "100,000 signs": ANSWER + f"x = {'-' * 100_000}1\n",
    "400,000 terms": ANSWER + f"x = {'+'.join(['1'] * 400_000)}\n",
    "10,000 decimal digits": ANSWER + f"x = {'9' * 10_000}\n",
}


@pytest.mark.parametrize("name", RUNS)
def test_what_python_runs_has_an_outline(name: str, top_p: Exercise):
    """However deep its tree is, and however long its numbers: the definition is found, and it is no untouched stub."""
    compile(RUNS[name], name, "exec")
    assert outline(RUNS[name]).is_python
    assert outline(RUNS[name]).functions == outline(RUNS[name]).definitions.keys() == {"top_p_filter"}
    assert is_written(RUNS[name], top_p)


@pytest.mark.parametrize("name", NO_PYTHON)
def test_what_python_does_not_parse_is_told_by_its_lines(name: str, top_p: Exercise):
    """Nothing raises: the function is found by its line, so that a person reads the answer's own error."""
    assert not outline(NO_PYTHON[name]).is_python
    assert outline(NO_PYTHON[name]).functions == {"top_p_filter"}
    assert outline(NO_PYTHON[name]).defines
    assert is_written(NO_PYTHON[name], top_p)


def test_digests_are_equal_where_dumps_are(course, top_p: Exercise):
    """On every function of the course's references and mistakes; and literals that are equal but not the same differ."""
    texts = [text for unit in course.units for one in unit.exercises if not one.is_prose for text in texts_of(one)]
    nodes = [node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt | ast.expr)]
    pairs = {(ast.dump(node), digest_of(node)) for node in nodes}
    assert len(pairs) > 1000
    assert max(Counter(dump for dump, _ in pairs).values()) == 1
    assert max(Counter(digest for _, digest in pairs).values()) == 1
    others = ["1", "1.0", "True", "'1'", "b'1'", "1j", "[1]", "(1,)", "{1}", "-1", "None", "''", "[1, []]", "[[1]]"]
    assert len({digest_of(ast.parse(text).body[0]) for text in others}) == len(others)


def texts_of(exercise: Exercise) -> list[str]:
    return [exercise.solution, exercise.stub, *(mistake.source for mistake in exercise.mistakes)]


def test_a_notebook_is_parsed_once_for_all_exercises(sampling: Unit, monkeypatch: pytest.MonkeyPatch):
    """Fifty cells and all exercises of a unit: each cell is parsed once, not once for each exercise and question."""
    n_parsed = Counter()
    parse = outlines.parsed

    def counting(text: str):
        n_parsed[text] += 1
        return parse(text)

    outlines.outline.cache_clear()
    monkeypatch.setattr(outlines, "parsed", counting)
    cells = [f"def f{number}(x):\n    return {number}" for number in range(50)]
    for exercise in sampling.exercises:
        cells_for(cells, exercise.functions, exercise.stub)
    assert {n_parsed[cell] for cell in cells} == {1}
