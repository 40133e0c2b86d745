"""What mistakes.py files mark their wrong versions with.

    @mistake(
        of="top_p_filter",
        caught_by="test_drops_nothing_too_much",
        ja="p をまたぐトークンを捨てています。累積が p に届く、その 1 つまで残してください。",
        en="You drop the token that crosses p. Keep it: the nucleus is the smallest set that reaches p.",
    )
    def drops_the_crossing_token(probs, p): ...

The body may use every name of the reference (solution.py), besides the imports, constants and
helper functions of mistakes.py itself: the function is put into the reference in place of `of`.
The file is read as text and is never imported by the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def mistake(*, of: str, caught_by: str, ja: str, en: str) -> Callable[[F], F]:
    """Mark a function as a wrong version of the reference's function `of`.

    Args:
        of: the function of solution.py that it replaces.
        caught_by: the check that must fail on it.
        ja: hint shown to a student whose answers behave like this, and shipped with the hints if `caught_by` is a public
            check; it does not contain the solution.
        en: the same in English.
    """

    def mark(function: F) -> F:
        return function

    return mark
