"""What the text of an exercise tells without being run: names that cannot be, and names of what is not there."""

from __future__ import annotations

import ast
import keyword
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.course.source import parse, top_level_functions
from autograder.errors import CourseError
from autograder.exercise import Check, Mistake

_NUMBERED = re.compile(r"[eE]\d+_.*")


def require_names(unit: Path, folders: Iterable[Path]) -> None:
    """Raises: CourseError if a folder of `unit` looks like an exercise and is none of `folders`, or shadows a module of Python."""
    known = set(folders)
    for folder in sorted(path for path in unit.iterdir() if path.is_dir()):
        if folder not in known and _NUMBERED.fullmatch(folder.name):
            raise CourseError(
                ja=f"{folder}: 課題のフォルダ名は e01_min_p のように、e、2 桁の数字、_ のあとに、小文字の英字で始まり英小文字、数字、_ だけの名前を付けてください。学生が書くファイルの名前になります。",
                en=f"{folder}: an exercise's folder is called like e01_min_p: e, two digits, _, and a name that begins with a lower-case letter and holds only such letters, digits and _. It names the student's file.",
            )
        if folder in known:
            require_free_name(str(folder), folder.name.partition("_")[2])


def require_free_name(where: str, name: str) -> None:
    """Raises: CourseError if a student's file of this name would stand before a module of Python's own."""
    if name in sys.stdlib_module_names or keyword.iskeyword(name):
        raise CourseError(
            ja=f"{where}: {name} は Python の標準モジュールか予約語の名前です。学生のファイル {name}.py が標準のものより先に読み込まれてしまうので、別の名前にしてください。",
            en=f"{where}: {name} is a word or a module of Python's own, before which a student's {name}.py would be imported. Choose another name.",
        )


def require_functions_once(path: Path, solution: str) -> None:
    """Raises: CourseError if solution.py is not Python, or defines two functions or classes of one name."""
    seen: dict[str, int] = {}
    for node in parse(path, solution).body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if node.name in seen:
            raise CourseError(
                ja=f"{path}:{node.lineno}: {node.name} は {seen[node.name]} 行目でも定義されています。2 つ目が 1 つ目を隠すので、どちらかを消すか、名前を変えてください。",
                en=f"{path}:{node.lineno}: {node.name} is defined at line {seen[node.name]}, too; the second hides the first. Remove or rename one.",
            )
        seen[node.name] = node.lineno


def require_known(path: Path, solution: str, checks: Iterable[Check], mistakes: Iterable[Mistake]) -> None:
    """Raises: CourseError for a mistake of a function, or caught by a check, that the exercise has not; `path` is mistakes.py."""
    functions = [function.name for function in top_level_functions(parse(path.with_name("solution.py"), solution))]
    ids = [check.id for check in checks]
    lines = {function.name: function.lineno for function in top_level_functions(parse(path, path.read_text("utf-8")))}
    for mistake in mistakes:
        where = f"{path}:{lines[mistake.id]}"
        if mistake.of not in functions:
            raise CourseError(
                ja=f"{where}: of={mistake.of!r}: solution.py にこの関数はありません。次のどれかにしてください: {', '.join(functions)}",
                en=f"{where}: of={mistake.of!r}: solution.py has no such function. Choose from: {', '.join(functions)}",
            )
        if mistake.caught_by not in ids:
            raise CourseError(
                ja=f"{where}: caught_by={mistake.caught_by!r}: このチェックはありません。次のどれかにしてください: {', '.join(ids)}",
                en=f"{where}: caught_by={mistake.caught_by!r}: there is no such check. Choose from: {', '.join(ids)}",
            )
