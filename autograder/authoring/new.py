"""`autograder new`: the files of an exercise or a unit, to be filled in."""

from __future__ import annotations

import keyword
import re
import shutil
from importlib.resources import files
from pathlib import Path

from autograder.course.rules import require_free_name
from autograder.errors import SettingsError

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def new_exercise(solutions: Path, exercise_id: str, *, after: str = "") -> Path:
    """Write the folder of a new exercise, numbered behind the last one of its unit, or behind `after`.

    Args:
        exercise_id: `<unit>/<name>`, e.g. `sampling/min_p` in the unit `u02_sampling`.
        after: name of the exercise that it follows; those behind that one move up by one number.

    Returns: the folder.
    Raises: SettingsError if the id is not in order, there is no such unit, no exercise `after`, or the exercise is there already.
    """
    unit_name, _, name = exercise_id.partition("/")
    _require_name(exercise_id, name)
    units = {path.name.partition("_")[2]: path for path in sorted(solutions.glob("u[0-9][0-9]_*")) if path.is_dir()}
    if unit_name not in units:
        known = ", ".join(units) or "–"
        raise SettingsError(
            ja=f"{exercise_id}: 単元 {unit_name} がありません（あるのは {known}）。`autograder new unit {unit_name}` で作ってください。",
            en=f"{exercise_id}: there is no unit {unit_name} (there are {known}). Make it with `autograder new unit {unit_name}`.",
        )
    unit = units[unit_name]
    require_free_name(exercise_id, name)
    _require_new(name, unit, "e")
    number = _number_behind(unit, after) if after else _next_number(unit, "e")
    for path in reversed(_numbered(unit, "e")):  # from the last one, so that no two share a number on the way
        if int(path.name[1:3]) >= number:
            path.rename(unit / f"e{int(path.name[1:3]) + 1:02}{path.name[3:]}")
    folder = unit / f"e{number:02}_{name}"
    _write("exercise", folder, {"@NAME@": name, "@ID@": exercise_id})
    return folder


def new_unit(solutions: Path, name: str) -> Path:
    """Write the folder of a new unit, with nothing but its introduction. Returns: the folder. Raises: SettingsError."""
    _require_name(name, name)
    _require_new(name, solutions, "u")
    folder = solutions / f"u{_next_number(solutions, 'u'):02}_{name}"
    _write("unit", folder, {})
    return folder


def _require_name(given: str, name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise SettingsError(
            ja=f"{given}: 名前は小文字の英字で始まり、英小文字、数字、_ だけのはずです（例: sampling/min_p）。学生が書くファイルと関数の名前になります。",
            en=f"{given}: a name begins with a lower-case letter and holds only such letters, digits and _ (e.g. sampling/min_p). It names the student's file and function.",
        )


def _require_new(name: str, folder: Path, letter: str) -> None:
    for path in folder.glob(f"{letter}[0-9][0-9]_{name}"):
        raise SettingsError(
            ja=f"{path}: もうあります。別の名前にしてください。",
            en=f"{path}: is there already. Choose another name.",
        )


def _number_behind(unit: Path, after: str) -> int:
    folders = {path.name[4:]: path for path in _numbered(unit, "e")}
    if after not in folders:
        known = ", ".join(folders) or "–"
        raise SettingsError(
            ja=f"--after {after}: {unit.name} にこの課題がありません。次のどれかを指定してください: {known}",
            en=f"--after {after}: {unit.name} has no such exercise. Choose one of: {known}",
        )
    return int(folders[after].name[1:3]) + 1


def _next_number(folder: Path, letter: str) -> int:
    return max((int(path.name[1:3]) for path in _numbered(folder, letter)), default=0) + 1


def _numbered(folder: Path, letter: str) -> list[Path]:
    return sorted(path for path in folder.glob(f"{letter}[0-9][0-9]_*") if path.is_dir())


def _write(template: str, folder: Path, words: dict[str, str]) -> None:
    """The files of a template, the folder whole or not at all."""
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for source in sorted((files("autograder.authoring") / template).iterdir(), key=lambda one: one.name):
        text = source.read_text(encoding="utf-8")
        for word, replacement in words.items():
            text = text.replace(word, replacement)
        (new / source.name.removesuffix(".txt")).write_text(text, encoding="utf-8")
    new.rename(folder)
