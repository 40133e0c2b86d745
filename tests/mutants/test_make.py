"""A reference → its mutants."""

from __future__ import annotations

import ast

from autograder.exercise import Exercise
from autograder.mutants import mutants_of

SOURCE = '''"""Module."""
import math


def keep(items: list[int], n: int = 1) -> list[int]:
    """Doc."""
    # BEGIN SOLUTION
    if n < 1:
        raise ValueError("n is 0" + str(n))
    return items[:n]
    # END SOLUTION
'''


def test_mutants_differ_from_the_reference_and_from_each_other(exercise: Exercise):
    """As syntax trees; every one is valid Python, and names and ids are unique."""
    mutants = mutants_of(exercise.solution)
    trees = [ast.dump(ast.parse(mutant.text)) for mutant in mutants]
    assert len({*trees, ast.dump(ast.parse(exercise.solution))}) == len(mutants) + 1
    assert len({mutant.name for mutant in mutants}) == len({mutant.id for mutant in mutants}) == len(mutants)
    assert mutants == mutants_of(exercise.solution)


def test_each_mutant_says_where_and_what():
    """Function, the line of the file, before and after; in the order of the text."""
    told = [(mutant.line, mutant.name) for mutant in mutants_of(SOURCE)]
    assert told == [
        (
            5,
            "keep: …list[int], n: int=1) -> list[int]: → …list[int], n: int=2) -> list[int]:",
        ),
        (
            5,
            "keep: …list[int], n: int=1) -> list[int]: → …list[int], n: int=0) -> list[int]:",
        ),
        (8, "keep: if n < 1: → if True:"),
        (8, "keep: if n < 1: → if False:"),
        (8, "keep: if n < 1: → if n <= 1:"),
        (8, "keep: if n < 1: → if n >= 1:"),
        (8, "keep: if n < 1: → if n < 2:"),
        (8, "keep: if n < 1: → if n < 0:"),
        (9, "keep: raise ValueError('n is 0' + str(n)) → raise RuntimeError('n is 0' + str(n))"),
        (10, "keep: return items[:n] → return None"),
        (10, "keep: return items[:n] → return items[:]"),
        (10, "keep: return items[:n] → return items[:n + 1]"),
        (10, "keep: return items[:n] → return items[:n - 1]"),
    ]


def test_docstrings_imports_annotations_and_messages_are_left_alone():
    """Nor is anything changed that cannot be reached."""
    source = '"""Doc."""\nimport os\n\n\ndef f(x: "1") -> "2":\n    """Doc."""\n    return x\n    x = 3\n'
    assert [mutant.text.splitlines()[-2:] for mutant in mutants_of(source)] == [["    return None", "    x = 3"]]


def test_a_change_that_occurs_twice_is_numbered():
    """So that each can be named as equivalent on its own."""
    names = [mutant.name for mutant in mutants_of("def f(a):\n    a = g\n    g()\n    a = g\n")]
    assert names == ["f: a = g → pass", "f: g() → pass", "f: a = g → pass #2"]


def test_a_long_line_is_cut_around_the_change():
    """Between words."""
    line = "alpha_alpha_alpha = beta_beta_beta + gamma_gamma_gamma + 1 + delta_delta_delta + epsilon_epsilon"
    names = [mutant.name for mutant in mutants_of(f"def f():\n    {line}\n")]
    assert (
        "f: …+ gamma_gamma_gamma + 1 + delta_delta_delta +… → …+ gamma_gamma_gamma + 2 + delta_delta_delta +…" in names
    )
