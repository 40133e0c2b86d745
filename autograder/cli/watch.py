"""Commands of students while they work: checks at every save, and hints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.common import STUDENTS, app, language


@app.command(rich_help_panel=STUDENTS)
def watch(
    place: Annotated[
        Path, typer.Argument(help="課題のフォルダ、またはその中のファイル / The assignment folder, or a file in it.")
    ] = Path("."),
) -> None:
    """保存するたびに、公開チェックをすぐに実行する。

    Run the public checks at every save, at once.

    Examples:
        autograder watch
        autograder watch top_p.py
    """
    import watchfiles  # noqa: F401 (said here, before anything starts, if it is missing)

    from autograder.watch.assignment import open_assignment
    from autograder.watch.session import watch as watch_folder

    assignment, name = open_assignment(place)
    watch_folder(assignment, language(), at=name)
