"""What the shell completes behind `<TAB>`: names of units, exercises, models and languages, read from folder names alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.messages import LANGUAGES

_UNIT = re.compile(r"u\d\d_([a-z][a-z0-9_]*)")
_EXERCISE = re.compile(r"e\d\d_([a-z][a-z0-9_]*)")


def languages(incomplete: str) -> list[str]:
    """Values of `--lang`."""
    return _beginning(incomplete, LANGUAGES)


def units(incomplete: str) -> list[str]:
    """Units of the course above the current folder, e.g. u02_sampling."""
    return _beginning(incomplete, (folder.name for folder in _unit_folders()))


def unit_or_new(incomplete: str) -> list[str]:
    """First word behind `autograder new`: the word `unit`, or a unit's name with its slash."""
    return _beginning(incomplete, ["unit", *(f"{_name(folder, _UNIT)}/" for folder in _unit_folders())])


def exercise_ids(incomplete: str) -> list[str]:
    """Exercises of the course above the current folder, e.g. sampling/top_p."""
    return _beginning(
        incomplete,
        (
            f"{_name(unit, _UNIT)}/{_name(one, _EXERCISE)}"
            for unit in _unit_folders()
            for one in _matching(unit, _EXERCISE)
        ),
    )


def exercise_names(incomplete: str) -> list[str]:
    """Exercises of the assignment folder that the student is in, e.g. top_p."""
    try:
        unit = json.loads(Path("unit.json").read_text(encoding="utf-8"))
        return _beginning(incomplete, [str(one["name"]) for one in unit["exercises"]])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def models(incomplete: str) -> list[str]:
    """The embedded models."""
    from autograder.models import EMBEDDED

    return _beginning(incomplete, EMBEDDED)


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _unit_folders() -> Iterator[Path]:
    here = Path.cwd()
    root = next((one / "solutions" for one in (here, *here.parents) if (one / "solutions").is_dir()), None)
    return iter(_matching(root, _UNIT) if root else [])


def _matching(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_dir() and pattern.fullmatch(one.name))


def _name(folder: Path, pattern: re.Pattern[str]) -> str:
    found = pattern.fullmatch(folder.name)
    return found[1] if found else folder.name
