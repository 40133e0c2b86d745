"""Commands for grading through nbgrader."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer

from autograder.cli.common import (
    TAS,
    CourseOption,
    JsonOption,
    app,
    chosen_unit,
    errors_as_exit_codes,
    language,
    read_chosen_course,
)
from autograder.cli.help import Group
from autograder.messages import visible_name


class NotebookLanguage(str, Enum):
    """In which a notebook is written."""

    ja = "ja"
    en = "en"


nbgrader = typer.Typer(cls=Group, help="nbgrader で採点する / Grade through nbgrader.", no_args_is_help=True)
app.add_typer(nbgrader, name="nbgrader", rich_help_panel=TAS)
CourseFolder = Annotated[Path, typer.Argument(help="nbgrader's course folder.")]


@nbgrader.command("init")
def nbgrader_init(
    folder: Annotated[Path, typer.Argument(help="The course folder to make, apart from `solutions/`.")],
    unit: Annotated[Optional[list[str]], typer.Option(help="Units to put in (default: all); may be repeated.")] = None,
    language: Annotated[NotebookLanguage, typer.Option(help="The language of the notebooks.")] = NotebookLanguage.ja,
    exchange: Annotated[Optional[Path], typer.Option(help="nbgrader's exchange folder, if not its default.")] = None,
    course: CourseOption = None,
) -> None:
    """Make a course folder in which nbgrader's own commands work; again, to bring its sources up to date.

    Example: autograder nbgrader init course --language ja
    """
    from autograder.nbgrader.course_folder import write_course_folder

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        units = [chosen_unit(read, name) for name in unit] if unit else list(read.units)
        written = write_course_folder(read, folder, units, language=language.value, exchange=exchange)
        typer.echo(f"{folder}: {len(written)} files written")


@nbgrader.command("intake")
def nbgrader_intake(
    folder: CourseFolder,
    unit: Annotated[str, typer.Argument(help="The assignment, e.g. u02_sampling.")],
    student: Annotated[str, typer.Option(help="Only this student.")] = "*",
) -> None:
    """Make submissions fit for `nbgrader autograde`: names, links, ids, timestamps. Exit status 1 if one is refused.

    Example: autograder nbgrader intake course u02_sampling
    """
    from autograder.nbgrader.intake import take_in

    with errors_as_exit_codes():
        findings = take_in(folder, unit, student)
        for finding in findings:
            typer.echo(f"{visible_name(finding.student)}: {finding.message.text(language())}")
        if any(finding.refused for finding in findings):
            raise typer.Exit(1)


@nbgrader.command("regrade")
def nbgrader_regrade(
    folder: CourseFolder,
    unit: Annotated[str, typer.Argument(help="The assignment, e.g. u02_sampling.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who would gain and who would lose.")] = False,
    allow_lower: Annotated[bool, typer.Option("--allow-lower", help="Lower marks, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade again after a check changed. No mark of an unchanged answer is lowered, unless told to.

    Example: autograder nbgrader regrade course u02_sampling --dry-run
    """
    from autograder.nbgrader.regrade import regrade

    with errors_as_exit_codes():
        changes = regrade(folder, unit, dry_run=dry_run, allow_lower=allow_lower)
        if as_json:
            typer.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=2))
            return
        for change in changes:
            typer.echo(change.line().text("both").replace("\n", " / "))
        if not changes:
            typer.echo("点は変わりません / No mark changes.")
