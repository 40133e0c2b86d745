"""Source text of an exercise: solution → stub, check metadata, mistakes.

Everything is read from syntax trees; no file of `solutions/` is executed here.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path

from autograder.errors import CourseError
from autograder.exercise import Check, Mistake
from autograder.messages import Message

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
STUB_LINES = ("# ここに書いてください / Write your code here", "raise NotImplementedError")


def parse(path: Path, text: str) -> ast.Module:
    """The syntax tree of `text`. Raises: CourseError with file and line if it is not Python."""
    try:
        return ast.parse(text, filename=str(path))
    except SyntaxError as error:
        line = f"{path}:{error.lineno}"
        raise CourseError(
            ja=f"{line}: Python として読めません（{error.msg}）。文法を直してください。",
            en=f"{line}: not valid Python ({error.msg}). Mend the syntax.",
        ) from error


def make_stub(path: Path, solution: str) -> str:
    """`solution` with every region between the marks replaced by the stub lines, at the marks' indentation.

    A region at the outermost level (helper functions of the reference) leaves nothing behind.
    Raises: CourseError with file and line for a mark without its partner, or if there is no region.
    """
    lines: list[str] = []
    opened_at = 0
    n_regions = 0
    for number, line in enumerate(solution.splitlines(), start=1):
        mark = line.strip()
        if mark == BEGIN:
            if opened_at:
                raise _unpaired(path, opened_at, BEGIN, END)
            opened_at = number
            n_regions += 1
            indent = line[: len(line) - len(line.lstrip())]
            if indent:
                lines += [indent + text for text in STUB_LINES]
        elif mark == END:
            if not opened_at:
                raise _unpaired(path, number, END, BEGIN)
            opened_at = 0
        elif not opened_at:
            lines.append(line)
    if opened_at:
        raise _unpaired(path, opened_at, BEGIN, END)
    if not n_regions:
        raise CourseError(
            ja=f"{path}: `{BEGIN}` がありません。学生が書く部分を `{BEGIN}` と `{END}` で囲んでください。",
            en=f"{path}: found no `{BEGIN}`. Put what the student writes between `{BEGIN}` and `{END}`.",
        )
    return _squeeze_blank_lines(lines)


def _squeeze_blank_lines(lines: list[str]) -> str:
    """At most two blank lines in a row, none at the end."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or kept[-2:] != ["", ""]:
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def _unpaired(path: Path, line: int, mark: str, partner: str) -> CourseError:
    return CourseError(
        ja=f"{path}:{line}: `{mark}` に対応する `{partner}` がありません。対になる行を加えてください。",
        en=f"{path}:{line}: `{mark}` has no `{partner}`. Add the missing line.",
    )


def top_level_functions(tree: ast.Module) -> tuple[ast.FunctionDef, ...]:
    """Functions defined at the outermost level, in order."""
    return tuple(node for node in tree.body if isinstance(node, ast.FunctionDef))


def read_checks(path: Path, text: str, *, public: bool) -> tuple[Check, ...]:
    """The checks of one file: every `test_…` function with its `@points` and its bilingual docstring.

    Raises: CourseError with file and line if points or one of the languages is missing.
    """
    checks = []
    for function in top_level_functions(parse(path, text)):
        if not function.name.startswith("test_"):
            continue
        where = f"{path}:{function.lineno}"
        title = _bilingual_docstring(where, function)
        checks.append(Check(function.name, _points(where, function), title, public))
    return tuple(checks)


def _points(where: str, function: ast.FunctionDef) -> float:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).rpartition(".")[2] == "points":
            value = decorator.args[0] if decorator.args else None
            if isinstance(value, ast.Constant) and isinstance(value.value, int | float) and value.value > 0:
                return float(value.value)
    raise CourseError(
        ja=f"{where}: {function.name} に `@points(数)` がありません。0 より大きい数を直接書いてください。",
        en=f"{where}: {function.name} has no `@points(number)`. Write it with a literal number above 0.",
    )


def _bilingual_docstring(where: str, function: ast.FunctionDef) -> Message:
    paragraphs = [" ".join(part.split()) for part in (ast.get_docstring(function) or "").split("\n\n") if part.strip()]
    if len(paragraphs) != 2:
        raise CourseError(
            ja=f"{where}: {function.name} の docstring は日本語の段落と英語の段落の 2 つのはずですが、{len(paragraphs)} 個でした。",
            en=f"{where}: {function.name} needs a docstring of two paragraphs, Japanese then English; found {len(paragraphs)}.",
        )
    return Message(*paragraphs)


