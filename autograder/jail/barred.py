"""Work that must be done by hand, barred where it is done: in PyTorch's dispatcher, in the bodies of library functions.

    put_up(families_of(names), refuse)      from here on the operators and functions of the families call refuse(name)

What is called, not how it is called, decides: operators get an implementation of ours in the dispatcher, Python functions
another body (so every reference, bound method and wrapper of them is that function still), and functions and
methods of C and Rust another entry in the table that all their references share. What was there before is kept nowhere, unless the
caller wants to undo it.

Not promised: work done without the library's operators and functions, from a copy of its source text, say, or by the
derivative of `logsumexp`, which is allowed.
"""

from __future__ import annotations

import ctypes
import inspect
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodDescriptorType, ModuleType
from typing import Any

from autograder.jail.families import FAMILIES, Family

Refuse = Callable[[str], None]

# Where operators on a CPU have their kernels; the others are made of these.
_KEYS = (
    *("CPU", "SparseCPU", "SparseCsrCPU", "QuantizedCPU", "MkldnnCPU", "NestedTensorCPU"),
    *("CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional"),
)
_POINTER = ctypes.sizeof(ctypes.c_void_p)


def prepare() -> None:
    """Before a fork: what every process would look up alike."""
    if "torch" in sys.modules:
        for family in FAMILIES:
            _kernels(family.operators)
    for family in FAMILIES:
        _everywhere(family)


def put_up(families: Iterable[Family], refuse: Refuse, *, undo: ExitStack | None = None) -> frozenset[bytes]:
    """Refuse the work of `families` from now on.

    Args:
        refuse: is called with the name of what was used, and raises.
        undo: takes down the bars when it is closed; without it they stay, and functions and methods of C and Rust are barred, too.

    Returns: the code that the barred functions had.
    """
    functions: dict[FunctionType, str] = {}
    for family in families:
        if family.operators and "torch" in sys.modules:
            _bar_operators(family, refuse, undo)
        if undo is None:
            _bar_methods(family, refuse)
        functions |= _everywhere(family)
        for name in family.functions:
            functions |= _functions(name)
    bodies = frozenset(function.__code__.co_code for function in functions)
    for function, name in functions.items():
        if undo is not None:
            undo.callback(setattr, function, "__code__", function.__code__)
        function.__code__ = refusing(function.__code__, name, refuse)
    return bodies


def names_of(families: Iterable[Family]) -> frozenset[str]:
    """The names with which `refuse` may be called."""
    return frozenset(
        name
        for family in families
        for name in (
            family.word,
            *(_operator_name(family, operator) for operator, _ in _kernels(family.operators)),
            *(one.removesuffix(".*") for one in (*family.functions, *family.methods)),
        )
    )


def _operator_name(family: Family, operator: str) -> str:
    return f"{family.word} ({operator})"


def refusing(code: CodeType, name: str, refuse: Refuse) -> CodeType:
    """Code that can stand for `code` in a function, and calls refuse(name) instead."""
    body = _template(len(code.co_freevars))
    return body.replace(
        co_consts=tuple({"call": refuse, "name": name}.get(one, one) for one in body.co_consts),  # type: ignore[call-overload]
        co_name=code.co_name,
        co_filename=code.co_filename,
        co_firstlineno=code.co_firstlineno,
    )


def is_refusing(code: CodeType) -> bool:
    """Whether `refusing` made it (or a text of the same few steps)."""
    return code.co_code == _template(len(code.co_freevars)).co_code


@lru_cache
def _template(n_free: int) -> CodeType:
    """Takes any arguments. With as many free variables as the code it stands for, which Python sets up where it reads a frame."""
    free = [f"free_{number}" for number in range(n_free)]
    values = ", ".join(["'call'('name')", *free])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a text is called, in whose place something callable will be
        code = compile(f"lambda {', '.join(free)}: lambda *arguments, **keywords: [{values}]", __file__, "eval")
    for _ in ("outer", "inner"):
        code = next(one for one in code.co_consts if isinstance(one, CodeType))
    return code


def _functions(name: str) -> dict[FunctionType, str]:
    """The Python functions of a dotted name, without what is wrapped around them, → their names; of what is loaded alone."""
    owner, _, attribute = name.rpartition(".")
    names = _names_in(owner)
    functions = map(_innermost, list(names.values()) if attribute == "*" else [names.get(attribute)])
    return dict.fromkeys((one for one in functions if one is not None), name.removesuffix(".*"))


