"""Whether two calls are the same: function, arguments, and what came of them, up to rounding and ties."""

from __future__ import annotations

import math
import sys
from typing import Any

from autograder.grading.student import Call
from autograder.shared import Array, identity

TOLERANCE = 1e-6


def same_call(one: Call, other: Call) -> bool:
    """Same function, same arguments, same result or class of exception."""
    return (
        one.function == other.function
        and one.raised[:1] == other.raised[:1]
        and same_value(one.arguments, other.arguments)
        and (same_value(one.value, other.value) or _same_but_for_ties(one, other))
    )


def _same_but_for_ties(one: Call, other: Call) -> bool:
    """Whether two tables of (token, probability) differ only in tokens that are equally probable in the arguments.

    Which of them comes first, or is kept, is a matter of the sort that was used.
    """
    arguments: Any = one.arguments
    tables: list[Any] = [one.value, other.value]
    given = next((argument for argument in arguments[0] if _is_table(argument)), None)
    if given is None or not all(map(_is_table, tables)):
        return False
    probability_of = dict(given)
    first, second = ([(probability_of.get(token, token), q) for token, q in table] for table in tables)
    return same_value(first, second)


def _is_table(value: Any) -> bool:
    """Whether `value` is a list of (text, number)."""
    return isinstance(value, list) and all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], float)
        for pair in value
    )


def same_value(one: Any, other: Any) -> bool:
    """Equal plain data, with floats within `TOLERANCE` and NaN equal to NaN; shared objects by identity."""
    one, other = identity(one), identity(other)
    if one is other:
        return True
    if isinstance(one, float) or isinstance(other, float):
        if not (isinstance(one, float | int) and isinstance(other, float | int)):
            return False
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (one != one and other != other)
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(same_value(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_value(value, other[key]) for key, value in one.items())
    if isinstance(one, Array):
        return same_value(one.items, other.items)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(one, torch.Tensor):
        same_kind = one.dtype == other.dtype and one.shape == other.shape
        return bool(same_kind and torch.allclose(one.double(), other.double(), TOLERANCE, TOLERANCE, equal_nan=True))
    return bool(one == other)
