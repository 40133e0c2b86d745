"""Texts are written to the end, and Japanese and English say the same: same headings, code, formulas, list items, tables, figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from autograder.exercise import Unit
from autograder.messages import Message

_IN_ORDER = (
    *("statement.ja.md", "statement.en.md", "rubric.ja.md", "rubric.en.md"),
    *("solution.py", "checks_public.py", "checks_hidden.py", "mistakes.py", "hints.yaml"),
)
_LEFT = re.compile("⟨[^⟩]+⟩")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def audit_texts(unit: Unit) -> list[Message]:
    """What differs in structure between the languages of a unit's texts."""
    problems = _unwritten(unit.folder, ("intro.ja.md", "intro.en.md"))
    for exercise in unit.exercises:
        problems += _unwritten(exercise.folder, _IN_ORDER)
    problems += _compare(unit.folder / "intro", unit.intro)
    for exercise in unit.exercises:
        problems += _compare(exercise.folder / "statement", exercise.statement)
        if exercise.rubric is not None:
            problems += _compare(exercise.folder / "rubric", exercise.rubric.text)
    return problems


def _unwritten(folder: Path, names: tuple[str, ...]) -> list[Message]:
    """Every line that `autograder new` left to be written, in the order of work."""
    problems = []
    for path in (folder / name for name in names if (folder / name).is_file()):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if left := _LEFT.search(line):
                problems.append(
                    Message(
                        f"{path}:{number}: まだ書かれていません: {left[0]}",
                        f"{path}:{number}: still to be written: {left[0]}",
                    )
                )
    return problems


def _compare(path: Path, text: Message) -> list[Message]:
    problems = []
    for ja, en, read in _PARTS:
        in_ja, in_en = read(text.ja), read(text.en)
        if in_ja != in_en:
            problems.append(
                Message(
                    f"{path}.ja.md と {path.name}.en.md: {ja}がそろっていません（日本語 {_seen(in_ja)}、英語 {_seen(in_en)}）。",
                    f"{path}.ja.md and {path.name}.en.md: {en} differ (Japanese {_seen(in_ja)}, English {_seen(in_en)}).",
                )
            )
    return problems


def _seen(found: list[str]) -> str:
    return f"{len(found)}: {', '.join(found)}"[:200]


def _prose(text: str) -> list[str]:
    """The lines outside fenced code."""
    return _FENCE.sub("", text).splitlines()


def _headings(text: str) -> list[str]:
    return [line.partition(" ")[0] for line in _prose(text) if re.match(r"#+ ", line)]


def _list_items(text: str) -> list[str]:
    return [marks[0] for line in _prose(text) if (marks := re.match(r"\s*([-*]|\d+\.) ", line))]


def _tables(text: str) -> list[str]:
    """Each table row as its number of columns."""
    return [str(line.count("|") - line.count("\\|")) for line in _prose(text) if line.lstrip().startswith("|")]


def _code(text: str) -> list[str]:
    """Fenced code by language, comments left out: they may be in either language."""
    return [f"{language}:{_without_comments(body)}" for language, body in _FENCE.findall(text)]


def _without_comments(code: str) -> str:
    return "\n".join(line.partition(" #")[0].rstrip() for line in code.splitlines() if not line.startswith("#"))


def _formulas(text: str) -> list[str]:
    prose = "\n".join(_prose(text))
    return [re.sub(r"\\text\{[^}]*\}", "", formula) for formula in re.findall(r"\$\$.*?\$\$", prose, re.DOTALL)]


def _images(text: str) -> list[str]:
    """Each picture's file, without the language in its name."""
    found = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", "\n".join(_prose(text)))
    return [re.sub(r"\.(ja|en)\.svg$", ".svg", name) for name in found]


_PARTS: tuple[tuple[str, str, Callable[[str], list[str]]], ...] = (
    ("見出し", "headings", _headings),
    ("箇条書き", "list items", _list_items),
    ("表", "tables", _tables),
    ("コード", "code blocks", _code),
    ("数式", "formulas", _formulas),
    ("図", "figures", _images),
)
