"""Words that nbgrader takes for marks of its own wherever they stand: they are refused before anything is built.

nbgrader looks for them as parts of lines, in any cell: prose that merely mentions one would lose what follows, or
end `nbgrader generate_assignment`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import CourseError
from autograder.exercise import Exercise

_MARKS = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|AUTOTEST")


def refuse_marks_of_nbgrader(exercise: Exercise) -> None:
    """Raises: CourseError with file and line for the first mark of nbgrader's in what ships as a notebook."""
    for path, number, line in _shipped_lines(exercise):
        if found := _MARKS.search(line):
            raise CourseError(
                ja=f"{path}:{number}: 「{found[0]}」は nbgrader が自分の印として読む語です。別の書き方に変えてください。",
                en=f"{path}:{number}: nbgrader takes `{found[0]}` for a mark of its own. Say it in other words.",
            )


def _shipped_lines(exercise: Exercise) -> Iterator[tuple[Path, int, str]]:
    """(file, line number, line) of the statements and of the stub, whose lines are numbered as in solution.py."""
    for language, text in (("ja", exercise.statement.ja), ("en", exercise.statement.en)):
        for number, line in enumerate(text.splitlines(), start=1):
            yield exercise.folder / f"statement.{language}.md", number, line
    solution = exercise.solution.splitlines() if exercise.rubric is None else []
    for line in exercise.stub.splitlines():
        number = solution.index(line) + 1 if line in solution else 1
        yield exercise.folder / "solution.py", number, line
