"""A commitment to the hidden checks: students can see after the deadline that they were not changed.

What students get holds one number, SHA-256 over a random salt and the secret files; without the salt no guess can be
tried. The opening (salt and files) stays with the instructor until it is revealed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from typing import Any

from autograder.archives import ArchiveError, safe_path, write_below
from autograder.errors import SettingsError
from autograder.exercise import Unit
from autograder.messages import Message
from autograder.reports.files import write_atomic_bytes

_FORMAT = "sha256(salt, then for each file by name: its name, a zero byte, its length in bytes, a zero byte, its bytes)"


def opening_of(unit: Unit, version: str) -> dict[str, Any]:
    """Salt, texts of every file that decides a mark and does not ship, and what this release's hidden inputs are drawn from.

    `unit`: as `course.inputs.of_release` gives it. Of the course's secret nothing is in it, so it may be revealed.
    """
    files = {
        f"{exercise.folder.name}/{name}": (exercise.folder / name).read_text(encoding="utf-8")
        for exercise in unit.exercises
        for name in exercise.deciding_files
        if name != "checks_public.py"
    }
    files["inputs_key.txt"] = "".join(sorted({f"{exercise.inputs_key}\n" for exercise in unit.exercises}))
    return {"unit": unit.id, "version": version, "salt": secrets.token_hex(32), "files": files}


def commitment_to(opening: dict[str, Any]) -> dict[str, str]:
    """What may be published now: names nothing that is secret but the unit."""
    return {
        "unit": opening["unit"],
        "version": opening["version"],
        "format": _FORMAT,
        "digest": _digest(opening["salt"], opening["files"]),
    }


def reveal(opening_file: Path, commitment_file: Path, out: Path) -> list[Path]:
    """Write the files of an opening below `out`, after comparing it with the commitment.

    Returns: the files written.
    Raises: SettingsError if a file cannot be read, or the opening is not what was committed to; then nothing is written.
    """
    opening, commitment = _read(opening_file), _read(commitment_file)
    try:
        files = {str(name): str(text) for name, text in opening["files"].items()}
        honest = hmac.compare_digest(_digest(opening["salt"], files), commitment["digest"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unreadable(opening_file, error) from error
    if not honest or any(isinstance(safe_path(name), Message) for name in files):
        raise SettingsError(
            ja=f"{opening_file} は {commitment_file} が約束したものと違います。同じ版の 2 つを指定してください。同じ版なら、採点に使うファイルが公開のあとで変えられています。",
            en=f"{opening_file} is not what {commitment_file} commits to. Give the two of one version; if they are, the files were changed after the release.",
        )
    return [_written(out, name, text) for name, text in files.items()]


def _written(out: Path, name: str, text: str) -> Path:
    try:
        return write_below(out, name, text.encode("utf-8"), write=write_atomic_bytes)
    except ArchiveError as error:
        raise SettingsError(ja=error.reason.ja, en=error.reason.en) from error


def _digest(salt: str, files: dict[str, str]) -> str:
    digest = hashlib.sha256(bytes.fromhex(salt))
    for name, text in sorted(files.items()):
        data = text.encode("utf-8")
        digest.update(name.encode() + b"\0" + str(len(data)).encode() + b"\0" + data)
    return digest.hexdigest()


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    if not isinstance(content, dict):
        raise _unreadable(file, TypeError("not an object"))
    return content


def _unreadable(file: Path, error: Exception) -> SettingsError:
    return SettingsError(
        ja=f"{file}: 読めません（{error}）。`autograder release` が書いたファイルを指定してください。",
        en=f"{file}: cannot be read ({error}). Give a file that `autograder release` wrote.",
    )
