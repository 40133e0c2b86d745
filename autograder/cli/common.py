"""What every command shares: the application, common options, errors as exit codes, the progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from autograder.cli.complete import languages
from autograder.cli.exits import errors_as_exit_codes as errors_as_exit_codes
from autograder.cli.exits import interrupts_without_tracebacks
from autograder.cli.exits import language as language
from autograder.cli.exits import say as say
from autograder.cli.help import Group, of_pair
from autograder.errors import SettingsError
from autograder.exercise import Course, Unit
from autograder.messages import LANGUAGES, Message, visible_name
from autograder.undisturbed import restart_if_optimised


class App(typer.Typer):
    """The command line. Called, it is the whole work of this process; tests call its commands instead."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with interrupts_without_tracebacks():
            restart_if_optimised("autograder.cli", sys.argv[1:])
            return super().__call__(*args, **kwargs)


app = App(
    cls=Group,
    help="""言語モデルによる文章生成のコース。課題のチェック、採点、配布をこのコマンドで行います。

    A course on text generation with language models: exercises, checks while you work, grading and releases.

    終了コード: 0 問題なし、1 直すところがある、2 使い方の誤り、130 中断。

    Exit codes: 0 fine, 1 found problems, 2 misuse, 130 interrupted.

    Examples:
        autograder watch top_p.py
        autograder --lang en grade --help
        autograder --install-completion
    """,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CourseOption = Annotated[
    Optional[Path],
    typer.Option(
        "--course",
        help="コースの `solutions/` フォルダ（省略時は、上にある最も近いもの） / Folder `solutions/` of the course (default: the nearest one above).",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="結果を JSON で標準出力に書く / Write the result as JSON to standard output.")
]

# Headings of `autograder --help`.
STUDENTS = "学生 / Students"
TAS = "TA"
INSTRUCTORS = "教員 / Instructors"


def _use_language(value: Optional[str]) -> None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"expected ja, en or both, got {value!r}")
    if value:
        os.environ["AUTOGRADER_LANG"] = value


@app.callback()
def autograder(
    lang: Annotated[
        Optional[str],
        typer.Option(
            "--lang",
            metavar="ja|en|both",
            is_eager=True,
            expose_value=False,
            callback=_use_language,
            autocompletion=languages,
            help="表示する言語。省略時は AUTOGRADER_LANG、ロケールの順に決まり、どちらもなければ両方 / "
            "Language of what is shown; by default as AUTOGRADER_LANG or the locale says, else both.",
        ),
    ] = None,
) -> None:
    """What stands before every command."""


def course_folder(folder: Path | None) -> Path:
    """`folder`, or else the nearest `solutions/` above. Raises: SettingsError or CourseError if there is none."""
    from autograder.course import find_course_root

    if folder is not None and not folder.is_dir():
        raise SettingsError(
            ja=f"{folder}: フォルダがありません。コースの `solutions/` を指定してください。",
            en=f"{folder}: no such folder. Give the course's `solutions/`.",
        )
    return folder.resolve() if folder else find_course_root(Path.cwd())


def read_chosen_course(folder: Path | None) -> Course:
    from autograder.course import read_course

    return read_course(course_folder(folder))


def chosen_unit(course: Course, name: str) -> Unit:
    for unit in course.units:
        if unit.id == name:
            return unit
    known = ", ".join(unit.id for unit in course.units)
    raise SettingsError(
        ja=f"--unit {name}: この単元はありません。次のどれかを指定してください: {known}",
        en=f"--unit {name}: no such unit. Choose one of: {known}",
    )


def files_written(n: int) -> str:
    """How many files were written, in the chosen language."""
    return Message(f"{n} 個のファイルを書きました", f"{n} files written").line(language())


@contextmanager
def progress_bar(what: str = "採点 / grading") -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; nothing elsewhere. `what` reads `日本語 / English`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console, shown = Console(stderr=True), of_pair(what, language()) or ""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(shown, total=None)

        def show(name: str, n_finished: int, n_all: int) -> None:
            bar.update(task, description=f"{shown} {visible_name(name)[:32]}", completed=n_finished, total=n_all)

        yield show
