"""A student's assignment folder: its exercises, the file that answers each, and the hints that came with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.handed_out import UNIT_FILE, read_handed_out
from autograder.course.prose import answer_in
from autograder.errors import SettingsError, SubmissionError
from autograder.exercise import Exercise
from autograder.grading.intake import is_written
from autograder.grading.notebook import decoded, notebook_cells, prose_cells, source_for
from autograder.messages import Language, Message

HINT_LEVELS = 3
_NOTEBOOKS = (".ja.ipynb", ".en.ipynb")


@dataclass(frozen=True)
class Assignment:
    """The folder of one unit. `hints`: exercise → check → the three levels, from a nudge to the idea."""

    folder: Path
    unit: str
    exercises: tuple[Exercise, ...]
    hints: Mapping[str, Mapping[str, tuple[Message, ...]]] = field(default_factory=dict)

    def named(self, name: str) -> Exercise:
        """The exercise `name`. Raises: SettingsError with the names that there are."""
        for given in self.exercises:
            if given.name == name:
                return given
        known = ", ".join(given.name for given in self.exercises)
        raise SettingsError(
            ja=f"{name}: この課題はありません。次のどれかを指定してください: {known}",
            en=f"{name}: no such exercise. Choose one of: {known}",
        )

    def exercise_of(self, file: str) -> str | None:
        """The exercise that a file of the folder belongs to, by its name: `test_top_p.py`, `top_p.ja.ipynb` → top_p."""
        name = file.removeprefix("test_").partition(".")[0]
        return name if any(given.name == name for given in self.exercises) else None

    def answer_file(self, given: Exercise) -> Path:
        """Where the answer is: the .py (or .md), or a notebook if only that was written in; the latest of two."""
        own = self.folder / given.answer_file
        if self.is_written(given, own):
            return own
        notebooks = [self.folder / f"{given.name}{suffix}" for suffix in _NOTEBOOKS]
        written = [path for path in notebooks if path.is_file() and self.is_written(given, path)]
        return max(written, key=lambda path: path.stat().st_mtime, default=own)

    def is_written(self, given: Exercise, file: Path) -> bool:
        """Whether `file` holds anything but what was handed out. One that cannot be read counts as written."""
        try:
            text = answer_text(given, file)
        except (OSError, UnicodeDecodeError, SubmissionError):
            return file.exists()
        return bool(text.strip()) if given.is_prose else is_written(text, given)


def answer_text(given: Exercise, file: Path) -> str:
    """The answer in `file`: the text of a .py, what stands below the mark of prose, a notebook's as a .py.

    Raises: OSError, UnicodeDecodeError; SubmissionError if a notebook is none.
    """
    if file.suffix != ".ipynb":
        text = file.read_text(encoding="utf-8")
        return answer_in([text], given.name, given.stub) if given.is_prose else text
    text = decoded(file.read_bytes())
    if given.is_prose:
        return answer_in(prose_cells(text, file.name), given.name, given.stub)
    return source_for(notebook_cells(text, file.name), given.functions, given.stub)


def open_assignment(place: Path) -> tuple[Assignment, str | None]:
    """The assignment folder at `place`, and the exercise if `place` is a file of it.

    Raises: SettingsError if there is none; it names the units that lie below. SubmissionError if its files are damaged.
    """
    folder = place if place.is_dir() else place.parent
    if not place.exists() or not (folder / UNIT_FILE).is_file():
        raise _no_assignment(place, folder)
    unit = read_handed_out(folder.resolve())
    assignment = Assignment(folder.resolve(), unit.id, unit.exercises, _read_hints(folder.resolve()))
    if place.is_dir():
        return assignment, None
    return assignment, assignment.named(assignment.exercise_of(place.name) or place.name).name


def _no_assignment(place: Path, folder: Path) -> SettingsError:
    below = [path.parent.name for path in sorted(folder.glob("*/unit.json"))] if folder.is_dir() else []
    choose = (
        Message(
            f"次のフォルダのどれかを指定してください: {', '.join(below)}",
            f"Give one of its folders: {', '.join(below)}",
        )
        if below
        else Message(
            "配られたフォルダ（unit.json のあるところ）で実行してください。",
            "Run this in the folder that you were given, where unit.json is.",
        )
    )
    return SettingsError(
        ja=f"{place}: 課題のフォルダではありません。{choose.ja}", en=f"{place}: no assignment folder. {choose.en}"
    )


def _read_hints(folder: Path) -> dict[str, dict[str, tuple[Message, ...]]]:
    """What `hints.json` says; nothing if the release has none. Raises: SubmissionError if it is damaged."""
    path = folder / "hints.json"
    if not path.is_file():
        return {}
    try:
        return {
            exercise: {
                check: tuple(Message(one["ja"], one["en"]) for one in levels) for check, levels in checks.items()
            }
            for exercise, checks in json.loads(path.read_text(encoding="utf-8")).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SubmissionError(
            ja=f"{path}: 壊れています（{error!r}）。配られた hints.json を入れ直してください。",
            en=f"{path}: damaged ({error!r}). Put back the hints.json that you were given.",
        ) from error


def shown_hint(levels: tuple[Message, ...], level: int, language: Language) -> list[str]:
    """The hints up to `level` (1 to 3), each as a few lines that begin with its number."""
    lines = []
    for number, hint in enumerate(levels[:level], start=1):
        heading = Message(f"ヒント {number}/{len(levels)}", f"hint {number}/{len(levels)}").line(language)
        lines += [f"{heading}:", *(f"  {line}" for line in hint.text(language).splitlines())]
    return lines
