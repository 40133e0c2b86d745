"""What a student's source uses of the functions that an exercise asks to write by hand.

Read from syntax trees, nothing is run: imports, aliases, re-exports and `getattr` with a literal are followed, from
the function that a check calls to whatever it reaches, in other files of the submission too. So a comment, a string,
a local name that happens to be the same and code that the function never reaches count for nothing.

Not promised: a method of an object whose type the text does not tell (`x.softmax(-1)`); `jail.refusals` observes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from autograder.errors import CheckFailed
from autograder.grading.uses import Found, Reader
from autograder.jail.refusals import Use
from autograder.messages import Message, visible


@dataclass(frozen=True, eq=False)
class Sources:
    """The text of a submission: of the module with the answer, and of the others that it may import."""

    main: str
    texts: Mapping[str, str]


@lru_cache(maxsize=64)
def first_use(sources: Sources, function: str, names: frozenset[str]) -> Use | None:
    """The first use (by line) of the library functions `names` in what `function` reaches; None without one.

    A text that is not Python, too large or too deeply nested holds no use: running it tells.
    """
    uses = Reader(sources.texts, names).uses_of(sources.main, function)
    first = min(uses, key=lambda use: use.line if use.module == sources.main else 0, default=None)
    return _as_use(first, sources) if first else None


def _as_use(found: Found, sources: Sources) -> Use:
    """With its line's text; lines of other files than the answer's have no number."""
    lines = sources.texts[found.module].split("\n")
    text = lines[found.line - 1].strip() if found.line <= len(lines) else ""
    return Use(found.name, found.line if found.module == sources.main else 0, text)


def forbidden(function: str, use: Use) -> CheckFailed:
    """What to tell a student whose `function` made this use."""
    where_ja, where_en = (f"（{use.line} 行目）", f" (line {use.line})") if use.line else ("", "")
    message = Message(
        f"{function}: この課題では {use.name} を使えません{where_ja}。それがしていることを自分で書く課題です。"
        "説明にある手順を、1 つずつコードにしてください。",
        f"{function}: this exercise does not allow {use.name}{where_en}. It asks you to write by hand what that does: "
        "put the steps of the text into code, one by one.",
    )
    if use.line_text:
        message = message + Message(*[f"{use.line or '…'}: {visible(use.line_text, limit=200)}"] * 2)
    return CheckFailed(ja=message.ja, en=message.en)
