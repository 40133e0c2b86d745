"""Files: whole or absent, in the right place, the same bytes each time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import SubmissionError
from autograder.reports.files import folder_of, json_text, write_atomic, write_class, write_student
from autograder.reports.summary import summarise

OUTSIDE = ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "C:"]
UNFIT = ["a\x00b", "a\nb", " a", "a.", "あ" * 100, "\udc80", "<script>", 'a"b']


def test_reports_are_written_and_read_back(tmp_path: Path, every_verdict: dict[str, Any]) -> None:
    """report.json holds the report, unescaped and in its own order; nothing else is left in the folder."""
    write_student(tmp_path, every_verdict)
    text = (tmp_path / "alice" / "report.json").read_bytes().decode("utf-8")
    assert list(json.loads(text)) == list(every_verdict)
    assert json.loads(text) == every_verdict
    assert "トークン" in text
    assert text.startswith('{\n  "schema_version": 1,\n')
    assert sorted(path.name for path in (tmp_path / "alice").iterdir()) == ["report.html", "report.json"]


def test_a_class_is_written_beside_its_students(tmp_path: Path, reports: list[dict[str, Any]]) -> None:
    """class.json and index.html are the only files, and writing twice gives the same bytes."""
    summary = summarise(reports)
    write_class(tmp_path / "out", summary)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    write_class(tmp_path / "out", summary)
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(first) == ["class.json", "index.html"]
    assert json.loads(first["class.json"]) == summary


@pytest.mark.parametrize("student", [*OUTSIDE, *UNFIT, "class.json", "INDEX.html"])
def test_names_that_are_no_folder_are_refused(student: str, tmp_path: Path, every_verdict: dict[str, Any]) -> None:
    """No report lands outside its folder or on the class's own files."""
    every_verdict["student"] = student
    with pytest.raises(SubmissionError, match="Rename the folder"):
        write_student(tmp_path, every_verdict)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("student", ["alice", "b26-001", "山田 太郎", "a.b", "x" * 255, "O'Neil", "a&b#c%d"])
def test_common_names_are_folders(student: str) -> None:
    """Whatever people call their folders works."""
    assert folder_of(student) == student


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the last step the old content stands, and no partial file stays behind."""
    path = tmp_path / "report.json"
    write_atomic(path, "old")
    for step in ("fsync", "replace"):
        monkeypatch.setattr(os, step, _interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_atomic(path, "new")
        monkeypatch.undo()
        assert path.read_text(encoding="utf-8") == "old"
        assert list(tmp_path.iterdir()) == [path]
    write_atomic(path, "new")
    assert path.read_bytes() == b"new"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_lone_surrogates_and_newlines_survive(tmp_path: Path) -> None:
    """Bytes of a student that are no UTF-8 do not stop the report; \\n stays \\n on every system."""
    write_atomic(tmp_path / "a.json", json_text({"text": "a\udc80\n", "name": "山"}))
    assert (tmp_path / "a.json").read_bytes().count(b"\r") == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"text": "a\udc80\n", "name": "山"}


def test_numbers_that_are_none_are_refused() -> None:
    """NaN is no points; better no file than one that others cannot read."""
    with pytest.raises(ValueError, match="Out of range float"):
        json_text({"points": float("nan")})
