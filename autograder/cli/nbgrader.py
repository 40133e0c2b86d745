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
    files_written,
    language,
    read_chosen_course,
    say,
)
from autograder.cli.complete import units
from autograder.cli.help import Group
from autograder.messages import Message, visible_name


class NotebookLanguage(str, Enum):
    """In which a notebook is written."""

    ja = "ja"
    en = "en"


nbgrader = typer.Typer(
    cls=Group, rich_markup_mode=None, help="nbgrader で採点する / Grade through nbgrader.", no_args_is_help=True
)
app.add_typer(nbgrader, name="nbgrader", rich_help_panel=TAS)
CourseFolder = Annotated[Path, typer.Argument(help="nbgrader のコースのフォルダ / nbgrader's course folder.")]


@nbgrader.command("init")
def nbgrader_init(
    folder: Annotated[
        Path,
        typer.Argument(
            help="作るコースのフォルダ。`solutions/` とは別の場所 / The course folder to make, apart from `solutions/`."
        ),
    ],
    unit: Annotated[
        Optional[list[str]],
        typer.Option(
            autocompletion=units,
            help="入れる単元（省略時はすべて）。何度でも指定できる / Units to put in (default: all); may be repeated.",
        ),
    ] = None,
    notebooks: Annotated[
        NotebookLanguage, typer.Option("--language", help="ノートブックの言語 / The language of the notebooks.")
    ] = NotebookLanguage.ja,
    exchange: Annotated[
        Optional[Path],
        typer.Option(
            help="nbgrader の exchange フォルダ（既定の場所でないとき） / nbgrader's exchange folder, if not its default."
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """nbgrader のコマンドが使えるコースのフォルダを作る。もう一度実行すれば、中の課題を新しくする。

    Make a course folder in which nbgrader's own commands work; again, to bring its sources up to date.

    Examples:
        autograder nbgrader init course --language ja
        autograder nbgrader init course --unit u02_sampling
    """
    from autograder.nbgrader.course_folder import write_course_folder

    with errors_as_exit_codes():
        read = read_chosen_course(course)
        units = [chosen_unit(read, name) for name in unit] if unit else list(read.units)
        written = write_course_folder(read, folder, units, language=notebooks.value, exchange=exchange)
        say(f"{folder}: {files_written(len(written))}")


@nbgrader.command("intake")
def nbgrader_intake(
    folder: CourseFolder,
    unit: Annotated[
        str,
        typer.Argument(autocompletion=units, help="課題の単元（例 u02_sampling） / The assignment, e.g. u02_sampling."),
    ],
    student: Annotated[str, typer.Option(help="この学生だけ / Only this student.")] = "*",
) -> None:
    """提出物を `nbgrader autograde` に通る形（名前、リンク、ID、時刻）に整える。受け取れないものがあれば終了コード 1。

    Make submissions fit for `nbgrader autograde`: names, links, ids, timestamps. Exit status 1 if one is refused.

    Examples:
        autograder nbgrader intake course u02_sampling
    """
    from autograder.nbgrader.intake import take_in

    with errors_as_exit_codes():
        findings = take_in(folder, unit, student)
        for finding in findings:
            say(f"{visible_name(finding.student)}: {finding.message.text(language())}")
        if any(finding.refused for finding in findings):
            raise typer.Exit(1)


@nbgrader.command("regrade")
def nbgrader_regrade(
    folder: CourseFolder,
    unit: Annotated[
        str,
        typer.Argument(autocompletion=units, help="課題の単元（例 u02_sampling） / The assignment, e.g. u02_sampling."),
    ],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="だれの点が上がり下がりするかを示すだけ / Only say who would gain and who would lose."
        ),
    ] = False,
    allow_lower: Annotated[
        bool, typer.Option("--allow-lower", help="点を下げることも許す / Lower marks, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """チェックを変えたあとで採点し直す。指定しないかぎり、変わっていない答えの点は下げない。

    Grade again after a check changed. No mark of an unchanged answer is lowered, unless told to.

    Examples:
        autograder nbgrader regrade course u02_sampling --dry-run
    """
    from autograder.nbgrader.regrade import regrade

    with errors_as_exit_codes():
        changes = regrade(folder, unit, dry_run=dry_run, allow_lower=allow_lower)
        if as_json:
            say(json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=2))
            return
        for change in changes:
            say(change.line().line(language()))
        if not changes:
            say(Message("点は変わりません。", "No mark changes.").text(language()))
