"""Finding and reading units and exercises. A folder is an exercise; there is no registry to extend."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course.hints import read_hints
from autograder.course.inputs import read_secret
from autograder.course.japanese import joined
from autograder.course.promises import as_shipped, read_promises
from autograder.course.prose import make_prose_stub, read_rubric
from autograder.course.rules import require_functions_once, require_known, require_names
from autograder.course.source import make_stub, parse, read_checks, read_mistakes, says_true, top_level_functions
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise, Figure, Unit
from autograder.messages import Message

UNIT_FOLDER = re.compile(r"u\d\d_([a-z][a-z0-9_]*)")
EXERCISE_FOLDER = re.compile(r"e\d\d_([a-z][a-z0-9_]*)")
# `![words for who cannot see it](figures/nucleus.en.svg)`; a picture without words has no language in its name.
FIGURE_LINK = re.compile(r"!\[[^\]]*\]\(figures/([a-z][a-z0-9_]*(?:\.ja|\.en)?\.svg)\)")


def find_course_root(start: Path) -> Path:
    """The nearest `solutions/` folder in `start` or a folder above it.

    Raises: CourseError if there is none.
    """
    for folder in [start, *start.parents]:
        if (folder / "solutions").is_dir():
            return folder / "solutions"
    raise CourseError(
        ja=f"{start}: `solutions/` が見つかりません。コースのリポジトリの中で実行するか、`--course フォルダ` を付けてください。",
        en=f"{start}: found no `solutions/` here or above. Run inside the course's repository or give `--course FOLDER`.",
    )


def read_course(root: Path) -> Course:
    """Read every unit under `root` (a `solutions/` folder), in the order of the numbers.

    Raises: CourseError naming the file and line that is not as expected, or two exercises of one name.
    """
    if not root.is_dir():
        raise CourseError(
            ja=f"{root}: フォルダがありません。コースの `solutions/` を指定してください。",
            en=f"{root}: no such folder. Give the course's `solutions/`.",
        )
    units = tuple(_read_unit(folder) for folder in _matching(root, UNIT_FOLDER))
    if not units:
        raise CourseError(
            ja=f"{root}: 単元のフォルダ（例 u02_sampling）がありません。",
            en=f"{root}: found no unit folder such as u02_sampling.",
        )
    seen: dict[str, Exercise] = {}
    for exercise in (exercise for unit in units for exercise in unit.exercises):
        if exercise.name in seen:
            first, second = seen[exercise.name].folder, exercise.folder
            raise CourseError(
                ja=f"{first} と {second}: 課題名 {exercise.name} が重なっています。学生のファイル名になるので、どちらかを変えてください。",
                en=f"{first} and {second}: both are called {exercise.name}, the student's file name. Rename one.",
            )
        seen[exercise.name] = exercise
    for unit in units:
        _require_own_figures(unit.exercises)
    return Course(root, units)


def _matching(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and pattern.fullmatch(path.name))


def _name(folder: Path, pattern: re.Pattern[str]) -> str:
    match = pattern.fullmatch(folder.name)
    assert match, folder
    return match.group(1)


def _read_unit(folder: Path) -> Unit:
    intro = _bilingual(folder, "intro")
    folders = _matching(folder, EXERCISE_FOLDER)
    require_names(folder, folders)
    exercises = tuple(map(read_exercise, folders))
    return Unit(folder.name, folder, _title(folder, intro), intro, exercises)


def read_exercise(folder: Path) -> Exercise:
    """Read one exercise folder such as `solutions/u02_sampling/e04_top_p`.

    Raises: CourseError naming the file and line that is not as expected.
    """
    if any((folder / f"rubric.{language}.md").exists() for language in ("ja", "en")):
        return _read_prose(folder)
    statement = _bilingual(folder, "statement")
    solution = _text(folder / "solution.py")
    stub = make_stub(folder / "solution.py", solution)
    require_functions_once(folder / "solution.py", solution)
    functions = top_level_functions(parse(folder / "solution.py", stub))
    checks = tuple(
        check
        for kind in ("public", "hidden")
        for check in read_checks(
            folder / f"checks_{kind}.py", _text(folder / f"checks_{kind}.py"), public=kind == "public"
        )
    )
    _require_unique(folder, [check.id for check in checks])
    name, mistakes = (
        _name(folder, EXERCISE_FOLDER),
        read_mistakes(folder / "mistakes.py", _text(folder / "mistakes.py")),
    )
    require_known(folder / "mistakes.py", solution, checks, mistakes)
    return Exercise(
        id=f"{_name(folder.parent, UNIT_FOLDER)}/{name}",
        folder=folder,
        title=_title(folder, statement),
        statement=statement,
        solution=solution,
        stub=stub,
        functions=tuple(function.name for function in functions if not function.name.startswith("_")),
        checks=checks,
        mistakes=mistakes,
        figures=_figures(folder, statement),
        promises=read_promises(_text(folder / "statement.en.md")),
        hints=read_hints(folder, name, statement, checks, mistakes),
        embedded_model_only=says_true(
            folder / "checks_public.py", _text(folder / "checks_public.py"), "EMBEDDED_MODEL_ONLY"
        ),
        inputs_key=read_secret(folder.parent.parent).key(folder.parent.name),
    )


def _read_prose(folder: Path) -> Exercise:
    """An exercise whose answer a person marks: statement, rubric and an example answer."""
    statement, name = _bilingual(folder, "statement"), _name(folder, EXERCISE_FOLDER)
    title = _title(folder, statement)
    return Exercise(
        id=f"{_name(folder.parent, UNIT_FOLDER)}/{name}",
        folder=folder,
        title=title,
        statement=statement,
        solution=_text(folder / "solution.md"),
        stub=make_prose_stub(name, title),
        functions=(),
        checks=(),
        mistakes=(),
        figures=_figures(folder, statement),
        rubric=read_rubric(folder, _bilingual(folder, "rubric")),
    )


def _figures(folder: Path, statement: Message) -> tuple[Figure, ...]:
    """The pictures that the statement links to, in either language, by name."""
    names = {name for text in (statement.ja, statement.en) for name in FIGURE_LINK.findall(text)}
    return tuple(Figure(name, _text(folder / "figures" / name)) for name in sorted(names))


def _require_own_figures(exercises: tuple[Exercise, ...]) -> None:
    """All pictures of a unit ship in one folder."""
    seen: dict[str, Path] = {}
    for folder, name in ((exercise.folder, figure.name) for exercise in exercises for figure in exercise.figures):
        if name in seen:
            raise CourseError(
                ja=f"{seen[name]} と {folder}: 図 {name} の名前が重なっています。どちらかの名前を変えてください。",
                en=f"{seen[name]} and {folder}: both have a figure {name}. Rename one.",
            )
        seen[name] = folder


def _require_unique(folder: Path, ids: list[str]) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CourseError(
            ja=f"{folder}: チェック名が重なっています: {', '.join(twice)}。片方の名前を変えてください。",
            en=f"{folder}: these check names occur twice: {', '.join(twice)}. Rename one of each.",
        )


def _bilingual(folder: Path, stem: str) -> Message:
    """Both languages of a text, as they ship."""
    ja, en = (as_shipped(_text(folder / f"{stem}.{language}.md")) for language in ("ja", "en"))
    return Message(joined(ja), en)


def _title(folder: Path, text: Message) -> Message:
    first_lines = [part.partition("\n")[0] for part in (text.ja, text.en)]
    if not all(line.startswith("# ") for line in first_lines):
        raise CourseError(
            ja=f"{folder}: 説明文の 1 行目は `# 題名` のはずです。",
            en=f"{folder}: the first line of a text must be `# Title`.",
        )
    return Message(*(line.removeprefix("# ").strip() for line in first_lines))


def _text(path: Path) -> str:
    """The file's text with `\\n` line ends."""
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise CourseError(
            ja=f"{path}: ファイルがありません。課題のフォルダに加えてください。",
            en=f"{path}: the file is missing. Add it to the folder.",
        ) from error
    except UnicodeDecodeError as error:
        raise CourseError(
            ja=f"{path}: UTF-8 ではありません（{error.start} バイト目）。UTF-8 で保存してください。",
            en=f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.",
        ) from error
