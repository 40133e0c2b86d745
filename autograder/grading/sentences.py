"""Hidden check files, imported so that their sentences can tell nothing but what `autograder.disclosure` allows.

Authors write `en=f"expected {n} tokens, got {len(kept)}"`. In the syntax tree of a hidden check file every value that goes
into a sentence (an argument `ja` or `en` of any call, the place `where` of a `read_*` function) is led through
`disclosure.summary`. Texts come through only if they are constants of that very file, by identity and not by equality, so
that no text of a student's can pass for one, or sentences themselves. What is not understood is summed up, too.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, ModuleType

from autograder.disclosure import Sentence, summary

_TOLD, _SENTENCE, _ALL_TOLD = "__told__", "__sentence__", "__all_told__"


def import_public(path: Path) -> ModuleType:
    """The module of a public check file, by the name under which pytest finds it. Raises: whatever its code raises.

    Python's cache of compiled files is passed over: it takes a file for unchanged that was saved twice within a second.
    """
    return _run(path, compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True, optimize=0), {})


def import_hidden(path: Path) -> ModuleType:
    """The module of a hidden check file, as `import_public` has it, whose sentences tell no value."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    tree = ast.fix_missing_locations(_Sentences(_ours(tree)).visit(tree))
    code = compile(tree, str(path), "exec", dont_inherit=True, optimize=0)
    # A single character is one object for all of Python, whoever made it. The texts are kept, so that no id is used again.
    constants = {id(one): one for one in _texts(code) if len(one) != 1}

    def tell(value: object, quoted: bool, percent: bool) -> str:
        if isinstance(value, str) and id(value) in constants:
            return repr(value) if quoted else value
        return f"{summary(100 * value)}%" if percent and isinstance(value, float) else summary(value)

    def told(value: object) -> Sentence:
        return Sentence(tell(value, False, False))

    known = {
        _TOLD: tell,
        _SENTENCE: Sentence,
        _ALL_TOLD: lambda given: {key: told(one) if key in ("ja", "en") else one for key, one in given.items()},
        "__told_whole__": told,
    }
    return _run(path, code, known)


def _run(path: Path, code: CodeType, known: Mapping[str, object]) -> ModuleType:
    name = f"{path.parent.parent.name}.{path.parent.name}.{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    vars(module).update(known)
    sys.modules[name] = module
    exec(code, vars(module))
    return module


def _texts(code: CodeType) -> Iterator[str]:
    """Every constant text of a file's code."""
    waiting: list[object] = [code]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, CodeType):
            waiting += one.co_consts
        elif isinstance(one, tuple | frozenset):
            waiting += one


def _ours(tree: ast.Module) -> dict[str, str]:
    """Functions that checks are written with: the names by which the file knows them → their own."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("autograder.checks", "autograder.pictures"):
            module = importlib.import_module(node.module)
            for one in node.names:
                names = list(vars(module)) if one.name == "*" else [one.name]
                found |= {one.asname or name: name for name in names}
    return found


class _Sentences(ast.NodeTransformer):
    """Leads what goes into sentences through the functions above; `ours`: names of functions that make sentences."""

    def __init__(self, ours: Mapping[str, str]) -> None:
        self._ours = ours

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id="student" | "reference")):
                return node  # arguments of exercises, whatever they are called
        ours = self._ours.get(node.func.id, "") if isinstance(node.func, ast.Name) else ""
        for keyword in node.keywords:
            if keyword.arg in ("ja", "en") or (ours and keyword.arg == "where"):
                keyword.value = _sentence(keyword.value)
            elif ours and keyword.arg is None:
                keyword.value = _call(_ALL_TOLD, keyword.value)
        if ours.startswith("read_"):
            node.args[1:2] = map(_sentence, node.args[1:2])
        return node


def _sentence(value: ast.expr) -> ast.expr:
    match value:
        case ast.Constant():
            return value
        case ast.JoinedStr():
            return _call(_SENTENCE, ast.JoinedStr([_hole(part) for part in value.values]))
        case ast.BinOp(op=ast.Add()):
            return _call(_SENTENCE, ast.BinOp(_sentence(value.left), value.op, _sentence(value.right)))
        case ast.IfExp():
            return ast.IfExp(value.test, _sentence(value.body), _sentence(value.orelse))
        case ast.Starred():
            return value
    return _call("__told_whole__", value)


def _hole(part: ast.expr) -> ast.expr:
    if not isinstance(part, ast.FormattedValue):
        return part
    form = "" if part.format_spec is None else ast.unparse(part.format_spec)
    flags = [ast.Constant(part.conversion == ord("r")), ast.Constant("%" in form)]
    return ast.FormattedValue(_call(_TOLD, part.value, *flags), -1, None)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
