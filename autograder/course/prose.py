"""Exercises that are answered in prose and marked by a person: the rubric, the stub, and the answer in a text.

An answer stands behind a mark, a line that a Markdown renderer does not show. Where the mark was deleted, the whole
text counts as the answer: a person reads it anyway.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import CourseError
from autograder.exercise import Rubric
from autograder.messages import Message

CRITERION = re.compile(r"^## .*\S \((\d+(?:\.\d+)?)\)$", re.MULTILINE)
MARK_END = ": この行の下に書いてください / Write below this line -->"


def mark(name: str) -> str:
    """The line behind which the answer to the exercise `name` stands."""
    return f"<!-- {name}{MARK_END}"


def make_prose_stub(name: str, title: Message) -> str:
    """The file that a student is given: a title, the mark, and room."""
    return f"# {title.ja} / {title.en}\n\n{mark(name)}\n"


def read_rubric(folder: Path, text: Message) -> Rubric:
    """The criteria of a rubric: headings such as `## Says why Self-BLEU falls (3)`.

    Raises: CourseError if there is none, or the languages give other points.
    """
    points_ja, points_en = (tuple(map(float, CRITERION.findall(part))) for part in (text.ja, text.en))
    if not points_ja or points_ja != points_en or not all(points_ja):
        raise CourseError(
            ja=f"{folder}: rubric.ja.md と rubric.en.md には `## 観点 (点)` の見出しが同じ数、同じ配点で並ぶはずですが、{points_ja} と {points_en} でした。",
            en=f"{folder}: rubric.ja.md and rubric.en.md need headings `## Criterion (points)`, equally many with equal points; found {points_ja} and {points_en}.",
        )
    return Rubric(text, points_ja)


def answer_in(texts: Sequence[str], name: str, stub: str) -> str:
    """The answer that stands in `texts` (a file, or the Markdown cells of a notebook); empty if nothing was written."""
    for number, text in enumerate(texts):
        _, found, behind = text.partition(mark(name))
        if found:
            return "\n\n".join([behind.strip(), *texts[number + 1 :]]).strip()
    whole = "\n\n".join(texts).strip()
    return "" if whole == stub.partition(mark(name))[0].strip() else whole
