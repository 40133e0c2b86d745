"""A reference → its mutants: whole texts that differ from it in one small place.

Left alone: docstrings, annotations, imports, decorators, what a raised exception says, and statements that
cannot be reached. Mutants come in the order of the text, each with a name that does not depend on line numbers.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.mutants.rewrites import REWRITES

_LEFT_ALONE = {"annotation", "returns", "decorator_list", "exc", "cause", "ctx", "op", "ops", "type_params"}
_ENDS_A_BLOCK = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_CONTEXT = 28  # characters shown on each side of a change
_TARGET_IN_PARENTHESES = re.compile(r"\bfor \(([\w, ]+)\) in\b")  # Python 3.10 writes them in comprehensions


@dataclass(frozen=True)
class Mutant:
    """One changed reference. `function` is the top-level function that holds the change; `line` counts in solution.py."""

    name: str
    function: str
    line: int
    text: str

    @property
    def id(self) -> str:
        """Eight hexadecimal digits that stand for the name where it must not be shown."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:8]


def mutants_of(source: str) -> tuple[Mutant, ...]:
    """Every mutant of `source`, in the order of the text, none twice and none equal to `source`."""
    tree = ast.parse(source)
    original = _unparsed(tree)
    seen, names = {original}, Counter[str]()
    found = []
    for function, place in _places(tree):
        for text in place.mutated(tree):
            if text in seen:
                continue
            seen.add(text)
            name = f"{function}: {_change(original, text)}"
            names[name] += 1
            numbered = f"{name} #{names[name]}" if names[name] > 1 else name
            found.append(Mutant(numbered, function, place.line, text))
    return tuple(found)


def _unparsed(tree: ast.Module) -> str:
    """The same text on every version of Python."""
    return _TARGET_IN_PARENTHESES.sub(r"for \1 in", ast.unparse(tree))


@dataclass(frozen=True)
class _Place:
    """Where a node hangs: `parent.field`, or `parent.field[index]`."""

    parent: ast.AST
    field: str
    index: int | None
    line: int

    def mutated(self, tree: ast.Module) -> Iterator[str]:
        """The text of `tree` with each rewrite of the node in place; `tree` is as before afterwards."""
        node = self._get()
        for rewrite in REWRITES:
            for new in rewrite(node):
                self._put(new)
                yield _unparsed(tree)
                self._put(node)

    def _get(self) -> Any:
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    def _put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _places(tree: ast.Module) -> Iterator[tuple[str, _Place]]:
    for index, node in enumerate(tree.body):
        function = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else "module"
        if not _is_left_alone(node):
            place = _Place(tree, "body", index, node.lineno)
            yield function, place
            for inner in _inside(node, place.line):
                yield function, inner


def _inside(node: ast.AST, line: int) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if field in _LEFT_ALONE:
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if not isinstance(child, ast.AST) or _is_left_alone(child):
                continue
            place = _Place(node, field, index, getattr(child, "lineno", line))
            yield place
            yield from _inside(child, place.line)
            if isinstance(child, _ENDS_A_BLOCK):
                break


def _is_left_alone(node: ast.AST) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom)


def _change(before: str, after: str) -> str:
    """`old → new`: the changed line of code, cut to what stands around the change."""
    old_lines, new_lines = before.splitlines(), after.splitlines()
    start = _n_alike(old_lines, new_lines)
    end = _n_alike(old_lines[start:][::-1], new_lines[start:][::-1])
    old = " ".join(line.strip() for line in old_lines[start : len(old_lines) - end])
    new = " ".join(line.strip() for line in new_lines[start : len(new_lines) - end])
    head = _n_alike(old, new)
    tail = _n_alike(old[head:][::-1], new[head:][::-1])
    return f"{_around(old, head, tail)} → {_around(new, head, tail)}"


def _n_alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many elements the two share from the start on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _around(line: str, head: int, tail: int) -> str:
    """`line` without what lies further than `_CONTEXT` from its changed part, cut between words."""
    start, end = max(0, head - _CONTEXT), min(len(line), len(line) - tail + _CONTEXT)
    if start:
        start = line.find(" ", start, head) + 1 or start
    if end < len(line):
        last = line.rfind(" ", len(line) - tail, end)
        end = last if last > 0 else end
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"
