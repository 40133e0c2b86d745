"""Which names a Python text binds where, and to what: as much of Python's scoping as `by_hand` needs.

A name that is bound several times in a function may stand for any of them; at the outermost level the last
binding counts, together with those of branches (`try`, `if`) behind it. Each statement is looked at once and none
inside another by recursion, so that long texts and long `elif` chains cost no more than their length.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Union

Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef]  # noqa: UP007 - evaluated at run time on 3.10
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
EXPRESSION_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MAX_NESTING = 64  # of scopes; deeper ones are not read


@dataclass(frozen=True, eq=False)
class Binding:
    """What a name may stand for.

    Args:
        node: the definition, the assigned value, or a statement that makes it; None: a parameter or an import.
        scope: where `node` stands.
        path: dotted name of what an import binds.
        is_whole: the name stands for the value of `node`, not for a part of it.
    """

    node: ast.AST | None
    scope: Scope
    line: int
    path: str = ""
    is_whole: bool = False


@dataclass(eq=False)
class Scope:
    """The names of a module, class, function or comprehension; `top` is the module's, `depth` how many stand around it."""

    parent: Scope | None
    is_class: bool = False
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: dict[str, None] = field(default_factory=dict)  # in order
    elsewhere: set[str] = field(default_factory=set)  # declared global or nonlocal

    def __post_init__(self) -> None:
        self.top: Scope = self if self.parent is None else self.parent.top
        self.depth: int = 0 if self.parent is None else self.parent.depth + 1

    def holder(self, name: str) -> Scope | None:
        """The scope that binds what `name` stands for here; None for a builtin or a name that nothing binds."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None

    def add(self, name: str, binding: Binding, *, certain: bool = False) -> None:
        """Bind `name`; at the outermost level a `certain` binding replaces those before it."""
        if name in self.elsewhere:
            return
        if certain and self.parent is None:
            self.bindings[name] = [binding]
        else:
            self.bindings.setdefault(name, []).append(binding)


def module_scope(tree: ast.Module) -> Scope:
    """The names that a module binds at its outermost level."""
    return _bound(tree.body, Scope(None))


def inner_scope(node: ast.AST, outer: Scope) -> Scope:
    """The scope inside a function, class, lambda or comprehension that stands in `outer`."""
    scope = Scope(outer, is_class=isinstance(node, ast.ClassDef))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in filter(None, every):
            scope.add(argument.arg, Binding(None, scope, node.lineno))
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for generator in node.generators:
            _bind_stored(generator.target, generator.iter, scope)
    return _bound(node.body, scope) if isinstance(node, DEFINITIONS) else scope


def _bound(body: list[ast.stmt], scope: Scope) -> Scope:
    for node in _without_inner(body):
        if isinstance(node, ast.Global | ast.Nonlocal):
            scope.elsewhere.update(node.names)
    waiting: list[ast.AST] = [*reversed(body)]
    outermost = set(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            inside = _bind(node, scope, certain=node in outermost)
        else:
            inside = _bind_compound(node, scope)
        waiting.extend(reversed(inside))
    return scope


def _without_inner(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """`nodes` and all they hold, without what stands in scopes of its own."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, DEFINITIONS + EXPRESSION_SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def _bind(node: ast.stmt, scope: Scope, *, certain: bool) -> list[ast.AST]:
    """Bind the names of a statement. Returns: what stands inside it and is still to be bound."""
    if isinstance(node, DEFINITIONS):
        scope.add(node.name, Binding(node, scope, node.lineno), certain=certain)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        _bind_import(node, scope, certain=certain)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            _bind_target(target, node.value, scope, certain=certain)
        _bind_stored(node.value, node.value, scope)
    else:
        return _bind_compound(node, scope)
    return []


def _bind_import(node: ast.Import | ast.ImportFrom, scope: Scope, *, certain: bool) -> None:
    for alias in node.names:
        if isinstance(node, ast.Import):
            name, path = alias.asname or alias.name.partition(".")[0], alias.name
            path = path if alias.asname else name
        elif alias.name == "*":
            scope.top.stars[node.module or ""] = None
            continue
        else:
            name = alias.asname or alias.name
            path = f"{node.module}.{alias.name}" if node.module and not node.level else ""
        scope.add(name, Binding(None, scope, node.lineno, path), certain=certain)


def _bind_target(target: ast.expr, value: ast.expr, scope: Scope, *, certain: bool) -> None:
    if isinstance(target, ast.Name):
        scope.add(target.id, Binding(value, scope, target.lineno, is_whole=True), certain=certain)
    elif (
        isinstance(target, ast.Tuple | ast.List)
        and isinstance(value, ast.Tuple | ast.List)
        and len(target.elts) == len(value.elts)
        and not any(isinstance(one, ast.Starred) for one in [*target.elts, *value.elts])
    ):
        for one, part in zip(target.elts, value.elts, strict=True):
            _bind_target(one, part, scope, certain=certain)
    else:
        _bind_stored(target, value, scope)


def _bind_stored(node: ast.AST, source: ast.AST, scope: Scope) -> None:
    """Bind every name that is stored in the expression `node` to some part of `source`."""
    for one in _without_inner([node]):
        if isinstance(one, ast.NamedExpr):
            scope.add(one.target.id, Binding(one.value, scope, one.lineno, is_whole=True))
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            scope.add(one.id, Binding(source, scope, one.lineno))


def _bind_compound(node: ast.AST, scope: Scope) -> list[ast.AST]:
    """Bind names of a statement's own parts (loop variables, `as`, captures). Returns: what is still to be bound."""
    names = [getattr(node, "name", None), getattr(node, "rest", None)]  # except … as, and captures of match
    for name in names:
        if isinstance(name, str):
            scope.add(name, Binding(None, scope, getattr(node, "lineno", 0)))
    inside: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case | ast.pattern | ast.withitem):
            inside.append(child)
        elif isinstance(child, ast.expr):
            _bind_stored(child, node, scope)
    return inside
