"""The command of the playground."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from autograder.cli.common import STUDENTS, app, language
from autograder.cli.complete import models
from autograder.messages import Message

_RUNNING = Message(
    "プレイグラウンド: {address}\nこのマシンだけから見えます。終わるには Ctrl-C を押してください。",
    "Playground: {address}\nOnly this machine can see it. Press Ctrl-C to end it.",
)


@app.command(rich_help_panel=STUDENTS)
def playground(
    model: Annotated[
        Optional[str],
        typer.Option(
            "--model",
            autocompletion=models,
            help="このモデルで開く。tiny-chat、tiny-base、フォルダ、ハブの名前のどれか / Open with this model: tiny-chat, tiny-base, a folder or a hub id.",
        ),
    ] = None,
    device: Annotated[
        str,
        typer.Option("--device", help="モデルを動かす場所。cpu、cuda など / Where models run, such as cpu or cuda."),
    ] = "cpu",
    port: Annotated[
        Optional[int],
        typer.Option(
            "--port",
            min=1,
            max=65535,
            help="ポート（省略時は 8501 から、空いている最初のもの） / Port (default: the first free one from 8501).",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="ページをブラウザで開く / Open the page in your browser.")
    ] = True,
) -> None:
    """温度、top-k、top-p、epsilon のはたらきを、つまみを動かして見るページを開く。

    Open a page on which sliders show what temperature, top-k, top-p and epsilon do.

    Examples:
        autograder playground
        autograder playground --model tiny-base --no-browser
    """
    from autograder.playground.server import serve

    status = serve(
        port=port,
        browser=browser,
        model=model,
        device=device,
        announce=lambda address: typer.echo(_RUNNING.text(language()).format(address=address)),
    )
    raise typer.Exit(1 if status else 0)
