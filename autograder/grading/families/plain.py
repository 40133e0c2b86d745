"""Values as they are compared here: sequences as tuples, tensors as nested tuples, numbers within a tolerance."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.shared import Array

TOLERANCE = 2e-6
MAX_LEAVES = 20_000  # of a value; larger ones are not looked at


class _Nothing:
    """Stands for a value that a family has no prediction for."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = _Nothing()


def plain(value: Any) -> Any:
    """`value` with tuples for lists and tensors, or NOTHING if it is too large."""
    left = [MAX_LEAVES]

    def turned(one: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OverflowError
        if is_tensor(one):
            return turned(one.tolist()) if one.numel() <= left[0] else turned([None] * MAX_LEAVES)
        if isinstance(one, Array):
            return turned(one.items)
        if isinstance(one, list | tuple):
            return tuple(turned(item) for item in one)
        if isinstance(one, dict):
            return {turned(key): turned(item) for key, item in one.items()}
        return one

    try:
        return turned(value)
    except (OverflowError, TypeError, RecursionError):
        return NOTHING


def is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_number(value: object) -> bool:
    """Whether it is an int or a float; a bool is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def like(one: Any, other: Any) -> bool:
    """Whether two plain values are the same, numbers up to rounding."""
    if is_number(one) and is_number(other):
        return (
            one == other
            or math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
            or (one != one and other != other)
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple):
        return len(one) == len(other) and all(like(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(like(item, other[key]) for key, item in one.items())
    return bool(one == other)


def type_of_tensor(value: Any) -> str:
    """`int64`; empty for what is no tensor."""
    return str(value.dtype).removeprefix("torch.") if is_tensor(value) else ""


def other_types(one: Any, other: Any) -> bool:
    """Whether two values hold tensors of different dtypes in the same place."""
    if is_tensor(one) and is_tensor(other):
        return type_of_tensor(one) != type_of_tensor(other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return any(other_types(a, b) for a, b in zip(one, other, strict=False))
    if isinstance(one, dict) and isinstance(other, dict):
        return any(other_types(value, other[key]) for key, value in one.items() if key in other)
    return False


def alike(one: Any, other: Any, arguments: Mapping[str, Any]) -> bool:
    """As `like`; in tables, tokens that are equally probable in the table among the arguments may stand for each other."""
    if like(one, other):
        return True
    given = next((value for value in arguments.values() if is_table(value)), None)
    if given is None or not is_table(one) or not is_table(other):
        return False
    probability = dict(given)
    first, second = (
        tuple((probability.get(token, token), number) for token, number in table) for table in (one, other)
    )
    return like(first, second)


def is_table(value: Any) -> bool:
    """Whether it is a sequence of (text, number) with something in it."""
    return (
        isinstance(value, tuple)
        and bool(value)
        and all(isinstance(row, tuple) and len(row) == 2 for row in value)
        and all(isinstance(row[0], str) and is_number(row[1]) for row in value)
    )


def is_numbers(value: Any) -> bool:
    """Whether it is a sequence of numbers with something in it."""
    return isinstance(value, tuple) and bool(value) and all(map(is_number, value))


def is_texts(value: Any) -> bool:
    """Whether it is a sequence of texts with something in it."""
    return isinstance(value, tuple) and bool(value) and all(isinstance(one, str) for one in value)


def column(value: Any) -> tuple[float, ...] | None:
    """The numbers of a table or of a sequence of numbers."""
    if is_table(value):
        return tuple(number for _, number in value)
    return value if is_numbers(value) else None


def with_column(value: Any, numbers: tuple[float, ...]) -> Any:
    """`value` with other numbers in its column."""
    if is_table(value):
        return tuple((token, number) for (token, _), number in zip(value, numbers, strict=True))
    return numbers


def mapped(value: Any, change: Callable[[float], Any]) -> Any:
    """`value` with every number in it changed; keys and texts stay."""
    if is_number(value):
        return change(value)
    if isinstance(value, tuple):
        return tuple(mapped(one, change) for one in value)
    if isinstance(value, dict):
        return {key: mapped(one, change) for key, one in value.items()}
    return value


def texts_mapped(value: Any, change: Callable[[str], Any]) -> Any:
    """`value` with every text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(texts_mapped(one, change) for one in value)
    if isinstance(value, dict):
        return {key: texts_mapped(one, change) for key, one in value.items()}
    return value


def leaves(value: Any) -> Iterator[Any]:
    """What a plain value holds, without its structure."""
    if isinstance(value, tuple):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from leaves(one)
    else:
        yield value


def depth(value: Any) -> int:
    """How many sequences lie in each other, along the first elements."""
    return 1 + (depth(value[0]) if value else 0) if isinstance(value, tuple) else 0
