"""What a student's process says of its own file, as far as the submission bears it out."""

from __future__ import annotations

from autograder.disclosure import may_tell
from autograder.grading.by_hand import Sources


def own_line(sources: Sources, number: int, text: str) -> tuple[int, str]:
    """The line of the submission that a process names: (its number, its text as it was handed in).

    Args:
        text: the line as the process says it, which may end early; of several files it tells which.

    Returns: (0, "") if no file of the submission has such a line, or if its number may not be told.
    """
    if not may_tell(number):
        return 0, ""
    wanted = text.strip()
    main = sources.texts.get(sources.main, "")
    for one in (main, *sources.texts.values()):
        lines = one.splitlines()
        if 1 <= number <= len(lines):
            found = lines[number - 1].strip()
            if found == wanted or (len(wanted) >= _CUT and found.startswith(wanted)) or (not wanted and one is main):
                return number, found
    return 0, ""


_CUT = 200  # of a longer line the beginning will do
