"""The command of the playground."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from autograder.cli.common import STUDENTS, app, language, say
from autograder.cli.models import DeviceOption, DtypeOption, ModelOption, ModelsOption, catalog_here
from autograder.messages import Message

_RUNNING = Message(
    "プレイグラウンド: {address}\nこのマシンだけから見えます。終わるには Ctrl-C を押してください。",
    "Playground: {address}\nOnly this machine can see it. Press Ctrl-C to end it.",
)


@app.command(rich_help_panel=STUDENTS)
def playground(
    model: ModelOption = "tiny-chat",
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    models: ModelsOption = None,
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
        autograder playground --model org/name --device cuda --dtype float16
    """
    from autograder.models.sources import require_device, require_dtype
    from autograder.playground.asked import Asked
    from autograder.playground.server import serve

    status = serve(
        port=port,
        browser=browser,
        asked=Asked(model, require_device(device), require_dtype(dtype), catalog_here(models)),
        announce=lambda address: say(_RUNNING.text(language()).format(address=address)),
    )
    raise typer.Exit(1 if status else 0)
