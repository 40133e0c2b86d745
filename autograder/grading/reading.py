"""Which section of an exercise's statement a student reads on in, after a check that did not pass.

It is the section that shares most words with what the check says, rare words counting more; where none stands out, the one that says
what to write. Headings are the statement's own, so nothing is said that students do not have.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from autograder.course.promises import CONTRACT
from autograder.exercise import Check, Exercise
from autograder.messages import Message

HOW_TO_TRY = "How to try it"  # a heading that every statement has
STANDS_OUT = 1.3  # times the score of the section that says what to write


def read_on(exercise: Exercise, check: Check, hint: Message | None) -> dict[str, dict[str, str]] | None:
    """`file` and `heading` in both languages; None for a statement without sections.

    Args:
        hint: the recognised mistake's; without one the check's title is looked for.
    """
    english, japanese = _sections(exercise.statement.en), _sections(exercise.statement.ja)
    if not english or len(english) != len(japanese):
        return None
    place = _best(exercise.statement.en, (hint or check.title).en)
    files = {language: f"{exercise.name}.{language}.md" for language in ("ja", "en")}
    return {"file": files, "heading": {"ja": japanese[place][0], "en": english[place][0]}}


@lru_cache(maxsize=1024)
def _best(statement: str, sentence: str) -> int:
    """Which section of the English statement `sentence` belongs to."""
    sections = _sections(statement)
    words = [_words(f"{heading} {text}") for heading, text in sections]
    n_with = Counter(word for found in words for word in found)
    wanted = _words(sentence)
    scores = [
        sum(math.log(1 + len(words) / n_with[word]) for word in sorted(wanted & found)) / max(1, len(found)) ** 0.25
        for found in words
    ]
    headings = [heading for heading, _ in sections]
    contract = headings.index(CONTRACT) if CONTRACT in headings else 0
    best = max((i for i, heading in enumerate(headings) if heading != HOW_TO_TRY), key=lambda i: scores[i], default=0)
    return best if scores[best] > STANDS_OUT * scores[contract] else contract


def _words(text: str) -> set[str]:
    """English words of four letters and more, without a plural's s."""
    return {word.rstrip("s") for word in re.findall(r"[a-z][a-z_]{3,}", text.lower())}


@lru_cache(maxsize=256)
def _sections(statement: str) -> tuple[tuple[str, str], ...]:
    """(heading, text) of each `##` section of a Markdown text; what stands in fenced code is no heading."""
    parts = re.split(r"^```.*?^```[^\n]*$|^## +([^\n]+)$", statement, flags=re.MULTILINE | re.DOTALL)
    sections: list[tuple[str, str]] = []
    for heading, text in zip(parts[1::2], parts[2::2], strict=True):
        if heading is not None:
            sections.append((heading.strip(), text))
        elif sections:  # behind a block of code
            sections[-1] = (sections[-1][0], sections[-1][1] + text)
    return tuple(sections)
