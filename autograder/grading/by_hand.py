"""What a student's source uses of the functions that an exercise asks to write by hand.

Read from syntax trees, nothing is run: imports, aliases, re-exports and `getattr` with a literal are followed, from
the function that a check calls to whatever it reaches, in other files of the submission too. So a comment, a string,
a local name that happens to be the same and code that the function never reaches count for nothing.

Not promised: a method of an object whose type the text does not tell (`x.softmax(-1)`); `jail.refusals` observes it.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograder.errors import CheckFailed
from autograder.grading.scopes import (
    DEFINITIONS,
    EXPRESSION_SCOPES,
    Binding,
    Definition,
    Scope,
    inner_scope,
    module_scope,
)
from autograder.jail.refusals import Use, find_target
from autograder.messages import Message, visible

MAX_CHARACTERS = 1 << 20  # of a file; a longer one is only observed


@dataclass(frozen=True, eq=False)
class Sources:
    """The text of a submission: of the module with the answer, and of the others that it may import."""

    main: str
    texts: Mapping[str, str]


@lru_cache(maxsize=64)
def first_use(sources: Sources, function: str, names: frozenset[str]) -> Use | None:
    """The first use (by line) of the library functions `names` in what `function` reaches; None without one.

    A text that is not Python, too large or too deeply nested holds no use: running it tells.
    """
    try:
        uses = list(_Reader(sources, names).uses_of(function))
    except (RecursionError, MemoryError):
        return None
    return min(uses, key=lambda use: use.line, default=None)


def forbidden(function: str, use: Use) -> CheckFailed:
    """What to tell a student whose `function` made this use."""
    where_ja, where_en = (f"（{use.line} 行目）", f" (line {use.line})") if use.line else ("", "")
    message = Message(
        f"{function}: この課題では {use.name} を使えません{where_ja}。それがしていることを自分で書く課題です。"
        "説明にある手順を、1 つずつコードにしてください。",
        f"{function}: this exercise does not allow {use.name}{where_en}. It asks you to write by hand what that does: "
        "put the steps of the text into code, one by one.",
    )
    if use.line_text:
        message = message + Message(*[f"{use.line or '…'}: {visible(use.line_text, limit=200)}"] * 2)
    return CheckFailed(ja=message.ja, en=message.en)


@lru_cache(maxsize=32)
def _scope_of(text: str) -> Scope | None:
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's text
            return module_scope(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    """One look at a submission: what is still to be visited, and what is known already."""

    def __init__(self, sources: Sources, names: frozenset[str]) -> None:
        self._sources, self._names = sources, names
        self._objects = {name: found for name in sorted(names) if (found := _object(name)) is not None}
        self._last_parts = {name.rpartition(".")[2] for name in names}
        self._module_names: dict[Scope, str] = {}
        self._waiting: list[Binding] = []
        self._reached: set[ast.AST] = set()
        self._paths: dict[Binding, list[str]] = {}

    def uses_of(self, function: str) -> Iterator[Use]:
        """Every use in what the main module's `function` reaches."""
        for binding in self._own(f"{self._sources.main}.{function}"):
            # A contract function may itself be an alias: `softmax = torch.softmax`.
            yield from self._uses(self._paths_of(binding), binding.line, binding.scope)
            self._reach(binding)
        while self._waiting:
            binding = self._waiting.pop()
            if isinstance(binding.node, DEFINITIONS):
                yield from self._enter(binding.node, binding.scope)
            elif binding.node is not None:
                yield from self._visit(binding.node, binding.scope)

    def _reach(self, binding: Binding) -> None:
        if binding.node is not None and binding.node not in self._reached:
            self._reached.add(binding.node)
            self._waiting.append(binding)

    def _enter(self, node: Definition, scope: Scope) -> Iterator[Use]:
        """Uses in the body of a function or class that is reached, and in what runs where it is defined."""
        yield from self._visit_around(node, scope)
        inside = inner_scope(node, scope)
        for statement in node.body:
            yield from self._visit(statement, inside)

    def _visit_around(self, node: Definition, scope: Scope) -> Iterator[Use]:
        parts: list[ast.expr | None] = [*node.decorator_list]
        if isinstance(node, ast.ClassDef):
            parts += [*node.bases, *(keyword.value for keyword in node.keywords)]
        else:
            parts += [*node.args.defaults, *node.args.kw_defaults]
        for part in filter(None, parts):
            yield from self._visit(part, scope)

    def _visit(self, node: ast.AST, scope: Scope) -> Iterator[Use]:
        """Uses in `node`, which runs in `scope`; what the names in it stand for is visited later."""
        if isinstance(node, DEFINITIONS):
            # A method is reached with its class, a function by its name.
            yield from self._enter(node, scope) if scope.is_class else self._visit_around(node, scope)
            return
        if isinstance(node, ast.Name | ast.Attribute | ast.Call):
            paths = self._paths_at(node, scope)
            yield from self._uses(paths, node.lineno, scope)
            reached = scope.find(node.id) if isinstance(node, ast.Name) else []
            for binding in [*reached, *(one for path in paths for one in self._own(path))]:
                self._reach(binding)
        inside = inner_scope(node, scope) if isinstance(node, EXPRESSION_SCOPES) else scope
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.AnnAssign) and child is node.annotation):
                yield from self._visit(child, inside)

    def _uses(self, paths: list[str], line: int, scope: Scope) -> Iterator[Use]:
        name = next((name for path in paths if (name := self._forbidden(path))), None)
        if name is not None:
            module = self._module_names[scope.outermost()]
            lines = self._sources.texts[module].split("\n")
            text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
            yield Use(name, line if module == self._sources.main else 0, text)

    def _paths_at(self, node: ast.AST, scope: Scope) -> list[str]:
        """The dotted library names that the expression `node` may stand for."""
        if isinstance(node, ast.Name):
            bindings = scope.find(node.id)
            if bindings:
                return [path for binding in bindings for path in self._paths_of(binding)]
            return [f"{module}.{node.id}" for module in scope.outermost().stars]
        if isinstance(node, ast.Attribute):
            return self._attribute(node.value, node.attr, scope)
        return self._paths_of_call(node, scope) if isinstance(node, ast.Call) else []

    def _paths_of_call(self, node: ast.Call, scope: Scope) -> list[str]:
        """`getattr(torch, "softmax")`, `importlib.import_module("torch")`, `__import__("torch")`."""
        literal = next((one.value for one in node.args[-1:] if isinstance(one, ast.Constant)), None)
        if not isinstance(literal, str):
            return []
        builtin = node.func.id if isinstance(node.func, ast.Name) and not scope.find(node.func.id) else ""
        if builtin == "getattr" and len(node.args) == 2:
            return self._attribute(node.args[0], literal, scope)
        imports = builtin == "__import__" or "importlib.import_module" in self._paths_at(node.func, scope)
        return [literal] if imports and len(node.args) == 1 else []

    def _attribute(self, value: ast.expr, name: str, scope: Scope) -> list[str]:
        return self._followed([f"{path}.{name}" for path in self._paths_at(value, scope)])

    def _paths_of(self, binding: Binding) -> list[str]:
        if binding not in self._paths:
            self._paths[binding] = []  # what it stands for by way of itself
            if binding.path:
                self._paths[binding] = self._followed([binding.path])
            elif binding.is_whole and binding.node is not None:
                self._paths[binding] = self._paths_at(binding.node, binding.scope)
        return self._paths[binding]

    def _followed(self, paths: list[str]) -> list[str]:
        """`paths`, and what those of them stand for that lie in the submission's own files."""
        own = [binding for path in paths for binding in self._own(path)]
        return [*paths, *(path for binding in own for path in self._paths_of(binding))]

    def _own(self, path: str) -> list[Binding]:
        """What a dotted name stands for in the submission's own files."""
        module, _, name = path.rpartition(".")
        scope = _scope_of(self._sources.texts[module]) if module in self._sources.texts else None
        if scope is None:
            return []
        self._module_names[scope] = module
        return scope.find(name)

    def _forbidden(self, path: str) -> str | None:
        """The forbidden name that `path` is, or is another name of."""
        if path in self._names:
            return path
        if path.rpartition(".")[2] not in self._last_parts or path.partition(".")[0] in self._sources.texts:
            return None
        thing = _object(path)
        return next((name for name, found in self._objects.items() if found is thing), None)


def _object(path: str) -> Any:
    """The object of a dotted name in a library that is imported here; None if there is none."""
    target = find_target(path) if path.partition(".")[0] in sys.modules else None
    return getattr(*target) if target is not None else None
