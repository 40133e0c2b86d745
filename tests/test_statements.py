"""What a statement says that its snippet prints is what it prints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from autograder.course.source import without_marks
from autograder.exercise import Exercise
from autograder.jail.modules import file_name


def snippet_and_output(statement: str) -> tuple[str, list[str], int]:
    """The last Python block, the lines that it is said to print, and how many sampled ones may follow.

    The lines are comments in the block or the first text block behind it. What is sampled differs between versions of
    torch; it stands in a second text block, and only its number of lines is certain.
    """
    code, _, after = statement.rpartition("```python\n")[2].partition("```")
    comments = [line.removeprefix("# ") for line in code.splitlines() if line.startswith("# ")]
    blocks = [block.splitlines() for block in re.findall(r"```text\n(.*?)```", after, re.DOTALL)]
    certain, *sampled = [comments, *blocks] if comments else blocks or [[]]
    return code, certain, len(sampled[0]) if sampled else 0


def test_the_snippet_prints_what_the_text_says(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """With the reference in place of the student's file."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)  # where a snippet writes its files
    (tmp_path / file_name(exercise.name)).write_text(without_marks(exercise.solution), encoding="utf-8")
    code, said, n_sampled = snippet_and_output(exercise.statement.en)
    assert said
    try:
        exec(compile(code, "snippet.py", "exec"), {})
    finally:
        sys.modules.pop(exercise.name, None)
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed[: len(said)] == [line.rstrip() for line in said]
    assert len(printed) <= len(said) + n_sampled
