"""Each rewrite: an example in, the examples out."""

from __future__ import annotations

import ast

import pytest

from autograder.mutants import rewrites


def rewritten(rewrite: rewrites.Rewrite, code: str) -> list[str]:
    """What `rewrite` makes of the nodes of `code`, as text."""
    return [ast.unparse(ast.fix_missing_locations(new)) for node in ast.walk(ast.parse(code)) for new in rewrite(node)]


@pytest.mark.parametrize(
    ("rewrite", "code", "expected"),
    [
        (rewrites.comparison, "a < b", ["a <= b", "a >= b"]),
        (rewrites.comparison, "0 < p <= 1", ["0 <= p <= 1", "0 >= p <= 1", "0 < p < 1", "0 < p > 1"]),
        (rewrites.comparison, "a == b", ["a != b"]),
        (rewrites.comparison, "a in b", ["a not in b"]),
        (rewrites.comparison, "a is not None", ["a is None"]),
        (rewrites.operator, "a - b", ["a + b", "a", "b"]),
        (rewrites.operator, "a / b", ["a * b", "a // b", "a", "b"]),
        (rewrites.operator, "a @ b", ["a", "b"]),
        (rewrites.operator, "a += b", ["a -= b", "a = b"]),
        (rewrites.operator, "-a", ["a"]),
        (rewrites.operator, "not a", ["a"]),
        (rewrites.logic, "a and b", ["a or b", "b", "a"]),
        (rewrites.logic, "a or b or c", ["a and b and c", "b or c", "a or c", "a or b"]),
        (rewrites.condition, "x if a else y", ["x if not a else y", "x if True else y", "x if False else y"]),
        (rewrites.condition, "if a < b: f()", ["if True:\n    f()", "if False:\n    f()"]),
        (rewrites.condition, "while not a: f()", ["while True:\n    f()", "while False:\n    f()"]),
        (rewrites.condition, "while True: f()", []),
        (rewrites.constant, "3", ["4", "2"]),
        (rewrites.constant, "0.5", ["1.5", "-0.5"]),
        (rewrites.constant, "True", ["False"]),
        (rewrites.constant, "'eos'", ["''"]),
        (rewrites.constant, "''", ["'mutant'"]),
        (rewrites.constant, "None", ["0"]),
        (rewrites.statement, "a = 1", ["pass"]),
        (rewrites.statement, "a += 1", ["pass"]),
        (rewrites.statement, "f(x)", ["pass"]),
        (rewrites.statement, "a: int", []),
        (rewrites.statement, "raise a", []),
        (rewrites.call, "f(a, b, c=1)", ["f(b, c=1)", "f(a, c=1)", "f(a, b)"]),
        (rewrites.call, "f(**a)", ["f()"]),
        (rewrites.call, "min(a)", ["min()", "max(a)"]),
        (rewrites.call, "m.argmax(a)", ["m.argmax()", "m.argmin(a)"]),
        (rewrites.call, "sum(a)", ["sum()", "len(a)"]),
        (rewrites.call, "sorted(a)", ["sorted()", "sorted(a, reverse=True)", "list(a)"]),
        (rewrites.call, "a.sort()", ["a.sort(reverse=True)"]),
        (rewrites.bound, "a[b:]", [":", "b + 1:", "b - 1:"]),
        (rewrites.bound, "a[:1]", [":"]),
        (rewrites.bound, "a[::2]", [":"]),
        (rewrites.bound, "range(n)", ["range(n + 1)", "range(n - 1)"]),
        (rewrites.bound, "range(a, n, s)", ["range(a, n + 1, s)", "range(a, n - 1, s)"]),
        (rewrites.bound, "range(3)", []),
        (rewrites.result, "def f():\n    return a", ["return None"]),
        (rewrites.result, "def f():\n    return", []),
        (rewrites.element, "[a, *b]", ["[*b]", "[a]"]),
        (rewrites.element, "{'a': 1, **b}", ["{**b}", "{'a': 1}"]),
        (rewrites.loop, "for a in b: f()", ["for a in ():\n    f()"]),
        (rewrites.loop, "while a: break", ["continue"]),
        (rewrites.loop, "while a: continue", ["break"]),
        (rewrites.exception, "raise ValueError('no')", ["raise RuntimeError('no')"]),
        (rewrites.exception, "raise RuntimeError", ["raise ValueError"]),
        (rewrites.exception, "raise", []),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value) if isinstance(value, str) else "",
)
def test_a_rewrite_gives_its_neighbours(rewrite: rewrites.Rewrite, code: str, expected: list[str]):
    """And nothing else."""
    assert rewritten(rewrite, code) == expected


def test_a_comprehensions_condition_is_forced_and_its_source_emptied():
    """The parts of a comprehension are not expressions of their own."""
    (comprehension,) = [node for node in ast.walk(ast.parse("[x for x in xs if x]")) if hasattr(node, "ifs")]
    forms = [ast.unparse(new).strip() for new in rewrites.condition(comprehension)]
    assert forms == ["for x in xs if not x", "for x in xs if True", "for x in xs if False"]
    assert [ast.unparse(new).strip() for new in rewrites.loop(comprehension)] == ["for x in () if x"]


def test_an_except_clause_catches_another_class():
    """Its own class no longer."""
    code = "try:\n    f()\nexcept KeyError:\n    pass"
    assert rewritten(rewrites.exception, code) == ["except RuntimeError:\n    pass"]


@pytest.mark.parametrize(("first", "second"), rewrites.PAIRS, ids=[first for first, _ in rewrites.PAIRS])
def test_names_are_exchanged_both_ways(first: str, second: str):
    """Functions and methods alike."""
    assert f"{second}(a)" in rewritten(rewrites.call, f"{first}(a)")
    assert f"m.{first}(a)" in rewritten(rewrites.call, f"m.{second}(a)")
