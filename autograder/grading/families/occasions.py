"""When it goes wrong: what holds of the arguments of all wrong calls, and of none that is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from autograder.grading.families.plain import column, is_number, is_table, is_tensor, plain
from autograder.messages import Message

MIN_RIGHT = 3


def occasion(wrong: Sequence[Mapping[str, Any]], right: Sequence[Mapping[str, Any]]) -> Message | None:
    """The one property that tells the wrong calls from the right ones; None if there is none, or several, or too few calls."""
    if not wrong or len(right) < MIN_RIGHT:
        return None
    names = [name for name in wrong[0] if all(name in one for one in wrong)]
    found = [
        Message(f"{name} が{words.ja}", f"{name} {words.en}")
        for name in names
        for words, holds in _PROPERTIES
        if all(_true(holds, one, name) for one in wrong) and not any(_true(holds, one, name) for one in right)
    ]
    if len(found) > 1 and len(wrong) < 2:
        return None
    return found[0] if found else None


def _true(holds: Callable[[Any, Mapping[str, Any]], bool], arguments: Mapping[str, Any], name: str) -> bool:
    if name not in arguments:
        return False
    try:
        return bool(holds(plain(arguments[name]) if not is_tensor(arguments[name]) else arguments[name], arguments))
    except (TypeError, ValueError, IndexError):
        return False


def _longest(arguments: Mapping[str, Any]) -> int:
    return max((len(value) for value in arguments.values() if isinstance(value, list | tuple)), default=0)


def _number(holds: Callable[[float], bool]) -> Callable[[Any, Mapping[str, Any]], bool]:
    return lambda value, _: is_number(value) and holds(value)


def _text(holds: Callable[[str], bool]) -> Callable[[Any, Mapping[str, Any]], bool]:
    return lambda value, _: isinstance(value, str) and holds(value)


def _sequence(holds: Callable[[tuple[Any, ...]], bool]) -> Callable[[Any, Mapping[str, Any]], bool]:
    return lambda value, _: isinstance(value, tuple) and holds(value)


def _repeats(rows: tuple[Any, ...]) -> bool:
    numbers = column(rows)
    if is_table(rows) and numbers is not None:
        positive = [number for number in numbers if number]
        return len(set(positive)) < len(positive)
    return len(set(rows)) < len(rows)


def _in_order(rows: tuple[Any, ...]) -> bool:
    numbers = column(rows)
    return numbers is not None and any(a < b for a, b in pairwise(numbers))


_PROPERTIES: tuple[tuple[Message, Callable[[Any, Mapping[str, Any]], bool]], ...] = (
    (Message(" None の", "is None"), lambda value, _: value is None),
    (Message("渡された", "is given"), lambda value, _: value is not None),
    (Message(" 0 の", "is 0"), _number(lambda x: x == 0)),
    (Message(" 1 の", "is 1"), _number(lambda x: x == 1)),
    (Message("負の", "is negative"), _number(lambda x: x < 0)),
    (Message(" 1 より小さい", "is below 1"), _number(lambda x: x < 1)),
    (Message(" 1 より大きい", "is above 1"), _number(lambda x: x > 1)),
    (Message("要素の数より大きい", "is larger than the number of elements"), lambda value, all_: is_number(value) and 0 < _longest(all_) < value),
    (Message("要素の数に等しい", "equals the number of elements"), lambda value, all_: is_number(value) and 0 < _longest(all_) == value),
    (Message(" True の", "is True"), lambda value, _: value is True),
    (Message(" False の", "is False"), lambda value, _: value is False),
    (Message("空の", "is empty"), lambda value, _: isinstance(value, tuple | str | dict) and len(value) == 0),
    (Message("要素 1 つだけの", "has only one element"), _sequence(lambda rows: len(rows) == 1)),
    (Message("要素 2 つだけの", "has only two elements"), _sequence(lambda rows: len(rows) == 2)),
    (Message(" 0 を含む", "has a 0 in it"), _sequence(lambda rows: 0 in (column(rows) or ()))),
    (Message("同じ値や同じ要素を 2 つ以上含む", "has equal numbers or equal elements in it"), _sequence(_repeats)),
    (Message("大きい順に並んでいない", "is not sorted with the largest first"), _sequence(_in_order)),
    (Message("空の文を含む", "has an empty text in it"), _sequence(lambda rows: "" in rows)),
    (Message("英数字でない文字（日本語など）を含む", "has characters other than plain English ones"), _text(lambda text: not text.isascii())),
    (Message("英数字でない文字（日本語など）を含む", "has characters other than plain English ones"), _sequence(lambda rows: any(isinstance(one, str) and not one.isascii() for one in rows))),
    (Message("改行を含む", "has a newline in it"), _text(lambda text: "\n" in text)),
    (Message("空白で始まる", "begins with a space"), _text(lambda text: text[:1].isspace())),
    (Message("空白で終わる", "ends with a space"), _text(lambda text: text[-1:].isspace())),
    (Message("続いた空白を含む", "has two spaces in a row"), _text(lambda text: "  " in text)),
    (Message("トークン 1 つだけの", "is a single token"), lambda value, _: is_tensor(value) and value.numel() == 1),
)  # fmt: skip
