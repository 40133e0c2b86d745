"""What every command shares: the application, common options, errors as exit codes, the progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Optional

import typer

from autograder.errors import AutograderError, SettingsError
from autograder.exercise import Course, Unit
from autograder.messages import Language, chosen_language, visible_name

app = typer.Typer(
    help="文章生成コースの自動採点 / Autograded course on text generation.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CourseOption = Annotated[
    Optional[Path],
    typer.Option("--course", help="Folder `solutions/` of the course (default: the nearest one above)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write the result as JSON to standard output.")]

# Headings of `autograder --help`.
STUDENTS = "学生 / Students"
TAS = "TA"
INSTRUCTORS = "教員 / Instructors"

# Package → the extra that installs it.
_EXTRA_OF = {
    "copydetect": "grading",
    "jinja2": "grading",
    "scipy": "grading",
    "yaml": "grading",
    "nbgrader": "nbgrader",
    "nbconvert": "nbgrader",
    "nbformat": "nbgrader",
    "traitlets": "nbgrader",
    "distributed": "grading,cluster",
    "dask_jobqueue": "grading,cluster",
    "streamlit": "playground",
    "watchfiles": "watch",
}


@contextmanager
def errors_as_exit_codes() -> Iterator[None]:
    """Our own errors end the command with their sentence and exit status 2; an interrupt with 130."""
    try:
        yield
    except AutograderError as error:
        typer.echo(error.message.text(language()), err=True)
        raise typer.Exit(2) from error
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get(error.name or "")
        if extra is None:
            raise
        typer.echo(
            f'{error.name} がありません。`pip install "textgen-autograder[{extra}]"` で必要な部品を入れてください。\n'
            f'{error.name} is missing. Install what this needs: pip install "textgen-autograder[{extra}]"',
            err=True,
        )
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def language() -> Language:
    try:
        return chosen_language()
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def read_chosen_course(folder: Path | None) -> Course:
    from autograder.course import find_course_root, read_course

    return read_course(folder.resolve() if folder else find_course_root(Path.cwd()))


def chosen_unit(course: Course, name: str) -> Unit:
    for unit in course.units:
        if unit.id == name:
            return unit
    known = ", ".join(unit.id for unit in course.units)
    raise SettingsError(
        ja=f"--unit {name}: この単元はありません。次のどれかを指定してください: {known}",
        en=f"--unit {name}: no such unit. Choose one of: {known}",
    )


@contextmanager
def progress_bar(what: str = "採点 / grading") -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def show(name: str, n_finished: int, n_all: int) -> None:
            bar.update(task, description=f"{what} {visible_name(name)[:32]}", completed=n_finished, total=n_all)

        yield show