@lru_cache
def _everywhere(family: Family) -> dict[FunctionType, str]:
    """The functions `family.everywhere` of all classes of transformers that are loaded → the family's word."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("transformers.") and module]
    kinds = {one for module in modules for one in list(vars(module).values()) if isinstance(one, type)}
    found = [_innermost(vars(kind).get(name)) for kind in kinds for name in family.everywhere]
    return {one: family.word for one in found if one is not None and one.__module__.startswith("transformers.")}


def _names_in(owner: str) -> Mapping[str, Any]:
    """What the loaded module or the class of that dotted name defines."""
    parts = owner.split(".")
    size = next((size for size in range(len(parts), 0, -1) if ".".join(parts[:size]) in sys.modules), 0)
    thing: Any = sys.modules[".".join(parts[:size])] if size else None
    for part in parts[size:]:
        thing = vars(thing).get(part) if isinstance(thing, type | ModuleType) else None
    return vars(thing) if isinstance(thing, type | ModuleType) else {}


def _innermost(thing: Any) -> FunctionType | None:
    thing = getattr(thing, "__func__", thing)  # of a static or class method
    function = inspect.unwrap(thing) if callable(thing) else None
    return function if isinstance(function, FunctionType) else None


@lru_cache
def _kernels(pattern: str) -> tuple[tuple[str, str], ...]:
    """(operator, dispatch key) of all kernels on a CPU whose operator's name matches."""
    import torch

    names = [name for name in torch._C._dispatch_get_all_op_names() if pattern and re.search(pattern, name)]
    has_kernel = torch._C._dispatch_has_kernel_for_dispatch_key
    return tuple((name, key) for name in sorted(names) for key in _KEYS if has_kernel(name, key))


def _bar_operators(family: Family, refuse: Refuse, undo: ExitStack | None) -> None:
    """Refuse at every kernel of the family's operators.

    A registration lives as long as its `library`, which no list of Python's shows and which gets a reference too many.
    """
    import torch

    libraries: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that kernels are replaced
        for operator, key in _kernels(family.operators):
            space, _, name = operator.partition("::")
            if space not in libraries:
                libraries[space] = torch._C._dispatch_library("IMPL", space, "")  # type: ignore[attr-defined]
            libraries[space].impl(name, key, _kernel(_operator_name(family, operator), refuse))
    for library in libraries.values():
        if undo is None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
        else:
            undo.callback(library.reset)


def _kernel(name: str, refuse: Refuse) -> Callable[..., None]:
    return lambda *arguments, **keywords: refuse(name)


def _bar_methods(family: Family, refuse: Refuse) -> None:
    """Refuse the methods of a family, but for what libraries do by them in the functions `family.within`."""
    within = frozenset(function.__code__ for name in family.within for function in _functions(name))
    for name in family.methods:
        entry = _entry(name)
        if entry is not None:
            entry.value = _refusal(name, entry.value or 0, within, refuse)


def _entry(name: str) -> ctypes.c_void_p | None:
    """Where the definition of the C function or method of that dotted name holds its address (PyMethodDef.ml_meth)."""
    owner, _, attribute = name.rpartition(".")
    thing = _names_in(owner).get(attribute)
    thing = getattr(thing, "__func__", thing)
    # Behind the head of the object: of a function its definition, of a method its class, name, qualified name, definition.
    place = {BuiltinFunctionType: 0, MethodDescriptorType: 3}.get(type(thing))
    if place is None:
        return None
    definition = ctypes.c_void_p.from_address(id(thing) + object.__basicsize__ + place * _POINTER).value
    if not definition or ctypes.c_char_p.from_address(definition).value != attribute.encode():
        return None
    return ctypes.c_void_p.from_address(definition + _POINTER)


def _refusal(name: str, original: int, within: frozenset[CodeType], refuse: Refuse) -> int | None:
    """The address of a C function that tells of a use of `name` and raises SystemError, or does as the one at `original`."""
    do = ctypes.PYFUNCTYPE(ctypes.py_object, *[ctypes.c_void_p] * 4)(original)
    give = ctypes.pythonapi.Py_IncRef

    def told(*arguments: Any) -> int | None:
        try:
            if not _is_library_work(sys._getframe(1), within):
                refuse(name)
            result = do(*arguments)
            give(ctypes.py_object(result))  # ours goes with this frame
            return id(result)
        except Exception:  # it cannot leave a C function: without a result and an exception Python makes one
            return None

    function = ctypes.PYFUNCTYPE(ctypes.c_void_p, *[ctypes.c_void_p] * 4)(told)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(function))
    return ctypes.cast(function, ctypes.c_void_p).value


def _is_library_work(frame: FrameType | None, within: frozenset[CodeType]) -> bool:
    """Whether code of the library's files alone, and of `refusals`, stands between a call and one of the functions `within`."""
    folders = {os.path.dirname(file) for file in (__file__, *(code.co_filename for code in within))}
    while frame is not None and os.path.dirname(frame.f_code.co_filename) in folders:
        if frame.f_code in within:
            return True
        frame = frame.f_back
    return False
