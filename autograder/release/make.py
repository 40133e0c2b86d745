"""Making a release: the bundle for students, the opening for later, and a page of changes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.archives import read_whole
from autograder.audit.shipping import given_away
from autograder.course.inputs import of_release, read_secret
from autograder.errors import SettingsError
from autograder.exercise import Course, Unit
from autograder.messages import Message
from autograder.release.bundle import CHANGELOG, archive, plan_bundle
from autograder.release.commitment import commitment_to, opening_of
from autograder.release.secret import ensure_secret, record_release
from autograder.reports.files import write_atomic_bytes
from autograder.undisturbed import environment, python_module

# Of the repository, what the wheel is made from.
_ENGINE = ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "autograder")
_VERSION = re.compile(r'^version = "[0-9.]+', re.MULTILINE)
_TEXT = re.compile(r"\.(py|md|j2|html|css|js|ini|json|toml|txt|ipynb|svg|sha256)$|METADATA$|RECORD$|VERSION$")


@dataclass(frozen=True)
class Release:
    """What was written: for students, and for the instructor alone."""

    version: str
    bundle: Path
    opening: Path


def make_release(course: Course, unit: Unit, out: Path, *, change: str) -> Release:
    """Write `out/<unit>-<version>.zip` and `out/<unit>-<version>.opening.json`, and the version into the course's `secret.json`.

    From then on hidden checks are asked with the inputs of this release. The course must have passed its audit; this
    does not repeat it.

    Args:
        change: one line for the changelog.

    Raises: SettingsError if the wheel cannot be built, or something secret stands in the bundle; then nothing is written.
    """
    number = next_number(course, unit, out)
    version = str(number)
    ensure_secret(course.root)
    opening = opening_of(of_release(course.root, unit, number), version)
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
        files = plan_bundle(
            course,
            unit,
            version,
            wheel=build_wheel(Path(folder)),
            commitment=commitment_to(opening),
            changes=[f"- {version}: {change}", *_earlier_changes(out, unit)],
        )
        problems = list(_secrets(course, files))
    if problems:
        raise SettingsError(
            ja="配布物に秘密が入っています:\n" + "\n".join(one.ja for one in problems),
            en="something secret stands in the bundle:\n" + "\n".join(one.en for one in problems),
        )
    out.mkdir(parents=True, exist_ok=True)
    record_release(course.root, unit.id, number)
    release = Release(version, out / f"{unit.id}-{version}.zip", out / f"{unit.id}-{version}.opening.json")
    told = json.dumps(opening, ensure_ascii=False, indent=1) + "\n"
    write_atomic_bytes(release.opening, told.encode("utf-8"), mode=0o600)
    write_atomic_bytes(release.bundle, archive(unit, files))
    return release


def build_wheel(folder: Path) -> Path:
    """The engine as a wheel in `folder`, its version followed by a mark of its contents, e.g. `0.1.0+e3f2a91c`.

    So another engine has another version: uv and pip install it in place of the one that a student has.
    Raises: SettingsError outside the engine's repository, or without hatchling.
    """
    root = Path(autograder.__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="autograder-engine-") as place:
        built = _build(root, Path(place), folder)
    wheels = sorted(folder.glob("*.whl"))
    if built.returncode or not wheels:
        why = (built.stderr or built.stdout).strip().splitlines()[-1:] or ["?"]
        raise SettingsError(
            ja=f"{root}: wheel を作れません（{why[0]}）。リポジトリの中で `uv sync` をしてから実行してください。",
            en=f"{root}: the wheel cannot be built ({why[0]}). Run `uv sync` in the repository, and this from there.",
        )
    return wheels[0]


def _build(root: Path, place: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build from a copy of the engine at `root` that is marked by its contents."""
    ignored = shutil.ignore_patterns("__pycache__")
    for source in (root / name for name in _ENGINE if (root / name).exists()):
        if source.is_dir():
            shutil.copytree(source, place / source.name, ignore=ignored)
        else:
            shutil.copy(source, place)
    settings = place / "pyproject.toml"
    if settings.is_file():
        marked = _VERSION.sub(rf"\g<0>+e{_digest(place)[:8]}", settings.read_text(encoding="utf-8"), count=1)
        settings.write_text(marked, encoding="utf-8")
    command = python_module("hatchling", "build", "-t", "wheel", "-d", str(folder.resolve()))
    return subprocess.run(
        command, cwd=place, env=environment(), capture_output=True, encoding="utf-8", errors="replace", check=False
    )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _name(unit: Unit) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(unit.id)}-(\d+)\.zip")


def next_number(course: Course, unit: Unit, out: Path) -> int:
    """The number of the next release: counted on from those in `out` and from the course's latest, wherever that lies."""
    return 1 + max(_latest(out, unit), read_secret(course.root).releases.get(unit.id, 0))


def _latest(out: Path, unit: Unit) -> int:
    """The highest number of a release of `unit` in `out`, 0 without any."""
    return max((int(found[1]) for path in out.glob("*.zip") if (found := _name(unit).fullmatch(path.name))), default=0)


def _earlier_changes(out: Path, unit: Unit) -> list[str]:
    number = _latest(out, unit)
    if number == 0:
        return []
    text = read_whole((out / f"{unit.id}-{number}.zip").read_bytes())[f"{unit.id}/{CHANGELOG}"].decode("utf-8")
    return [line for line in text.splitlines() if line.startswith("- ")]


def _secrets(course: Course, files: dict[str, bytes]) -> Iterable[Message]:
    """What is secret in the texts of the bundle and of the wheel in it."""
    texts = {}
    for name, data in files.items():
        if name.endswith(".whl"):
            inside = {f"{name}/{one}": content for one, content in read_whole(data).items()}
        else:
            inside = {name: data}
        for one, content in inside.items():
            if _TEXT.search(one) and not one.endswith("tokenizer.json"):
                texts[one] = content.decode("utf-8", "replace")
    return given_away(course, texts)
