"""Commands of students while they work: checks at every save, and hints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from autograder.cli.common import STUDENTS, app, language, say
from autograder.cli.complete import exercise_names


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


@app.command(rich_help_panel=STUDENTS)
def hint(
    exercise: Annotated[
        Optional[str],
        typer.Argument(
            autocompletion=exercise_names,
            help="課題の名前（省略時は、まだ合格していない最初の課題） / Its name (default: the first that does not pass yet).",
        ),
    ] = None,
    level: Annotated[
        int, typer.Option(min=1, max=3, help="どこまで詳しく言うか（1 から 3） / How much to say, 1 to 3.")
    ] = 1,
) -> None:
    """課題の公開チェックを実行し、合格しない最初のチェックのヒントを出す。

    Run an exercise's public checks and give a hint for the first that does not pass.

    Examples:
        autograder hint
        autograder hint top_p --level 2
    """
    from autograder.messages import Message
    from autograder.watch.assignment import open_assignment, shown_hint
    from autograder.watch.hint import hint_for
    from autograder.watch.session import first_open

    assignment, _ = open_assignment(Path("."))
    if exercise is not None:
        assignment.named(exercise)
    found = first_open(assignment, language(), exercise)
    levels = hint_for(assignment, found)
    if levels is None:
        passed = Message("公開チェックに合格しています。", "its public checks are passed.")
        say(Message(f"{found.name}: {passed.ja}", f"{found.name}: {passed.en}").text(language()))
        return
    open_check = found.first_open
    if open_check is not None and open_check.cause:  # nothing about the check helps before that
        say(f"{found.name}: {open_check.cause}")
        return
    say(f"{found.name}: {open_check.title if open_check else ''}".rstrip(": "))
    for line in shown_hint(levels, level, language()):
        say(line)