def read_mistakes(path: Path, text: str) -> tuple[Mistake, ...]:
    """Every function of mistakes.py that carries `@mistake(…)`, and the prelude they share.

    Raises: CourseError with file and line if an argument is missing or not a plain string.
    """
    tree = parse(path, text)
    marked = [(function, mark) for function in top_level_functions(tree) if (mark := _mistake_mark(function))]
    functions = {function for function, _ in marked}
    prelude = "\n\n".join(
        ast.unparse(node)
        for node in tree.body
        if node not in functions and not _is_docstring(node) and not _imports_autograder(node)
    )
    return tuple(_mistake(path, function, mark, prelude) for function, mark in marked)


def _mistake(path: Path, function: ast.FunctionDef, mark: ast.Call, prelude: str) -> Mistake:
    values: dict[str, str] = {}
    for keyword in mark.keywords:
        if keyword.arg and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
            values[keyword.arg] = keyword.value.value
    missing = sorted({"of", "caught_by", "ja", "en"} - values.keys())
    if missing:
        where, names = f"{path}:{function.lineno}", ", ".join(missing)
        raise CourseError(
            ja=f"{where}: `@mistake` の {names} がありません。文字列をそのまま書いてください。",
            en=f"{where}: `@mistake` lacks {names}. Give each as a plain string literal.",
        )
    renamed = ast.parse(ast.unparse(function)).body[0]
    assert isinstance(renamed, ast.FunctionDef)
    renamed.name, renamed.decorator_list = values["of"], []
    hint = Message(values["ja"], values["en"])
    return Mistake(function.name, values["of"], values["caught_by"], hint, ast.unparse(renamed), prelude)


def _mistake_mark(function: ast.FunctionDef) -> ast.Call | None:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "mistake":
            return decorator
    return None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _imports_autograder(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in {"autograder", "__future__"}
    return isinstance(node, ast.Import) and any(name.name.partition(".")[0] == "autograder" for name in node.names)


def with_mistake(solution: str, mistake: Mistake) -> str:
    """The text of a submission that is the reference but for `mistake`: marks gone, one function replaced."""
    lines = [line for line in solution.splitlines() if line.strip() not in {BEGIN, END}]
    tree = ast.parse("\n".join(lines))
    for function in top_level_functions(tree):
        if function.name == mistake.of:
            assert function.end_lineno is not None
            first = min([function.lineno, *(node.lineno for node in function.decorator_list)])
            lines[first - 1 : function.end_lineno] = mistake.source.splitlines()
            break
    else:
        raise CourseError(
            ja=f"間違い {mistake.id}: solution.py に関数 {mistake.of} がありません。`of` を確かめてください。",
            en=f"mistake {mistake.id}: solution.py has no function {mistake.of}. Check its `of`.",
        )
    if mistake.prelude:
        at = _after_docstring_and_future(tree)
        lines[at:at] = ["", *mistake.prelude.splitlines(), ""]
    return "\n".join(lines).rstrip() + "\n"


def _after_docstring_and_future(tree: ast.Module) -> int:
    """Index of the line after the module's docstring and `from __future__` imports."""
    end = 0
    for node in tree.body:
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (is_future or (node is tree.body[0] and _is_docstring(node))):
            break
        end = node.end_lineno or end
    return end


def without_marks(solution: str) -> str:
    """The reference as a submission: the text without the BEGIN/END lines."""
    return "\n".join(line for line in solution.splitlines() if line.strip() not in {BEGIN, END}) + "\n"


@functools.cache
def reachable(text: str, function: str) -> frozenset[str]:
    """The top-level functions of a module that a call of `function` may run, itself included."""
    named = {
        one.name: {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
        for one in top_level_functions(ast.parse(text))
    }
    found, unread = set(), {function}
    while unread:
        name = unread.pop()
        found.add(name)
        unread |= (named.get(name, set()) & named.keys()) - found
    return frozenset(found)


def says_true(path: Path, text: str, name: str) -> bool:
    """Whether a module assigns True to `name` at its outermost level."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for node in parse(path, text).body
    )
