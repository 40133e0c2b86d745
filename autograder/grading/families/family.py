"""A family of changes: what the right result becomes if one thing is wrong, and how to say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.messages import Message


@dataclass(frozen=True)
class Seen:
    """One call as it is compared: the arguments by name, the right result and the one that came, all plain.

    `forms`: of two tensors, the types of the right one and of the one that came; empty for others.
    """

    arguments: Mapping[str, Any]
    right: Any
    got: Any
    forms: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Family:
    """One kind of change.

    Args:
        id: a short name.
        words: what is wrong and what to do, without a number or a text of the calls.
        predict: the result of such a call; `NOTHING` where the change means nothing. It may look at what came (`got`), to read
            off a factor or a length that may differ from call to call.
        always: it says what is so in every call, whatever the checks make of it.
        sure: one call is enough, as nothing else can come to the same.
        fitted: it holds a constant that was read off one of the calls, which therefore says nothing.
    """

    id: str
    words: Message
    predict: Callable[[Seen], Any]
    fitted: bool = False
    always: bool = False
    sure: bool = False
