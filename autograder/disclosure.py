"""What a check's sentence may tell of what came back from a student's code.

Of public checks everything: students see their inputs anyway. A hidden check hands its inputs to the student's code, and
whatever that gives back, a value, a name, a text, may be such an input. So while one runs, `told` and its likes say only:

    None, True, False      themselves
    a number               whole ones up to 999, others in two digits (0.78, 3.1e-06), larger ones as >999
    anything else          its kind, out of a fixed list, and its size by the same rule: list[3], str[12], Tensor[2, 5];
                           of more than two axes their number
    an exception           the nearest of Python's own classes

`Sentence` marks text that was made of nothing else. That leaves about ten bits for each number in a sentence and is no
channel for texts; that a check passes or fails tells one bit in any case.
"""

from __future__ import annotations

import builtins
import math
import numbers
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograder.messages import shown

MAX_NUMBER = 999
_SMALLEST = 1e-9
_MAX_AXES = 2
_KINDS = frozenset(
    [
        "None",
        "bool",
        "int",
        "float",
        "complex",
        "str",
        "bytes",
        "bytearray",
        "memoryview",
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "range",
        "slice",
        "map",
        "filter",
        "zip",
        "generator",
        "enumerate",
        "reversed",
        "dict_keys",
        "dict_values",
        "dict_items",
        "function",
        "method",
        "builtin_function_or_method",
        "type",
        "module",
        "coroutine",
        "Decimal",
        "Fraction",
        "Counter",
        "OrderedDict",
        "defaultdict",
        "deque",
        "Path",
        "PosixPath",
        "NoneType",
        "ndarray",
        "Tensor",
        "Parameter",
        "Size",
        "dtype",
        "BatchEncoding",
        "Encoding",
        "CausalLMOutputWithPast",
        "GenerateDecoderOnlyOutput",
        "DynamicCache",
        "Categorical",
        "Generator",
        "Series",
        "DataFrame",
        "BLEUScore",
        "Figure",
        "Axes",
        "Image",
    ]
)
_EXCEPTIONS = frozenset(
    name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)
)
_hidden = False


class Sentence(str):
    """A text that may be shown of a hidden check: words of its author, and values as described above."""

    __slots__ = ()


@contextmanager
def of_check(*, public: bool) -> Iterator[None]:
    """While the block lasts, sentences are those of a public or of a hidden check."""
    global _hidden
    before, _hidden = _hidden, not public
    try:
        yield
    finally:
        _hidden = before


def told(value: object, form: str = "") -> str:
    """`value`, which student code gave back, for use in a sentence.

    Args:
        form: how a number is written where everything may be told; anything else is told as by `shown`.
    """
    if _hidden:
        return summary(value)
    return format(value, form) if form else shown(value)


def told_size(size: int) -> str:
    """A length or an index."""
    return told(size, "d")


def told_total(total: float) -> str:
    """A sum that should be 1; how far it is off is what counts where digits are few."""
    if not _hidden or not math.isfinite(total):
        return told(total, ".6g")
    return f"1 {'-' if total < 1 else '+'} {summary(abs(total - 1))}"


def told_shape(shape: Sequence[int]) -> str:
    """A tensor's shape, like `(2, 5)`."""
    return _shape(shape) if _hidden else str(tuple(shape))


def may_tell(number: int) -> bool:
    """Whether a whole number is told as it is."""
    return not _hidden or abs(number) <= MAX_NUMBER


def told_kind(value: object) -> str:
    """The name of the type of `value`, also of what crossed only as its description."""
    name = getattr(value, "type_name", type(value).__name__)
    return _kind(name) if _hidden else str(name)


def told_exception(names: Sequence[str]) -> str:
    """The name of an exception's class, of its class and bases, the most specific first."""
    if not _hidden:
        return names[0]
    return next((name for name in names if name in _EXCEPTIONS), "Exception")


def told_reason(reason: str) -> tuple[str, str]:
    """Why a value could not be taken over, in brackets, ja and en; nothing if the student's process may have made it up."""
    return ("", "") if _hidden else (f"（{reason}）", f" ({reason})")


def told_status(status: int) -> str:
    """With what a student's process ended."""
    return "0" if status == 0 else "other than 0" if _hidden else str(status)


def summary(value: Any) -> str:
    """What is said of a value of a hidden check."""
    if value is None or isinstance(value, bool | Sentence):
        return str(value)
    if isinstance(value, numbers.Real):
        return _number(value)
    if type(value).__name__ == "Size":
        return _shape(value)
    name = _kind(getattr(value, "type_name", type(value).__name__))
    if type(value).__name__ == "Tensor":
        return f"{name}[{_shape(value.shape)[1:-1]}]"
    if isinstance(value, str | bytes | list | tuple | dict | set | frozenset):
        return f"{name}[{_number(len(value))}]"
    return name


def _number(value: Any) -> str:
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return str(whole) if abs(whole) <= MAX_NUMBER else _beyond(whole)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return str(number)
    if abs(number) > MAX_NUMBER:
        return _beyond(number)
    if abs(number) < _SMALLEST:
        return "0"
    return f"{float(f'{number:.2g}'):g}"


def _beyond(number: float) -> str:
    return f">{MAX_NUMBER}" if number > 0 else f"<-{MAX_NUMBER}"


def _shape(shape: Sequence[int]) -> str:
    if len(shape) > _MAX_AXES:
        return f"({len(shape)} axes)"
    return "(" + ", ".join(map(_number, shape)) + ("," if len(shape) == 1 else "") + ")"


def _kind(name: object) -> str:
    return name if isinstance(name, str) and name in _KINDS else "object"
