"""A student's folder, with the answers that a test gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.build import plan_assignments
from autograder.exercise import Course
from autograder.watch.assignment import Assignment, open_assignment


@pytest.fixture
def folder(course: Course, tmp_path: Path) -> Path:
    """u02_sampling as it is handed out."""
    for name, text in plan_assignments(course).items():
        unit, _, file = name.partition("/")
        if unit == "u02_sampling" and not file.startswith("figures"):
            (tmp_path / "u02_sampling").mkdir(exist_ok=True)
            (tmp_path / "u02_sampling" / file).write_text(text, encoding="utf-8")
    return tmp_path / "u02_sampling"


@pytest.fixture
def assignment(folder: Path) -> Assignment:
    return open_assignment(folder)[0]
