"""Which files an assignment set consists of, byte for byte, and writing them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from autograder import __version__
from autograder.build.notebook import notebook_name, notebook_text
from autograder.exercise import Course, Exercise, Unit
from autograder.messages import Message
from autograder.reports.files import write_atomic

# What running checks and notebooks leaves behind; not part of an assignment set.
_LEFT_BY_TOOLS = ("__pycache__", ".pytest_cache", ".ipynb_checkpoints")


def plan_assignments(course: Course) -> dict[str, str]:
    """Path below `assignments/` → text, for every file that students get. The same course gives the same bytes."""
    planned = {"pytest.ini": pytest_ini("all")}
    for unit in course.units:
        planned |= {f"{unit.id}/{name}": text for name, text in _unit_files(unit).items()}
    return dict(sorted(planned.items()))


def _unit_files(unit: Unit) -> dict[str, str]:
    files = {
        "README.ja.md": unit.intro.ja.rstrip() + "\n\n" + _contents(unit, "ja"),
        "README.en.md": unit.intro.en.rstrip() + "\n\n" + _contents(unit, "en"),
        "pytest.ini": pytest_ini(unit.id),
        "unit.json": _unit_json(unit),
    }
    if any(exercise.hints for exercise in unit.exercises):
        files["hints.json"] = _hints_json(unit)
    for exercise in unit.exercises:
        files[exercise.answer_file] = exercise.stub
        files[f"{exercise.name}.ja.md"] = exercise.statement.ja
        files[f"{exercise.name}.en.md"] = exercise.statement.en
        files |= {f"figures/{figure.name}": figure.svg for figure in exercise.figures}
        files |= {notebook_name(exercise, language): notebook_text(exercise, language) for language in ("ja", "en")}
        if exercise.rubric is None:
            files[f"test_{exercise.name}.py"] = (exercise.folder / "checks_public.py").read_text(encoding="utf-8")
    return files


def _contents(unit: Unit, language: str) -> str:
    """The list of exercises that ends a unit's README."""
    heading, columns = {
        "ja": ("## 課題", "| 課題 | 説明 | 書くファイル | またはノートブック | 配点（うち公開チェック） |"),
        "en": ("## Exercises", "| exercise | text | file to write | or notebook | points (of which public) |"),
    }[language]
    rows = [_row(exercise, language) for exercise in unit.exercises]
    return "\n".join([heading, "", columns, "|---|---|---|---|---|", *rows]) + "\n"


def _row(exercise: Exercise, language: str) -> str:
    name, title = exercise.name, exercise.title.text("ja" if language == "ja" else "en")
    points = f"{exercise.max_points:g} ({exercise.public_points:g})"
    files = (f"{name}.{language}.md", exercise.answer_file, notebook_name(exercise, language))
    return " | ".join([f"| {title}", *(f"[{file}]({file})" for file in files), f"{points} |"])


def pytest_ini(unit: str) -> str:
    """What makes a folder an assignment folder for pytest."""
    return f"[pytest]\nautograder_unit = {unit}\naddopts = --import-mode=importlib\n"


def _unit_json(unit: Unit) -> str:
    content = {
        "unit": unit.id,
        "release": __version__,
        "exercises": [
            {
                "id": exercise.id,
                "name": exercise.name,
                "title": {"ja": exercise.title.ja, "en": exercise.title.en},
                "functions": list(exercise.functions),
                "stub": exercise.stub,
                "max_points": exercise.max_points,
                "public_points": exercise.public_points,
            }
            for exercise in unit.exercises
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _hints_json(unit: Unit) -> str:
    """Exercise → public check → its three levels; sentences alone."""
    content = {
        exercise.name: {
            hint.check: [{"ja": level.ja, "en": level.en} for level in hint.levels] for hint in exercise.hints
        }
        for exercise in unit.exercises
        if exercise.hints
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def write_assignments(planned: Mapping[str, str], out: Path) -> list[str]:
    """Write what differs below `out`, each file whole or not at all. Returns: the paths written."""
    written = []
    for name, text in planned.items():
        path = out / name
        if not path.is_file() or path.read_bytes() != text.encode("utf-8"):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, text)
            written.append(name)
    return written


def differences(planned: Mapping[str, str], out: Path) -> list[Message]:
    """Why `out` is not what the build would write: missing, changed and stray files. Empty if it is."""
    found = {
        str(path.relative_to(out)): path
        for path in sorted(out.rglob("*"))
        if path.is_file() and not any(part in _LEFT_BY_TOOLS for part in path.parts)
    }
    problems = []
    for name, text in planned.items():
        if name not in found or found[name].read_bytes() != text.encode("utf-8"):
            problems.append(
                Message(
                    f"{out / name}: ビルドの結果と違います。`autograder build` を実行してください。",
                    f"{out / name}: not what the build writes. Run `autograder build`.",
                )
            )
    for name in found.keys() - planned.keys():
        problems.append(
            Message(
                f"{out / name}: ビルドが作らないファイルです。消すか、`solutions/` に移してください。",
                f"{out / name}: the build makes no such file. Remove it or move it to `solutions/`.",
            )
        )
    return problems
