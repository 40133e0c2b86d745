"""What a student's process says of a call: every field of it is written, bounded and checked here and nowhere else.

The process may say anything; `decode` gives one of the replies below with every field within its bounds, or refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgpack

from autograder.jail import wire
from autograder.jail.refusals import Use
from autograder.jail.wire import WireError
from autograder.jail.witness import KINDS

MAX_TYPES, MAX_TYPE_NAME = 12, 100
MAX_ARGUMENTS, MAX_ARGUMENT_NAME = 64, 100
MAX_TEXT, MAX_LINE_TEXT, MAX_REASON, MAX_LIMIT = 2000, 300, 300, 40
MAX_LINE = 10**6


@dataclass(frozen=True)
class Value:
    """The call returned; `data` is the value as `wire.decode` reads it, `changed` names the arguments that it changed."""

    data: bytes
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """There is no such function."""


@dataclass(frozen=True)
class Unsendable:
    """The call returned what may not cross."""

    reason: str


@dataclass(frozen=True)
class Raised:
    """The call raised an exception.

    Args:
        types: names of its class and their bases, most specific first; at least one.
        text: what it said.
        line: 1-based line of the student's own files, 0 if unknown, with its text.
        limit: which limit of the jail was behind it; empty if none.
        importing: it was raised while the file was imported, before any function was called.
    """

    types: tuple[str, ...]
    text: str
    line: int
    line_text: str
    limit: str = ""
    importing: bool = False


@dataclass(frozen=True)
class Odd:
    """No reply: the student's code did something odd, one of `witness.KINDS`, before the reply comes."""

    kind: str


Reply = Value | Missing | Unsendable | Raised | Use


def encode(reply: Reply | Odd) -> bytes:
    """`reply` as a message, each field cut to its bound."""
    match reply:
        case Value(data, changed):
            names = [_cut(name, MAX_ARGUMENT_NAME) for name in changed[:MAX_ARGUMENTS]]
            content: dict[str, Any] = {"value": [data, names]}
        case Missing():
            content = {"missing": True}
        case Odd(kind):
            content = {"odd": kind}
        case Unsendable(reason):
            content = {"unsendable": _cut(reason, MAX_REASON)}
        case Use(name, line, line_text):
            content = {"used": [_cut(name, MAX_TYPE_NAME), _line(line), _cut(line_text, MAX_LINE_TEXT)]}
        case Raised(types, text, line, line_text, limit, importing):
            names = [_cut(name, MAX_TYPE_NAME) for name in types[:MAX_TYPES]]
            said = [_cut(text, MAX_TEXT), _line(line), _cut(line_text, MAX_LINE_TEXT), _cut(limit, MAX_LIMIT)]
            content = {"raised": [names, *said, importing]}
    packed: bytes = msgpack.packb(content)
    return packed


def decode(data: bytes) -> Reply | Odd:
    """The reply in a message. Raises: WireError for anything else, and for a field beyond its bound."""
    match wire.unpack(data):
        case {"value": [bytes(value), [*names]], **rest} if not rest and len(names) <= MAX_ARGUMENTS:
            return Value(value, tuple(_text(name, MAX_ARGUMENT_NAME) for name in names))
        case {"missing": True, **rest} if not rest:
            return Missing()
        case {"odd": str(kind), **rest} if not rest and kind in KINDS:
            return Odd(kind)
        case {"unsendable": reason, **rest} if not rest:
            return Unsendable(_text(reason, MAX_REASON))
        case {"used": [name, line, line_text], **rest} if not rest:
            return Use(_text(name, MAX_TYPE_NAME), _number(line), _text(line_text, MAX_LINE_TEXT))
        case {"raised": [[_, *_] as types, text, line, line_text, limit, bool(importing)], **rest} if (
            not rest and len(types) <= MAX_TYPES
        ):
            kinds = tuple(_text(name, MAX_TYPE_NAME) for name in types)
            said = _text(text, MAX_TEXT), _number(line), _text(line_text, MAX_LINE_TEXT), _text(limit, MAX_LIMIT)
            return Raised(kinds, *said, importing)
    raise WireError("malformed reply")


def _cut(text: str, limit: int) -> str:
    """The beginning of `text`, with lone surrogates, which cannot cross, replaced."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def _line(number: int) -> int:
    return number if type(number) is int and 0 <= number <= MAX_LINE else 0


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise WireError("malformed reply")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_LINE:
        raise WireError("malformed reply")
    return value
