"""Which hint belongs to what did not pass."""

from __future__ import annotations

from autograder.errors import SettingsError
from autograder.messages import Message
from autograder.watch.assignment import Assignment
from autograder.watch.state import SETTLED, Progress


def hint_for(assignment: Assignment, one: Progress) -> tuple[Message, ...] | None:
    """The levels for the first check of `one` that did not pass, for its first check if it never ran; None if all passed.

    Raises: SettingsError if the release has no hint for it.
    """
    if one.is_prose:
        raise SettingsError(
            ja=f"{one.name}: 文章で答える課題にはヒントがありません。{one.name}.ja.md の観点を読んでください。",
            en=f"{one.name}: there are no hints for prose. Read in {one.name}.en.md what is asked for.",
        )
    if one.status in SETTLED:
        return None
    hints = assignment.hints.get(one.name, {})
    check = one.first_open.id if one.first_open else next(iter(hints), "")
    if check not in hints:
        raise SettingsError(
            ja=f"{one.name}: この配布物にはヒントがありません（hints.json）。",
            en=f"{one.name}: this release has no hint for it (hints.json).",
        )
    return hints[check]
