"""What the text of an answer says of its functions: where they return and print, and what in them outlives a call.

Read from the syntax tree in one pass without recursion; nothing is run. A text that cannot be read has no functions here, and
nothing is concluded from that.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 200_000
_NEW = "max_new_tokens"
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True)
class Kept:
    """What a function may keep from call to call: the line, the name, and how: `default`, `global` or `cache`."""

    line: int
    name: str
    how: str


@dataclass(frozen=True)
class Anatomy:
    """One function; lines are 1-based.

    Args:
        returns, prints, asserts, errors: lines that return a value, print, assert, return an exception.
        parameters: names of the arguments that may be passed by position.
        lengths: lines that pass the argument `max_new_tokens` as it came on as `max_length`, which counts the prompt.
        in_loop: line of a `return` that ends a `for` loop in its first round, whatever happens; 0 without one.
        calls: names of the functions that it calls.
        within: the function or class that it stands in; empty at the outermost level.
        says_none: it is annotated to return None.
    """

    name: str
    line: int
    returns: tuple[int, ...] = ()
    prints: tuple[int, ...] = ()
    asserts: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    parameters: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    in_loop: int = 0
    kept: tuple[Kept, ...] = ()
    calls: frozenset[str] = frozenset()
    within: str = ""
    says_none: bool = False


def reached(anatomy: Mapping[str, Anatomy], name: str) -> list[Anatomy]:
    """The functions that a call of `name` may run, itself first."""
    found: dict[str, Anatomy] = {}
    unread = [name]
    while unread:
        one = anatomy.get(unread.pop(0))
        if one is not None and one.name not in found:
            found[one.name] = one
            unread += sorted(one.calls)
    return list(found.values())


@lru_cache(maxsize=64)
def anatomy_of(text: str) -> Mapping[str, Anatomy]:
    """The functions of a student's text by name, those of the outermost level first choice; none if it is no Python, or too long."""
    if len(text) > MAX_CHARACTERS:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    shared = _shared_names(tree)
    found = [_read(function, nodes, within, shared) for function, nodes, within in _functions(tree)]
    return {one.name: one for one in sorted(found, key=lambda one: not one.within)}


def _functions(tree: ast.Module) -> list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[ast.AST], str]]:
    """Each function with the nodes of its own body, those of functions inside it left out, and where it stands."""
    found = []
    waiting: list[tuple[ast.AST, list[ast.AST], str]] = [(node, [], "") for node in tree.body]
    while waiting:
        node, own, within = waiting.pop()
        own.append(node)
        if isinstance(node, _FUNCTIONS):
            own = []
            found.append((node, own, within))
        elif isinstance(node, _SCOPES):
            own = []
        inside = getattr(node, "name", within) if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else within
        waiting += [(child, own, inside) for child in ast.iter_child_nodes(node)]
    return found


def _shared_names(tree: ast.Module) -> frozenset[str]:
    """Names of the outermost level that stand for something that can change."""
    return frozenset(
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, _MUTABLE)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    )


def _read(
    function: ast.FunctionDef | ast.AsyncFunctionDef, own: list[ast.AST], within: str, shared: frozenset[str]
) -> Anatomy:
    returns = [node for node in own if isinstance(node, ast.Return) and not _is_none(node.value)]
    called = [node for node in own if isinstance(node, ast.Call)]
    ends = [
        step.lineno for loop in own if isinstance(loop, ast.For) for step in loop.body if isinstance(step, ast.Return)
    ]
    return Anatomy(
        function.name,
        function.lineno,
        returns=_lines(returns),
        prints=_lines([node for node in called if _name(node.func) == "print"]),
        asserts=_lines([node for node in own if isinstance(node, ast.Assert)]),
        errors=_lines([node for node in returns if _is_error(node.value)]),
        parameters=tuple(one.arg for one in (*function.args.posonlyargs, *function.args.args)),
        lengths=tuple(sorted(_lengths(own))),
        in_loop=min(ends, default=0),
        kept=tuple(sorted(_kept(function, own, shared), key=lambda kept: kept.line)),
        calls=frozenset(_name(node.func) for node in called) - {""},
        within=within,
        says_none=function.returns is not None and _is_none(function.returns),
    )


def _kept(
    function: ast.FunctionDef | ast.AsyncFunctionDef, own: list[ast.AST], shared: frozenset[str]
) -> Iterator[Kept]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in defaults:
        if isinstance(default, _MUTABLE) or (isinstance(default, ast.Name) and default.id in shared):
            yield Kept(default.lineno, argument.arg, "default")
    made_here = {node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in own:
        if isinstance(node, ast.Global):
            yield from (Kept(node.lineno, name, "global") for name in node.names)
        elif (name := _changed(node)) in shared and name not in made_here:
            yield Kept(getattr(node, "lineno", 0), name, "global")
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if (called.attr if isinstance(called, ast.Attribute) else _name(called)) in {"cache", "lru_cache"}:
            yield Kept(decorator.lineno, function.name, "cache")


def _lengths(own: list[ast.AST]) -> Iterator[int]:
    """Lines of `max_length=max_new_tokens`, or of a dict that says so, unless the name has another value by then."""
    names = [node for node in own if isinstance(node, ast.Name) and node.id == _NEW]
    if any(isinstance(node.ctx, ast.Store) for node in names):
        return
    for node in own:
        if isinstance(node, ast.Call):
            said = {one.arg: one.value for one in node.keywords if one.arg}
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            said = {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
        else:
            continue
        if _name(said.get("max_length")) == _NEW and _NEW not in said:
            yield said["max_length"].lineno


def _changed(node: ast.AST) -> str:
    """The name of what is changed in place, or whose method is called; else empty."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _name(node.func.value)
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        return _name(node.value)
    return ""


def _lines(nodes: list[ast.expr] | list[ast.Return] | list[ast.Assert] | list[ast.Call]) -> tuple[int, ...]:
    return tuple(sorted(node.lineno for node in nodes))


def _name(node: ast.AST | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_none(node: ast.AST | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _is_error(node: ast.AST | None) -> bool:
    """Whether an expression is an exception, made or only named."""
    name = _name(node.func) if isinstance(node, ast.Call) else _name(node)
    return name.endswith(("Error", "Exception"))
