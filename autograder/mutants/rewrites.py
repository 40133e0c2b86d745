"""Small changes to one node of a syntax tree, each a mistake that a person could make.

A rewrite takes a node and gives the nodes that may stand in its place; most nodes have none. What it
gives is a new node that shares the old one's children. Rewrites that would say the same as another one
(`not a < b` and `a >= b`, a deleted `raise` and its condition made False) are left out.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

Rewrite = Callable[[ast.AST], Iterator[ast.AST]]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
PAIRS = (
    ("min", "max"),
    ("all", "any"),
    ("sum", "len"),
    ("argmin", "argmax"),
    ("floor", "ceil"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("cumsum", "cumprod"),
    ("startswith", "endswith"),
    ("removeprefix", "removesuffix"),
    ("lstrip", "rstrip"),
    ("append", "extend"),
)
_OTHER_NAME = dict(PAIRS) | {second: first for first, second in PAIRS}


def changed(node: Any, **fields: object) -> Any:
    """A copy of `node` with other `fields`; children are shared."""
    new = copy.copy(node)
    for field, value in fields.items():
        setattr(new, field, value)
    return new


def _without(items: list[Any], index: int) -> list[Any]:
    return items[:index] + items[index + 1 :]


def _replaced(items: list[Any], index: int, item: object) -> list[Any]:
    return [*items[:index], item, *items[index + 1 :]]


def comparison(node: ast.AST) -> Iterator[ast.AST]:
    """`<` becomes `<=` and `>=`, `==` becomes `!=`, `in` becomes `not in`, …"""
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in _COMPARISONS[type(op)]:
                yield changed(node, ops=_replaced(node.ops, index, other()))


def operator(node: ast.AST) -> Iterator[ast.AST]:
    """`+` becomes `-`, `/` becomes `*` and `//`, …; or one operand goes. `a += b` becomes `a -= b` and `a = b`."""
    if isinstance(node, ast.BinOp):
        for other in _OPERATORS.get(type(node.op), ()):
            yield changed(node, op=other())
        yield node.left
        yield node.right
    elif isinstance(node, ast.AugAssign):
        for other in _OPERATORS.get(type(node.op), ()):
            yield changed(node, op=other())
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand


def logic(node: ast.AST) -> Iterator[ast.AST]:
    """`and` becomes `or`, and the other way round; or one operand goes."""
    if isinstance(node, ast.BoolOp):
        yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for index in range(len(node.values)):
            rest = _without(node.values, index)
            yield changed(node, values=rest) if len(rest) > 1 else rest[0]


def condition(node: ast.AST) -> Iterator[ast.AST]:
    """The condition of if, while, a conditional expression or a comprehension is negated, always true, always false."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        for test in _other_conditions(node.test):
            yield changed(node, test=test)
    elif isinstance(node, ast.comprehension):
        for index, one in enumerate(node.ifs):
            for test in _other_conditions(one):
                yield changed(node, ifs=_replaced(node.ifs, index, test))


def _other_conditions(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.Constant):
        return
    flips_by_itself = isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) == 1)
    if not flips_by_itself:
        yield ast.UnaryOp(ast.Not(), test)
    yield ast.Constant(True)
    yield ast.Constant(False)


def constant(node: ast.AST) -> Iterator[ast.AST]:
    """A number one up and one down, a text emptied (an empty one filled), True and False swapped, None as 0."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant("" if value else "mutant")
    elif value is None:
        yield ast.Constant(0)


def statement(node: ast.AST) -> Iterator[ast.AST]:
    """A simple statement goes. Those that end a block stay: the condition in front of them changes anyway."""
    is_assignment = isinstance(node, ast.Assign | ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value)
    if is_assignment or isinstance(node, ast.Expr):
        yield ast.Pass()


def call(node: ast.AST) -> Iterator[ast.AST]:
    """One argument goes; min becomes max, sum becomes len, …; a sort goes the other way or away."""
    if not isinstance(node, ast.Call):
        return
    for index in range(len(node.args)):
        yield changed(node, args=_without(node.args, index))
    for index in range(len(node.keywords)):
        yield changed(node, keywords=_without(node.keywords, index))
    name = _called(node)
    if name in _OTHER_NAME:
        other = _OTHER_NAME[name]
        yield changed(node, func=changed(node.func, **{_name_field(node.func): other}))
    if name in {"sorted", "sort"} and not any(keyword.arg == "reverse" for keyword in node.keywords):
        yield changed(node, keywords=[*node.keywords, ast.keyword("reverse", ast.Constant(True))])
    if name == "sorted":
        yield ast.Call(ast.Name("list", ast.Load()), node.args[:1], [])


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, _name_field(node.func), ""))


def _name_field(function: ast.expr) -> str:
    return "attr" if isinstance(function, ast.Attribute) else "id"


def bound(node: ast.AST) -> Iterator[ast.AST]:
    """A bound of a slice goes, or is one up or down; the end of a range is one up or down."""
    if isinstance(node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if (value := getattr(node, field)) is not None:
                yield changed(node, **{field: None})
                for other in _one_off(value):
                    yield changed(node, **{field: other})
    elif isinstance(node, ast.Call) and _called(node) == "range" and node.args:
        at = min(1, len(node.args) - 1)
        for other in _one_off(node.args[at]):
            yield changed(node, args=_replaced(node.args, at, other))


def _one_off(value: ast.expr) -> Iterator[ast.expr]:
    """`value` + 1 and - 1, unless it holds a number that `constant` changes anyway."""
    if not any(isinstance(part, ast.Constant) for part in ast.walk(value)):
        yield ast.BinOp(value, ast.Add(), ast.Constant(1))
        yield ast.BinOp(value, ast.Sub(), ast.Constant(1))


def result(node: ast.AST) -> Iterator[ast.AST]:
    """A function returns None."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield changed(node, value=ast.Constant(None))


def element(node: ast.AST) -> Iterator[ast.AST]:
    """One element of a list, or one item of a dictionary, goes."""
    if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load):
        for index in range(len(node.elts)):
            yield changed(node, elts=_without(node.elts, index))
    elif isinstance(node, ast.Dict):
        for index in range(len(node.keys)):
            yield changed(node, keys=_without(node.keys, index), values=_without(node.values, index))


def loop(node: ast.AST) -> Iterator[ast.AST]:
    """A loop runs over nothing; `break` becomes `continue`, and the other way round."""
    if isinstance(node, ast.For | ast.comprehension):
        yield changed(node, iter=ast.Tuple([], ast.Load()))
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.Continue):
        yield ast.Break()


def exception(node: ast.AST) -> Iterator[ast.AST]:
    """Another class of exception is raised, or caught."""
    if isinstance(node, ast.Raise) and node.exc is not None:
        yield changed(node, exc=_other_class(node.exc))
    elif isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield changed(node, type=_other_class(node.type))


def _other_class(raised: ast.expr) -> ast.expr:
    if isinstance(raised, ast.Call):
        new: ast.expr = changed(raised, func=_other_class(raised.func))
        return new
    is_runtime_error = isinstance(raised, ast.Name) and raised.id == "RuntimeError"
    return ast.Name("ValueError" if is_runtime_error else "RuntimeError", ast.Load())


REWRITES: tuple[Rewrite, ...] = (
    comparison,
    operator,
    logic,
    condition,
    constant,
    statement,
    call,
    bound,
    result,
    element,
    loop,
    exception,
)
