"""`autograder submit`: from a student's folder to the one file to hand in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from autograder.cli.common import STUDENTS, JsonOption, app, errors_as_exit_codes, language, progress_bar, say
from autograder.messages import Message

if TYPE_CHECKING:
    from autograder.exercise import Exercise
    from autograder.release.public_run import CheckRun
    from autograder.release.submit import Submitted

_MAX_TITLES = 3
_UNWRITTEN = Message("まだ書かれていません", "not written yet")


@app.command(rich_help_panel=STUDENTS)
def submit(
    folder: Annotated[Path, typer.Argument(help="課題に取り組んでいるフォルダ / The folder that you work in.")] = Path(
        "."
    ),
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="書く zip、またはそれを置くフォルダ（省略時は課題のフォルダ） / The zip to write, or a folder for it (default: the assignment folder)."
        ),
    ] = None,
    skip_checks: Annotated[
        bool,
        typer.Option(
            "--skip-checks",
            help="公開チェックを実行せずに、すぐまとめる / Pack at once, without running the public checks.",
        ),
    ] = False,
    time_limit: Annotated[
        int,
        typer.Option(
            min=1,
            help="公開チェックをこの秒数で打ち切る / Seconds after which the public checks are ended.",
        ),
    ] = 600,
    as_json: JsonOption = False,
) -> None:
    """公開チェックを実行し、答えを提出用の zip にまとめる。落ちていてもまとめ、できていないところがあれば終了コード 1。

    Run the public checks, then pack your answers into one zip to hand in, whatever they say. Exit status 1 if not everything is done.

    Examples:
        autograder submit
        autograder submit --skip-checks --out ~/Desktop
    """
    from autograder.release.submit import submit as submit_folder

    with errors_as_exit_codes():
        with progress_bar("公開チェック / public checks") as progress:
            done = submit_folder(folder, out, checks=not skip_checks, time_limit_s=time_limit, progress=progress)
        if as_json:
            say(json.dumps({"archive": str(done.archive), **done.receipt}, ensure_ascii=False, indent=2))
        else:
            for line in _lines(done):
                say(line)
        if not _is_fine(done):
            raise typer.Exit(1)


def _is_fine(done: Submitted) -> bool:
    written = all(answer.source is not None for answer in done.submission.answers.values())
    return written and (done.run.all_passed or not done.run.ran)


def _lines(done: Submitted) -> Iterator[str]:
    yield _title(done)
    width = max(len(exercise.name) for exercise in done.given.unit.exercises)
    for exercise in done.given.unit.exercises:
        answer = done.submission.answers[exercise.name]
        runs = done.run.exercises.get(exercise.name, ())
        state = _prose_state(answer.source) if exercise.rubric is not None else _state(exercise, answer.source, runs)
        yield f"  {exercise.name:{width}}  {state}"
        if answer.note is not None:
            yield from (f"  {'':{width}}    {line}" for line in answer.note.text(language()).splitlines())
        failed = [one for one in runs if one.outcome == "fail"]
        for one in failed[:_MAX_TITLES]:
            yield f"  {'':{width}}    ✗ {_say(one.check.title)}"
        if failed:
            more = Message(f"詳しくは pytest test_{exercise.name}.py", f"for more: pytest test_{exercise.name}.py")
            yield f"  {'':{width}}    {_say(more)}"
    for note in done.submission.notes:
        yield note.text(language())
    yield from _ending(done)


def _title(done: Submitted) -> str:
    unit, release = done.given.unit.id, done.given.release
    if release is None:
        return _say(Message(f"{unit}（版の印のないフォルダ）", f"{unit} (a folder without a release's mark)"))
    return _say(Message(f"{unit} 配布版 {release}", f"{unit} release {release}"))


def _state(exercise: Exercise, source: str | None, runs: tuple[CheckRun, ...]) -> str:
    """One exercise in one line: sign, points, and a word where one is needed."""
    from autograder.grading.intake import is_written

    outcomes = {one.outcome for one in runs}
    points = f"{sum(one.check.points for one in runs if one.outcome == 'pass'):g}"
    total = f"{sum(one.check.points for one in runs):g}"
    if source is None:
        return "– " + _say(Message("答えがありません", "no answer"))
    if not runs:
        return "・ " + _say(Message("公開チェックのファイルがありません", "its check file is missing"))
    if outcomes == {"unwritten"} or not is_written(source, exercise):
        return "– " + _say(_UNWRITTEN)
    if outcomes == {"not run"}:
        return "・ " + _say(Message("チェックしていません", "not checked"))
    return f"{'✓' if outcomes == {'pass'} else '✗'} {points}/{total}"


def _prose_state(source: str | None) -> str:
    if source is None:
        return "– " + _say(_UNWRITTEN)
    return "✓ " + _say(Message("書かれています（人が読みます）", "written (a person reads it)"))


def _ending(done: Submitted) -> Iterator[str]:
    run = done.run
    if done.given.edited:
        names = ", ".join(done.given.edited)
        yield _say(
            Message(
                f"{names} が配られたものと違います。採点では配られたほうを使います。",
                f"{names}: not as handed out. Grading uses what was handed out.",
            )
        )
    if run.problem == "time":
        where = run.hung or "?"
        yield _say(
            Message(
                f"時間切れで公開チェックを止めました（{where} の途中）。終わらないループがないか確かめてください。",
                f"The public checks were stopped, out of time (in {where}). Look for a loop that does not end.",
            )
        )
    elif run.problem:
        yield _say(
            Message(f"公開チェックが途中で終わりました: {run.problem}", f"The public checks broke off: {run.problem}")
        )
    if run.ran:
        passed = sum(one.check.points for _, one in run.every() if one.outcome == "pass")
        total = sum(one.check.points for _, one in run.every())
        yield _say(
            Message(
                f"公開チェック {passed:g}/{total:g} 点。採点では非公開のチェックも走ります。",
                f"Public checks {passed:g}/{total:g}. Grading also runs hidden ones.",
            )
        )
    if not _is_fine(done):
        yield _say(
            Message(
                "できていないところがありますが、このまま提出できます。",
                "Not everything is done; it can be handed in all the same.",
            )
        )
    size = f"{len(done.files)} files, {max(1, round(done.n_bytes / 1000))} kB"
    yield f"→ {done.archive} ({size})"
    yield _say(Message("この zip を提出してください。", "Hand in this zip."))


def _say(message: Message) -> str:
    return message.line(language())
