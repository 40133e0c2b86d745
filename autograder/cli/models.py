"""Commands about models: what is known here, and downloading one."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from autograder.cli import complete
from autograder.cli.common import STUDENTS, JsonOption, app, errors_as_exit_codes, language, say
from autograder.cli.help import Group
from autograder.messages import Message

if TYPE_CHECKING:
    from autograder.models import Catalog
    from autograder.models.listing import Known

ModelsOption = Annotated[
    Optional[Path],
    typer.Option(
        "--models",
        envvar="AUTOGRADER_MODELS",
        help="モデルの設定ファイル（省略時は、あれば models.yaml） / The settings file of models (default: models.yaml, if there is one).",
    ),
]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        envvar="AUTOGRADER_MODEL",
        autocompletion=complete.models,
        help="使うモデル。同梱のものの名前、models.yaml の名前、フォルダ、入手済みのハブの ID / Model under test: embedded name, name of models.yaml, folder, or hub id that has been fetched.",
    ),
]
DeviceOption = Annotated[
    Optional[str],
    typer.Option(
        "--device",
        envvar="AUTOGRADER_DEVICE",
        help="モデルを動かす装置。cpu、cuda、cuda:1（省略時は models.yaml のとおり、なければ cpu） / Where models compute: cpu, cuda, cuda:1 (default: as models.yaml says, else cpu).",
    ),
]
DtypeOption = Annotated[
    Optional[str],
    typer.Option(
        "--dtype",
        envvar="AUTOGRADER_DTYPE",
        help="数値の形式。float32、float16、bfloat16（省略時は models.yaml かモデルのとおり） / float32, float16 or bfloat16 (default: as models.yaml or the model says).",
    ),
]

models = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    help="使えるモデルの一覧と入手 / Models: list and download.",
    invoke_without_command=True,
)
app.add_typer(models, name="models", rich_help_panel=STUDENTS)


def chosen_catalog(file: Path | None, *beside: Path) -> Catalog:
    """The settings file that is named, else the first `models.yaml` in these folders or here. Raises: SettingsError."""
    from autograder.models import Catalog, find_catalog, read_catalog

    path = file or find_catalog(*beside, Path.cwd())
    return read_catalog(path) if path else Catalog()


def chosen_model(model: str, device: str | None, dtype: str | None, catalog: Catalog) -> dict[str, Any]:
    """The part of `Settings` that says which model is under test, and how it is read. Raises: SettingsError."""
    from autograder.models.sources import choose

    return vars(choose(model, device, dtype, catalog))


@models.callback()
def models_list(context: typer.Context, settings: ModelsOption = None, as_json: JsonOption = False) -> None:
    """この機械で使えるモデルの一覧。場所、大きさ、読まれ方を示す。

    List the models that are known here: where each is, how large, and how it would be read.

    Examples:
        autograder models
        autograder models --json
        autograder models fetch org/name
    """
    if context.invoked_subcommand is not None:
        return
    from autograder.models.listing import known_models

    with errors_as_exit_codes():
        known = known_models(catalog_here(settings))
        if as_json:
            say(json.dumps([asdict(one) for one in known], ensure_ascii=False, indent=2))
        else:
            _show(known)


@models.command("fetch")
def models_fetch(
    name: Annotated[
        str,
        typer.Argument(
            help="models.yaml の名前か、ハブの ID（org/name、org/name@revision） / A name of models.yaml, or a hub id: org/name or org/name@revision."
        ),
    ],
    settings: ModelsOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="確かめずに始める / Do not ask before downloading.")] = False,
) -> None:
    """ハブのモデルをキャッシュ（HF_HOME）に入れる。途中で切れたら、もう一度実行すれば続きから始まる。

    Download a model of the hub into the cache (HF_HOME). Run it again to go on after an interruption.

    Examples:
        autograder models fetch meta-llama/Llama-2-7b-chat-hf
    """
    from autograder.errors import SettingsError
    from autograder.models.fetch import fetch, plan_fetch
    from autograder.models.weights import gib

    with errors_as_exit_codes():
        hub_id, revision = _hub_id(name, catalog_here(settings))
        plan = plan_fetch(hub_id, revision)
        say(f"{hub_id}@{plan.commit}: {len(plan.files)} files, {gib(plan.n_bytes)}", err=True)
        if plan.n_missing and not yes:
            if not sys.stdin.isatty():
                raise SettingsError(
                    ja=f"{gib(plan.n_missing)} をダウンロードします。よければ --yes を付けて実行してください。",
                    en=f"this downloads {gib(plan.n_missing)}. If that is what you want, add --yes.",
                )
            question = Message(f"{gib(plan.n_missing)} をダウンロードしますか", f"Download {gib(plan.n_missing)}?")
            typer.confirm(question.text(language()), abort=True, err=True)
        folder = fetch(plan, show_progress=sys.stderr.isatty())
        say(f"{folder}")
        pins = Message(
            "次の 4 行を models.yaml に書くと、いつもこの版が使われます。",
            "These lines in models.yaml pin this revision:",
        )
        entry = f"models:\n  {hub_id.partition('/')[2]}:\n    source: {hub_id}\n    revision: {plan.commit}"
        say(f"{pins.text(language())}\n{entry}", err=True)


def _hub_id(name: str, catalog: Catalog) -> tuple[str, str | None]:
    """Hub id and revision behind `name`. Raises: SettingsError if it is nothing that can be downloaded."""
    from autograder.errors import SettingsError
    from autograder.models.catalog import EMBEDDED, HUB_ID

    entry = catalog.find(name)
    if entry is not None and not entry.is_folder:
        return entry.source, entry.revision
    hub_id, _, revision = name.partition("@")
    if entry is None and name not in EMBEDDED and HUB_ID.fullmatch(hub_id):
        return hub_id, revision or None
    raise SettingsError(
        ja=f"{name}: ダウンロードできるのは、ハブのモデル（組織/モデル）か、models.yaml に書いたその名前です。",
        en=f"{name}: only models of the hub can be downloaded: org/name, or the name that models.yaml gives one.",
    )


def catalog_here(settings: Path | None) -> Catalog:
    from autograder.course import find_course_root
    from autograder.errors import CourseError

    try:
        beside = [find_course_root(Path.cwd()).parent]
    except CourseError:
        beside = []
    return chosen_catalog(settings, *beside)


def _show(known: list[Known]) -> None:
    """A line for each model, with what is wrong with it or what to know about it below."""
    from autograder.models.weights import gib

    width = max(len(one.name) for one in known)
    for one in known:
        size = gib(one.n_bytes) if one.n_bytes is not None else "–"
        where = one.source + (f"@{one.revision[:12]}" if one.revision else "")
        parts = [
            f"{size:>9}",
            f"{_parameters(one.n_parameters):>8}",
            f"{one.dtype or '–':<8}",
            f"{one.device:<6}",
            where,
        ]
        say(f"{'✓' if one.is_here else '✗'} {one.name:{width}}  {'  '.join(parts)}")
        for message in (*((one.problem,) if one.problem else ()), *one.notes):
            for line in message.text(language()).splitlines():
                say(f"  {'':{width}}  {line}")


def _parameters(number: int | None) -> str:
    """In millions or billions, for people."""
    if number is None:
        return "–"
    return f"{number / 1e9:.2f} B" if number >= 1e9 else f"{number / 1e6:.2f} M"
