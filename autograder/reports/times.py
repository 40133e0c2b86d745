"""CPU time of a class: how many seconds each student's own processes took, by exercise.

Times differ from run to run, so they stand in files of their own: `<student>/times.json` and, for the class, `times.html`.
Reports and the class page stay the same bytes for the same submissions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder.reports.files import json_text, write_atomic
from autograder.reports.pages import times_page

NAME = "times.json"
Seconds = dict[str, float]  # CPU seconds by exercise id


def write_times(folder: Path, cpu_s: Mapping[str, float]) -> None:
    """Write `folder/times.json`; the folder exists."""
    write_atomic(folder / NAME, json_text({"schema_version": 1, "cpu_s": dict(cpu_s)}))


def read_times(out: Path, students: Iterable[str]) -> dict[str, Seconds]:
    """CPU seconds by student and exercise; a student whose file is missing or unreadable is left out."""
    found = {}
    for student in students:
        try:
            content = json.loads((out / student / NAME).read_text(encoding="utf-8"))
            seconds = {str(name): float(spent) for name, spent in content["cpu_s"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if all(math.isfinite(spent) and spent >= 0 for spent in seconds.values()):
            found[student] = seconds
    return found


def write_times_page(out: Path, summary: Mapping[str, Any]) -> None:
    """Write `out/times.html` for the students of class.json's content, from their files below `out`."""
    cpu_s = read_times(out, (student["student"] for student in summary["students"]))
    write_atomic(out / "times.html", times_page(summary, cpu_s))
