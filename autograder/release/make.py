"""Making a release: the bundle for students, the opening for later, and a page of changes."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.audit.shipping import leaks, plain_lines, secret_lines
from autograder.errors import SettingsError
from autograder.exercise import Course, Unit
from autograder.messages import Message
from autograder.release.bundle import CHANGELOG, archive, plan_bundle
from autograder.release.commitment import commitment_to, opening_of
from autograder.reports.files import write_atomic_bytes

_TEXT = re.compile(r"\.(py|md|j2|html|css|js|ini|json|toml|txt|ipynb|svg|sha256)$|METADATA$|RECORD$|VERSION$")


@dataclass(frozen=True)
class Release:
    """What was written: for students, and for the instructor alone."""

    version: str
    bundle: Path
    opening: Path


def make_release(course: Course, unit: Unit, out: Path, *, change: str) -> Release:
    """Write `out/<unit>-<version>.zip` and `out/<unit>-<version>.opening.json`; the version counts on from what is there.

    The course must have passed its audit; this does not repeat it.

    Args:
        change: one line for the changelog.

    Raises: SettingsError if the wheel cannot be built, or something secret stands in the bundle; then nothing is written.
    """
    number = 1 + max(
        (int(found[1]) for path in out.glob("*.zip") if (found := _name(unit).fullmatch(path.name))), default=0
    )
    version = str(number)
    opening = opening_of(unit, version)
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
        files = plan_bundle(
            course,
            unit,
            version,
            wheel=build_wheel(Path(folder)),
            commitment=commitment_to(opening),
            changes=[f"- {version}: {change}", *_earlier_changes(out, unit, number - 1)],
        )
        problems = list(_secrets(course, files))
    if problems:
        raise SettingsError(
            ja="配布物に秘密の行があります:\n" + "\n".join(one.ja for one in problems),
            en="something secret stands in the bundle:\n" + "\n".join(one.en for one in problems),
        )
    out.mkdir(parents=True, exist_ok=True)
    release = Release(version, out / f"{unit.id}-{version}.zip", out / f"{unit.id}-{version}.opening.json")
    told = json.dumps(opening, ensure_ascii=False, indent=1) + "\n"
    write_atomic_bytes(release.opening, told.encode("utf-8"), mode=0o600)
    write_atomic_bytes(release.bundle, archive(unit, files))
    return release


def build_wheel(folder: Path) -> Path:
    """The engine as a wheel in `folder`. Raises: SettingsError outside the engine's repository, or without hatchling."""
    root = Path(autograder.__file__).resolve().parent.parent
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if built.returncode or not wheels:
        why = (built.stderr or built.stdout).strip().splitlines()[-1:] or ["?"]
        raise SettingsError(
            ja=f"{root}: wheel を作れません（{why[0]}）。リポジトリの中で `uv sync` をしてから実行してください。",
            en=f"{root}: the wheel cannot be built ({why[0]}). Run `uv sync` in the repository, and this from there.",
        )
    return wheels[0]


def _name(unit: Unit) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(unit.id)}-(\d+)\.zip")


def _earlier_changes(out: Path, unit: Unit, number: int) -> list[str]:
    if number == 0:
        return []
    with zipfile.ZipFile(out / f"{unit.id}-{number}.zip") as opened:
        text = opened.read(f"{unit.id}/{CHANGELOG}").decode("utf-8")
    return [line for line in text.splitlines() if line.startswith("- ")]


def _secrets(course: Course, files: dict[str, bytes]) -> Iterable[Message]:
    """Secret lines in the texts of the bundle and of the wheel in it."""
    texts = {}
    for name, data in files.items():
        if name.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                inside = {f"{name}/{one}": opened.read(one) for one in opened.namelist()}
        else:
            inside = {name: data}
        for one, content in inside.items():
            if _TEXT.search(one) and not one.endswith("tokenizer.json"):
                text = content.decode("utf-8", "replace")
                texts[one] = plain_lines(one, text)
    return leaks(secret_lines(course), texts)
