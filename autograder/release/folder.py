"""What a student's folder says of the unit that was handed out in it: read from unit.json, and a release's own files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from autograder.course.handed_out import read_handed_out
from autograder.exercise import Exercise, Unit
from autograder.grading.receipt import digest_of
from autograder.release.bundle import MANIFEST, VERSION, read_manifest


@dataclass(frozen=True)
class HandedOut:
    """A unit as a student was given it.

    `unit` knows of each exercise what grading needs to find its answer, and nothing secret. `release` is None in a folder
    that is no release. `edited`: handed-out check files that are not as the release gave them. `parts`: as in a receipt.
    """

    unit: Unit
    release: str | None
    edited: tuple[str, ...]
    parts: dict[str, dict[str, str]]


def read_folder(folder: Path) -> HandedOut:
    """What was handed out in `folder`. Raises: SubmissionError if it is no assignment folder, or its unit.json is damaged."""
    unit = read_handed_out(folder)
    sums = _manifest(folder)
    checks = [f"test_{exercise.name}.py" for exercise in unit.exercises if exercise.functions]
    return HandedOut(
        unit=unit,
        release=_release(folder, unit),
        edited=tuple(name for name in checks if name in sums and _sha256(folder / name) != sums[name]),
        parts={exercise.name: _parts(folder, exercise, sums) for exercise in unit.exercises},
    )


def _release(folder: Path, unit: Unit) -> str | None:
    """The release's number, of a VERSION such as `u02_sampling 2`."""
    try:
        name, release = (folder / VERSION).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return None
    return release if name == unit.id else None


def _manifest(folder: Path) -> dict[str, str]:
    try:
        return read_manifest((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}


def _parts(folder: Path, exercise: Exercise, sums: dict[str, str]) -> dict[str, str]:
    """Digests of what was given: of the release's manifest, else of the files as they are now."""
    files = {"text_ja": f"{exercise.name}.ja.md", "text_en": f"{exercise.name}.en.md"}
    if exercise.functions:
        files["checks"] = f"test_{exercise.name}.py"
    found = {"stub": digest_of(exercise.stub)}
    for part, name in files.items():
        if name in sums:
            found[part] = sums[name]
        elif (folder / name).is_file():
            found[part] = digest_of((folder / name).read_bytes())
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
