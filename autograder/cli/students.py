"""Commands of students."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from autograder.cli.common import STUDENTS, JsonOption, app, errors_as_exit_codes, language, say
from autograder.cli.models import DeviceOption, DtypeOption, ModelOption, ModelsOption, catalog_here
from autograder.messages import Message, visible_name

if TYPE_CHECKING:
    from autograder.doctor import Finding


@app.command(rich_help_panel=STUDENTS)
def convert(
    file: Annotated[
        Path,
        typer.Argument(
            help="課題のフォルダにある答え。ノートブック、.py、.md のどれか / An answer in an assignment folder: a notebook, a .py or an .md."
        ),
    ],
    to: Annotated[
        Optional[Path],
        typer.Option(
            "--to",
            help="書くファイル（省略時は、隣にある対応するファイル） / The file to write (default: the one beside it).",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="すでにある答えを上書きする / Overwrite an answer that is there already.")
    ] = False,
) -> None:
    """答えを、ノートブックから .py（.md）へ、または .py（.md）からノートブックへ移す。

    Move an answer from a notebook to a .py (or .md) file, or from such a file into the notebook.

    Examples:
        autograder convert top_p.ja.ipynb
        autograder convert top_p.py --to top_p.ja.ipynb
    """
    from autograder.convert import convert_answer

    with errors_as_exit_codes():
        say(f"{convert_answer(file, to, force=force)}")


@app.command(rich_help_panel=STUDENTS)
def upgrade(
    bundle: Annotated[Path, typer.Argument(help="新しい版の .zip / The later release, a .zip.")],
    folder: Annotated[Path, typer.Argument(help="課題に取り組んでいるフォルダ / The folder that you work in.")] = Path(
        "."
    ),
) -> None:
    """課題のフォルダを新しい版にする。書いたものはそのまま残る。

    Move an assignment folder to a later release; what you wrote stays as it is.

    Examples:
        autograder upgrade u02_sampling-2.zip
    """
    from autograder.release.upgrade import upgrade as upgrade_folder

    with errors_as_exit_codes():
        done = upgrade_folder(bundle, folder)
        for name in done.written:
            say(f"+ {visible_name(name)}")
        for name in done.kept:
            new = (folder / f"{name}.new").exists()
            kept = Message(
                f"そのまま残しました{'（新しい版は .new）' if new else ''}",
                f"kept as it is{' (new text in .new)' if new else ''}",
            )
            say(f"= {visible_name(name)}  {kept.line(language())}")
        if any(name.startswith("wheels/") for name in done.written):
            say(_NEW_ENGINE.text(language()))


_NEW_ENGINE = Message(
    "エンジンも新しくなりました。次の `uv run` が入れ替えます。uv を使っていなければ `.venv/bin/pip install -r requirements.txt` を実行してください。",
    "The engine is new, too: the next `uv run` installs it. Without uv, run `.venv/bin/pip install -r requirements.txt`.",
)


@app.command(rich_help_panel=STUDENTS)
def doctor(
    model: ModelOption = "tiny-chat",
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    models: ModelsOption = None,
    as_json: JsonOption = False,
) -> None:
    """何が入っていて、どこで動くかを調べ、問題があれば直し方を示す（終了コード 1）。

    Say what is installed, what runs where, and what to do about each problem. Exit status 1 if there is one.

    Examples:
        autograder doctor
        autograder doctor --json
        autograder doctor --model org/name --device cuda --dtype float16
    """
    from autograder.doctor import examine
    from autograder.models.sources import choose

    with errors_as_exit_codes():
        asked = choose(model, device, dtype, catalog_here(models))
        findings = examine(asked=asked)
        if as_json:
            say(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
        else:
            _show_findings(findings)
        if any(one.state == "problem" for one in findings):
            raise typer.Exit(1)


def _show_findings(findings: list[Finding]) -> None:
    """A line for each, with a sign that needs no colour; below it what to do."""
    width = max(len(one.about) for one in findings)
    for one in findings:
        sign = {"ok": "✓", "note": "・", "problem": "✗"}[one.state]
        say(f"{sign} {one.about:{width}}  {one.found}")
        for line in one.advice.text(language()).splitlines() if one.advice else ():
            say(f"  {'':{width}}  {line}")
