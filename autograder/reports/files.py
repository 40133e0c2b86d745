"""Reports on disk: whole files or none, and the same bytes for the same content."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from autograder.errors import SubmissionError
from autograder.messages import shown
from autograder.reports.pages import class_page, student_page

CLASS_FILES = ("class.json", "index.html", "times.html", "faults.log")
MAX_NAME_BYTES = 255


def write_student(out: Path, report: dict[str, Any]) -> None:
    """Write `<out>/<student>/report.json` and `report.html`.

    Raises: SubmissionError if the student's name cannot be one folder of `out`.
    """
    folder = out / folder_of(report["student"])
    page = student_page(report)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / "report.json", json_text(report))
    write_atomic(folder / "report.html", page)


def write_class(out: Path, summary: dict[str, Any]) -> None:
    """Write `<out>/class.json` and `<out>/index.html`."""
    page = class_page(summary)
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / "class.json", json_text(summary))
    write_atomic(out / "index.html", page)


def json_text(content: dict[str, Any]) -> str:
    """`content` as JSON: keys in their own order, two spaces, other scripts than Latin unescaped.

    Raises: ValueError for numbers that JSON lacks (NaN, infinity).
    """
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def folder_of(student: str) -> str:
    """`student`, if it can be the name of one folder beside the class's own files.

    Raises: SubmissionError otherwise.
    """
    unfit = student != student.strip(" .") or any(letter in '/\\:*?"<>|' or letter < " " for letter in student)
    encoded = student.encode("utf-8", "replace")
    if unfit or not 0 < len(encoded) <= MAX_NAME_BYTES or encoded.decode() != student or student.lower() in CLASS_FILES:
        raise SubmissionError(
            ja=f"学生の名前 {shown(student)} はフォルダ名に使えません。提出フォルダの名前を変えてください。",
            en=f"The student's name {shown(student)} cannot name a folder. Rename the folder of the submission.",
        )
    return student


def write_atomic(path: Path, text: str) -> None:
    """Replace `path` by `text` in UTF-8, wholly or not at all; access rights as for any new file.

    A surrogate without its partner is written as its escape (`\\udc80`), which in JSON means the same.
    """
    write_atomic_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_atomic_bytes(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Replace `path` by `data`, wholly or not at all; access rights `mode`, less what the user's umask takes away."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(new, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
