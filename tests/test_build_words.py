"""Words that nbgrader would take for its own marks never get into a notebook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.build.notebook import cell_id, notebook_text
from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.messages import Message


@pytest.mark.parametrize(
    "mark",
    ["BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN MARK SCHEME", "AUTOTEST"],
)
def test_prose_with_a_mark_of_nbgraders_is_refused(top_p: Exercise, mark: str):
    """With file and line, whichever language it stands in."""
    ja = replace(top_p, statement=Message(f"# 題\n\nここで {mark} と書く。", "# Title"))
    en = replace(top_p, statement=Message("# 題", f"# Title\n\nSay {mark}s here."))
    with pytest.raises(CourseError, match=rf"statement\.ja\.md:3: nbgrader takes `{mark}`"):
        notebook_text(ja, "en")
    with pytest.raises(CourseError, match=r"statement\.en\.md:3"):
        notebook_text(en, "ja")


def test_a_stub_with_a_mark_of_nbgraders_is_refused(top_p: Exercise):
    """By its line in solution.py."""
    comment = "# HIDDEN TESTS END, see END HIDDEN TESTS"
    bad = replace(top_p, stub=f"{comment}\n{top_p.stub}", solution=f"\n{comment}\n{top_p.solution}")
    with pytest.raises(CourseError, match=r"solution\.py:2"):
        notebook_text(bad, "en")


@pytest.mark.parametrize("label", ["check", "関数", "x" * 80])
def test_cell_ids_are_ascii_and_short(label: str):
    """Whatever a function is called."""
    wanted = cell_id("top_p", label, 3)
    assert wanted.isascii()
    assert len(wanted) <= 64
    assert wanted != cell_id("top_p", label + "x", 3)
