"""The grading process behind nbgrader grades by the course that is asked for, as it is now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.errors import CourseError
from autograder.grading.apart import SubmissionReader
from autograder.nbgrader import serve


class NoGrader:
    """Counts how often mistakes are forgotten."""

    n_forgotten = 0

    def forget(self) -> None:
        self.n_forgotten += 1


def test_what_was_remembered_of_a_changed_or_another_course_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Once for each change; a course that is open already is not read again."""
    monkeypatch.setattr(serve, "read_course", lambda solutions: None)
    grader: Any = NoGrader()
    bench = serve._Bench(grader, SubmissionReader())
    for number, (course, stamp) in enumerate([("a", "1"), ("a", "2"), ("b", "1"), ("a", "2")], start=1):
        bench.open(tmp_path / course, stamp)
        bench.open(tmp_path / course, stamp)
        assert grader.n_forgotten == number


def test_a_course_that_cannot_be_read_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is not taken for open."""
    bench = serve._Bench(NoGrader(), SubmissionReader())  # type: ignore[arg-type]
    with pytest.raises(CourseError):
        bench.open(tmp_path / "nowhere", "1")
    with pytest.raises(CourseError):
        bench.open(tmp_path / "nowhere", "1")
