"""Where a text uses given library functions: dotted names, followed from place to place until nothing new arrives.

A *place* is an expression or a name of some scope. A path such as "torch.softmax" arrives at a place and is passed on
to the places that read it: from the value to the name, from the name to where it is written, from there, with an
attribute appended, to the expression around it. Each place takes in so many paths and no more, so the work is
proportional to the length of the text, however often a name is bound; nothing is done by recursion.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from autograder.grading.scopes import (
    DEFINITIONS,
    EXPRESSION_SCOPES,
    MAX_NESTING,
    Definition,
    Scope,
    inner_scope,
    module_scope,
)
from autograder.jail.refusals import find_target

MAX_CHARACTERS = 1 << 18  # of a file; a longer one is only observed
MAX_PATHS, MAX_PARTS = 16, 12  # for which a place may stand; of one dotted name
MAX_STEPS = 1 << 19  # nodes visited and paths arrived, in one look at a submission
MAX_LOOKUPS = 64  # of names in imported libraries: a lazy one imports at each
MAX_STARS = 16

Rule = Callable[[str], "str | None"]


@dataclass(frozen=True)
class Found:
    """A use of the library function `name` in a module of the submission."""

    name: str
    module: str
    line: int


@dataclass(eq=False)
class _Place:
    """What may stand somewhere, and who reads it there. A name has no line: it is used where it is written."""

    module: str = ""
    line: int = 0
    paths: set[str] = field(default_factory=set)
    readers: list[tuple[Rule, _Place]] = field(default_factory=list)


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


class Reader:
    """One look at a submission: what is still to be visited, and what has arrived where."""

    def __init__(self, texts: Mapping[str, str], names: frozenset[str]) -> None:
        self._texts, self._names = texts, names
        self._objects = {name: found for name in sorted(names) if (found := _object(name)) is not None}
        self._last_parts = {name.rpartition(".")[2] for name in names}
        self._known: dict[str, str | None] = {}
        self._modules: dict[Scope, str] = {}
        self._places: dict[ast.AST, _Place] = {}
        self._variables: dict[tuple[Scope, str], _Place] = {}
        self._seen: set[tuple[ast.AST, bool]] = set()
        self._to_visit: list[tuple[ast.AST, Scope, bool]] = []
        self._arrived: list[tuple[_Place, str]] = []
        self._found: dict[Found, None] = {}
        self.steps = 0

    def uses_of(self, module: str, function: str) -> list[Found]:
        """Every use in what `function` of the submission's `module` reaches, as far as `MAX_STEPS` lead."""
        scope = self._module_scope(module)
        if scope is None or function not in scope.bindings:
            return []
        self._variable(scope, function)
        for binding in scope.bindings[function]:  # which may itself be an import: `from torch import softmax`
            if binding.path:
                self._arrive(_Place(module, binding.line), binding.path)
        while (self._to_visit or self._arrived) and self.steps < MAX_STEPS:
            self.steps += 1
            if self._arrived:
                self._pass_on(*self._arrived.pop())
            else:
                self._visit(*self._to_visit.pop())
        return list(self._found)

    def _module_scope(self, module: str) -> Scope | None:
        scope = _scope_of(self._texts[module]) if module in self._texts else None
        if scope is not None:
            self._modules[scope] = module
        return scope

    def _variable(self, scope: Scope, name: str) -> _Place:
        """The place of a name that `scope` binds; whatever it stands for is reached."""
        if (scope, name) not in self._variables:
            place = self._variables[scope, name] = _Place()
            for binding in scope.bindings[name]:
                if binding.path:
                    self._arrive(place, binding.path)
                if binding.node is not None:
                    self._to_visit.append((binding.node, binding.scope, True))
                    if binding.is_whole:
                        self._join(self._place(binding.node, binding.scope), place, _as_it_is)
        return self._variables[scope, name]

    def _place(self, node: ast.AST, scope: Scope) -> _Place:
        if node not in self._places:
            self._places[node] = _Place(self._modules[scope.top], getattr(node, "lineno", 0))
        return self._places[node]

    def _visit(self, node: ast.AST, scope: Scope, entered: bool) -> None:
        """Take in `node`, which runs in `scope`; the body of a function or class only if it is `entered`."""
        if (node, entered) in self._seen or scope.depth > MAX_NESTING:
            return
        self._seen.add((node, entered))
        if isinstance(node, DEFINITIONS):
            parts = _around(node)
            if entered or scope.is_class:  # a method is reached with its class, a function by its name
                inside = inner_scope(node, scope)
                self._to_visit.extend((part, inside, False) for part in reversed(node.body))
        else:
            self._connect(node, scope)
            parts = [child for child in ast.iter_child_nodes(node) if child is not getattr(node, "annotation", None)]
            scope = inner_scope(node, scope) if isinstance(node, EXPRESSION_SCOPES) else scope
        self._to_visit.extend((part, scope, False) for part in reversed(parts))

    def _connect(self, node: ast.AST, scope: Scope) -> None:
        """Let paths arrive at an expression that may stand for something of a library."""
        if isinstance(node, ast.Name):
            holder = scope.holder(node.id)
            if holder is not None:
                self._join(self._variable(holder, node.id), self._place(node, scope), _as_it_is)
                return
            for module in [*scope.top.stars][:MAX_STARS]:
                self._arrive(self._place(node, scope), f"{module}.{node.id}")
        elif isinstance(node, ast.Attribute):
            self._join(self._place(node.value, scope), self._place(node, scope), _attribute(node.attr))
        elif isinstance(node, ast.Call):
            self._connect_call(node, scope)

    def _connect_call(self, node: ast.Call, scope: Scope) -> None:
        """`getattr(torch, "softmax")`, `importlib.import_module("torch")`, `__import__("torch")`."""
        literal = next((one.value for one in node.args[-1:] if isinstance(one, ast.Constant)), None)
        if not isinstance(literal, str):
            return
        place = self._place(node, scope)
        builtin = node.func.id if isinstance(node.func, ast.Name) and not scope.holder(node.func.id) else ""
        if builtin == "getattr" and len(node.args) == 2:
            self._join(self._place(node.args[0], scope), place, _attribute(literal))
        elif builtin == "__import__" and len(node.args) == 1:
            self._arrive(place, literal)
        elif len(node.args) == 1:
            self._join(self._place(node.func, scope), place, _imported(literal))

    def _join(self, source: _Place, reader: _Place, rule: Rule) -> None:
        source.readers.append((rule, reader))
        for path in sorted(source.paths):
            self._arrive(reader, rule(path))

    def _arrive(self, place: _Place, path: str | None) -> None:
        if not path or path in place.paths or len(place.paths) >= MAX_PATHS or path.count(".") >= MAX_PARTS:
            return
        place.paths.add(path)
        self._arrived.append((place, path))

    def _pass_on(self, place: _Place, path: str) -> None:
        name = self._forbidden(path) if place.line else None
        if name is not None:
            self._found[Found(name, place.module, place.line)] = None
        module, _, attribute = path.rpartition(".")
        scope = self._module_scope(module)
        if scope is not None and attribute in scope.bindings:
            self._join(self._variable(scope, attribute), place, _as_it_is)
        for rule, reader in place.readers:
            self._arrive(reader, rule(path))

    def _forbidden(self, path: str) -> str | None:
        """The forbidden name that `path` is, or is another name of. No file of a submission stands before a library."""
        if path in self._names:
            return path
        if path.rpartition(".")[2] not in self._last_parts:
            return None
        if path not in self._known and len(self._known) < MAX_LOOKUPS:
            thing = _object(path)
            self._known[path] = next((name for name, found in self._objects.items() if found is thing), None)
        return self._known.get(path)


def _around(node: Definition) -> list[ast.AST]:
    """What of a definition runs where it stands: decorators, bases, default values."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
    return [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]


def _as_it_is(path: str) -> str:
    return path


def _attribute(name: str) -> Rule:
    return lambda path: f"{path}.{name}"


def _imported(literal: str) -> Rule:
    return lambda path: literal if path == "importlib.import_module" else None


def _object(path: str) -> Any:
    """The object of a dotted name in a library that is imported here; None if there is none."""
    target = find_target(path) if path.partition(".")[0] in sys.modules else None
    return getattr(*target) if target is not None else None
