"""What models are known here: where each is, how large, and how it would be read. No weight is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from autograder.errors import ModelError
from autograder.messages import Message
from autograder.models.cache import cached_ids, hub_cache, require_whole
from autograder.models.catalog import EMBEDDED, Catalog
from autograder.models.sources import Source, find_source
from autograder.models.weights import config_dtype, disk_bytes, read_config, read_weights

Kind = Literal["embedded", "settings", "cache"]


@dataclass(frozen=True)
class Known:
    """One model that can be named. Sizes are None while it is not on this machine; `problem` says why it cannot be used.

    Args:
        kind: embedded in this package, named by the settings file, or found in the hub's cache.
        source: the folder, or the hub id.
        dtype, device: how it would be read and where, unless `--dtype` and `--device` say otherwise.
    """

    name: str
    kind: Kind
    source: str
    is_here: bool
    revision: str = ""
    folder: str = ""
    n_bytes: int | None = None
    n_parameters: int | None = None
    dtype: str | None = None
    device: str = "cpu"
    problem: Message | None = None
    notes: tuple[Message, ...] = ()


def known_models(catalog: Catalog) -> list[Known]:
    """Embedded models, then those of the settings file, then what else is in the hub's cache."""
    found = [_known(name, "embedded", name, catalog) for name in EMBEDDED]
    found += [_known(entry.name, "settings", entry.source, catalog) for entry in catalog.entries]
    named = {entry.source for entry in catalog.entries}
    return found + [_known(one, "cache", one, catalog) for one in cached_ids(hub_cache()) if one not in named]


def _known(name: str, kind: Kind, source: str, catalog: Catalog) -> Known:
    entry = catalog.find(name)
    bare = Known(name, kind, source, False, dtype=entry.dtype if entry else None)
    if entry is not None:
        bare = replace(bare, device=entry.device or "cpu", revision=entry.revision or "")
    try:
        placed = find_source(name, catalog)
        folder = Path(placed.folder)
        require_whole(folder, name)
        weights, config = read_weights(folder, name), read_config(folder, name)
    except ModelError as error:
        return replace(bare, problem=error.message)
    return replace(
        bare,
        is_here=True,
        source=placed.folder if kind == "embedded" else source,
        revision=placed.revision,
        folder=placed.folder,
        n_bytes=disk_bytes(folder),
        n_parameters=weights.n_parameters,
        dtype=placed.dtype or config_dtype(config) or weights.stored_as,
        notes=() if kind == "embedded" else _notes(placed),
    )


def _notes(source: Source) -> tuple[Message, ...]:
    """What students will notice: no chat template, no padding token."""
    folder, notes = Path(source.folder), []
    try:
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = {}
    if not (source.chat_template or config.get("chat_template") or (folder / "chat_template.jinja").exists()):
        notes.append(
            Message(
                "会話のテンプレート（chat template）がないので、apply_chat_template は使えません。要るときは models.yaml の chat_template に書いてください。",
                "It has no chat template, so apply_chat_template does not work. If you need one, name it as chat_template in models.yaml.",
            )
        )
    if not (source.pad_token or config.get("pad_token")):
        notes.append(
            Message(
                "パディング用のトークンがないので、EOS で代用します。別のものにするときは models.yaml の pad_token に書いてください。",
                "It has no padding token, so EOS takes its place. For another one, write pad_token in models.yaml.",
            )
        )
    return tuple(notes)
