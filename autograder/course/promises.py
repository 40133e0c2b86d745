"""What a statement promises, and what holds each promise: marks behind the sentences of "What to write".

    - `p = 1` drops nothing. <!-- test_keeps_everything_at_p_1: refuses_p_1 -->
    - Complete `top_p_filter(probs, p)` in `top_p.py`. <!-- no check: says where to write -->

A mark names the checks that hold its sentence and, for each, the mistakes that break it; several stand side by side
(`test_a: one, two; test_b: three`). Marks are written in the English statement alone and ship nowhere.
"""

from __future__ import annotations

import re

from autograder.exercise import Promise

CONTRACT = "What to write"  # the heading of the section whose sentences are promises
_NO_CHECK = "no check"
_MARK = re.compile(r"\s*<!--(.*?)-->", re.DOTALL)
_SECTION = re.compile(rf"^## {CONTRACT}\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )")
# The next sentence begins with a capital or with code.
_SENTENCE_END = re.compile(r"(?<=[.!?])[*”\")]*\s+(?=[*(“\"]*[A-Z`])")


def as_shipped(statement: str) -> str:
    """The text as it ships."""
    return _MARK.sub("", statement)


def has_marks(text: str) -> bool:
    return bool(_MARK.search(text))


def marks_elsewhere(statement: str) -> bool:
    """Whether a mark stands outside the section whose sentences are promises."""
    return has_marks(_SECTION.sub("", statement))


def read_promises(statement: str) -> tuple[Promise, ...]:
    """The sentences of "What to write" in the English statement, in order, each with its mark taken apart."""
    section = _SECTION.search(statement)
    prose = _FENCED.sub("", section[1]) if section else ""
    return tuple(promise for block in _BLOCK.split(prose) for promise in _of_block(block.strip()))


def _of_block(block: str) -> list[Promise]:
    """The promises of one paragraph or list item."""
    *marked, rest = _MARK.split(block)  # text, mark, text, mark, …, what follows the last one
    promises = []
    for text, mark in zip(marked[::2], marked[1::2], strict=True):
        *unmarked, last = _sentences(text)
        promises += [*(Promise(one) for one in unmarked), _promise(last, mark)]
    return [*promises, *(Promise(one) for one in _sentences(rest) if one)]


def _sentences(text: str) -> list[str]:
    plain = re.sub(r"^([-*]|\d+\.) ", "", " ".join(text.split()))
    return _SENTENCE_END.split(plain)


def _promise(sentence: str, mark: str) -> Promise:
    what, _, rest = " ".join(mark.split()).partition(":")
    if what == _NO_CHECK:
        return Promise(sentence, reason=rest.strip())
    held = []
    for part in mark.split(";"):
        check, _, mistakes = part.partition(":")
        held.append((check.strip(), tuple(one.strip() for one in mistakes.split(",") if one.strip())))
    return Promise(sentence, held_by=tuple(held))
