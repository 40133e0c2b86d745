"""What a statement says that its snippet prints is what it prints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from autograder.course.source import without_marks
from autograder.exercise import Exercise
from autograder.jail.modules import file_name

# Sampled numbers differ between versions of torch; the statement says so, and only the first line is certain.
SAMPLED = {"top_p_sweep": 1}


def snippet_and_output(statement: str) -> tuple[str, list[str]]:
    """The last Python block, and the lines that it is said to print (comments in it, or the text block after it)."""
    code, _, after = statement.rpartition("```python\n")[2].partition("```")
    comments = [line.removeprefix("# ") for line in code.splitlines() if line.startswith("# ")]
    block = re.search(r"```text\n(.*?)```", after, re.DOTALL)
    return code, comments or (block.group(1).splitlines() if block else [])


def test_the_snippet_prints_what_the_text_says(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """With the reference in place of the student's file."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / file_name(exercise.name)).write_text(without_marks(exercise.solution), encoding="utf-8")
    code, said = snippet_and_output(exercise.statement.en)
    assert said
    try:
        exec(compile(code, "snippet.py", "exec"), {})
    finally:
        sys.modules.pop(exercise.name, None)
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    n_certain = SAMPLED.get(exercise.name, len(said))
    assert printed[:n_certain] == [line.rstrip() for line in said[:n_certain]]
