"""What a Python text defines, read once: one parse, no recursion, time and memory in proportion to the text.

All that asks what a student's text defines asks here. What Python itself cannot parse (or only deeper than its own parser
goes) is told by its lines and words; nothing that a text can hold raises.
"""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

# What the parser says of a text: not Python, a null byte or a number of too many digits, nested too deeply.
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_DEFINES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
)
_NO_DEFINITIONS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Outline:
    """The outermost level of a text.

    Args:
        is_python: it could be parsed.
        functions: names that `def` binds; of a text that is not Python, those of lines that look like it.
        definitions: function → digest of its code without comments and layout; empty if it is not Python.
        code: digests of the statements without the docstring; the words if it is not Python.
        defines: it defines or imports something, imports from `autograder` aside; if it is not Python, it seems to.
    """

    is_python: bool
    functions: frozenset[str]
    definitions: Mapping[str, str] = field(hash=False)
    code: tuple[str, ...]
    defines: bool


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of `text`, without warnings about it; None if it is not Python, or nested too deeply."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except UNPARSABLE:
        return None


@lru_cache(maxsize=8192)  # all cells of a notebook
def outline(text: str) -> Outline:
    """What `text` defines at its outermost level."""
    tree = parsed(text)
    if tree is None:
        # Kept where it seems to hold an answer, so that its author is told the line; an experiment is left out.
        seems = any(line.startswith(("def ", "class ", "async def ")) for line in text.splitlines())
        found = frozenset(re.findall(r"^def (\w+)\(", text, re.MULTILINE))
        return Outline(False, found, _NO_DEFINITIONS, tuple(text.split()), seems)
    digests = {node: digest_of(node) for node in tree.body}
    functions = {node.name: digests[node] for node in tree.body if isinstance(node, ast.FunctionDef)}
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    return Outline(
        is_python=True,
        functions=frozenset(functions),
        definitions=functions,
        code=tuple(digests[node] for node in body),
        defines=any(isinstance(node, _DEFINES) and not _imports_autograder(node) for node in tree.body),
    )


def digest_of(node: ast.AST) -> str:
    """The same for nodes that `ast.dump` writes alike, however deep they are and however long their numbers."""
    digest = hashlib.sha256()
    waiting: list[Any] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.AST):
            digest.update(f"({type(one).__name__}".encode())
            waiting += [getattr(one, name, None) for name in one._fields]
        elif isinstance(one, list):
            digest.update(f"[{len(one)}".encode())
            waiting += one
        else:
            digest.update(_literal(one))
    return digest.hexdigest()


def _literal(value: object) -> bytes:
    # In decimal, Python refuses long integers, and takes time that grows with the square of their length.
    text = hex(value) if type(value) is int else repr(value)
    return f"{type(value).__name__} {len(text)} {text}".encode("utf-8", "backslashreplace")


def _imports_autograder(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "autograder"
