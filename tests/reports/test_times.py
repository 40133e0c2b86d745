"""Computing time: in files of its own, and missing rather than wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.grading.intake import RESERVED_NAMES
from autograder.reports.files import CLASS_FILES, write_student
from autograder.reports.summary import summarise
from autograder.reports.times import read_times, write_times, write_times_page


def test_times_are_written_and_read_back(tmp_path: Path, every_verdict: dict[str, Any]) -> None:
    """Beside the student's report; writing the page again gives the same bytes."""
    write_student(tmp_path, every_verdict)
    write_times(tmp_path / "alice", {"sampling/top_p": 1.25})
    assert read_times(tmp_path, ["alice", "bob"]) == {"alice": {"sampling/top_p": 1.25}}
    write_times_page(tmp_path, summarise([every_verdict]))
    page = (tmp_path / "times.html").read_bytes()
    write_times_page(tmp_path, summarise([every_verdict]))
    assert (tmp_path / "times.html").read_bytes() == page


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"cpu_s": 3}', '{"cpu_s": {"a": "x"}}', '{"cpu_s": {"a": NaN}}', '{"cpu_s": {"a": -1}}'],
)
def test_what_is_no_time_is_left_out(text: str, tmp_path: Path) -> None:
    """A damaged file stops no class page."""
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "times.json").write_text(text)
    assert read_times(tmp_path, ["alice"]) == {}


def test_no_student_takes_the_name_of_a_class_file() -> None:
    """What reports write beside the students' folders is kept free at intake."""
    assert set(CLASS_FILES) == RESERVED_NAMES
