"""What a student's folder says of the unit that was handed out in it: read from unit.json, and a release's own files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Rubric, Unit
from autograder.grading.receipt import digest_of
from autograder.messages import Message
from autograder.release.bundle import MANIFEST, VERSION, read_manifest

_NOTHING = Message("", "")


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
    given = _unit_json(folder)
    try:
        unit = _unit(folder, given)
    except (KeyError, TypeError) as error:
        raise _damaged(folder, error) from error
    sums = _manifest(folder)
    checks = [f"test_{exercise.name}.py" for exercise in unit.exercises if exercise.functions]
    return HandedOut(
        unit=unit,
        release=_release(folder, unit),
        edited=tuple(name for name in checks if name in sums and _sha256(folder / name) != sums[name]),
        parts={exercise.name: _parts(folder, exercise, sums) for exercise in unit.exercises},
    )


def _unit_json(folder: Path) -> dict[str, Any]:
    try:
        given: dict[str, Any] = json.loads((folder / "unit.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise SubmissionError(
            ja=f"{folder}: 課題のフォルダではありません（unit.json がありません）。配られたフォルダの中で実行するか、そのフォルダを指定してください。",
            en=f"{folder}: not an assignment folder (no unit.json). Run this in the folder that you were given, or name it.",
        ) from error
    except ValueError as error:
        raise _damaged(folder, error) from error
    return given


def _damaged(folder: Path, error: Exception) -> SubmissionError:
    return SubmissionError(
        ja=f"{folder / 'unit.json'}: 壊れています（{error}）。配られた unit.json を入れ直してください。答えのファイルはそのままで構いません。",
        en=f"{folder / 'unit.json'}: damaged ({error}). Put back the unit.json that you were given; your answers can stay.",
    )


def _unit(folder: Path, given: dict[str, Any]) -> Unit:
    exercises = tuple(
        Exercise(
            id=str(one["id"]),
            folder=folder,
            title=Message(str(one["title"]["ja"]), str(one["title"]["en"])),
            statement=_NOTHING,
            solution="",
            stub=str(one["stub"]),
            functions=tuple(map(str, one["functions"])),
            checks=(),
            mistakes=(),
            rubric=None if one["functions"] else Rubric(_NOTHING, ()),
        )
        for one in given["exercises"]
    )
    return Unit(str(given["unit"]), folder, _NOTHING, _NOTHING, exercises)


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
