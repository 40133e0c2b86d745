"""Arguments that make no sense and were not refused, in words: which argument, and what about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from autograder.grading.families.plain import is_number, is_tensor, plain
from autograder.messages import Message


@dataclass(frozen=True)
class Refusal:
    """A call that the reference refuses: the arguments by name, the error, and what came instead (None: a value)."""

    arguments: Mapping[str, Any]
    error: str
    came: str | None


def not_refused(
    refusals: Sequence[Refusal], good: Sequence[Mapping[str, Any]], accepts: Callable[[Mapping[str, Any]], bool]
) -> Message | None:
    """What should have been refused, one sentence for each class of arguments; None if no class is told apart.

    Args:
        good: the arguments of calls that make sense.
        accepts: whether the reference takes such arguments.
    """
    said: dict[str, Message] = {}
    for one in refusals:
        about = _about(one.arguments, good, accepts)
        if about is None:
            return None
        said.setdefault(about.en, _sentence(about, one))
    if not said:
        return None
    messages = list(said.values())[:3]
    return Message("\n".join(one.ja for one in messages), "\n".join(one.en for one in messages))


def _sentence(about: Message, one: Refusal) -> Message:
    if one.came is None:
        return Message(
            f"{about.ja}とき、{one.error} を出さずに計算しています。計算の前に確かめて、raise {one.error}(…) で断ってください。",
            f"When {about.en}, nothing is raised: expected {one.error}. Check for it before computing.",
        )
    return Message(
        f"{about.ja}とき、{one.error} ではなく {one.came} が出ています。計算の前に確かめて、raise {one.error}(…) で断ってください。",
        f"When {about.en}, {one.came} comes up: expected {one.error}. Check for it before computing.",
    )


def _about(
    arguments: Mapping[str, Any], good: Sequence[Mapping[str, Any]], accepts: Callable[[Mapping[str, Any]], bool]
) -> Message | None:
    """What is wrong with the arguments, told by those that are fine: one argument, or two that go together."""
    odd = [
        (name, what)
        for name, value in arguments.items()
        if (what := _oddity(value, [one[name] for one in good if name in one])) is not None
    ]
    if len(odd) > 1:  # which one does the reference refuse?
        usual = {name: next(one[name] for one in good if name in one) for name, _ in odd}
        odd = [(name, what) for name, what in odd if accepts({**arguments, name: usual[name]})]
    if len(odd) == 1:
        name, what = odd[0]
        return Message(f"{name} が{what.ja}", f"{name} is {what.en}")
    return None if odd else _together(arguments, good)


def _together(arguments: Mapping[str, Any], good: Sequence[Mapping[str, Any]]) -> Message | None:
    """Two arguments of which exactly one is given in every call that makes sense."""
    either = [
        (first, second)
        for first, second in combinations(arguments, 2)
        if good and all((one.get(first) is None) != (one.get(second) is None) for one in good)
    ]
    if len(either) != 1:
        return None
    first, second = either[0]
    if arguments[first] is not None and arguments[second] is not None:
        return Message(f"{first} と {second} の両方が渡された", f"both {first} and {second} are given")
    return Message(f"{first} も {second} も渡されない", f"neither {first} nor {second} is given")


def _oddity(value: Any, good: Sequence[Any]) -> Message | None:
    """How a value differs in kind from all that make sense; None if it does not, or if there are none."""
    if not good:
        return None
    return next(
        (words for holds, words in _kinds(value) if holds and not any(_is_so(words, one) for one in good)), None
    )


def _is_so(words: Message, value: Any) -> bool:
    return any(holds and each == words for holds, each in _kinds(value))


def _kinds(value: Any) -> Iterator[tuple[bool, Message]]:
    """What a value is, in words, the plainest first."""
    if is_tensor(value):
        yield value.numel() == 0, _EMPTY
        return
    value = plain(value)
    if is_number(value):
        yield value != value or abs(value) == math.inf, Message("有限の数でない", "not finite")
        yield value == 0, Message(" 0 の", "0")
        yield value < 0, Message("負の", "negative")
        yield value > 1, Message(" 1 より大きい", "above 1")
        yield value == 1, Message(" 1 の", "1")
    elif isinstance(value, tuple | str | dict):
        yield len(value) == 0, _EMPTY
        yield len(value) == 1 and not isinstance(value, str), Message("要素 1 つだけの", "only one element long")
        yield from _kinds_of_elements(value)


def _kinds_of_elements(value: Any) -> Iterator[tuple[bool, Message]]:
    if not isinstance(value, tuple) or not value:
        return
    rows = [row[-1] if isinstance(row, tuple) and row else row for row in value]
    numbers = [one for one in rows if is_number(one)]
    if len(numbers) == len(rows):
        yield all(one == 0 for one in numbers), Message("すべて 0 の", "all zeros")
        yield any(one < 0 for one in numbers), Message("負の数を含む", "a list with a negative number in it")
        yield any(one == 0 for one in numbers), Message(" 0 を含む", "a list with a 0 in it")
        yield any(one > 1 for one in numbers), Message(" 1 より大きい数を含む", "a list with a number above 1 in it")


_EMPTY = Message("空の", "empty")
