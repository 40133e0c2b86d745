"""From a model's name to the folder it is read from, with everything that decides how it is read.

A name is an embedded model, a name of the settings file, a local folder, or a hub id (`org/name`, `org/name@revision`)
whose files are in the hub's cache. Nothing is downloaded, and torch is not imported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.errors import ModelError, SettingsError
from autograder.models.cache import find_snapshot, hub_cache, require_whole
from autograder.models.catalog import DTYPES, EMBEDDED, HUB_ID, Catalog, Entry, dtype_named, is_device
from autograder.models.weights import read_config


@dataclass(frozen=True)
class Source:
    """Where a model is read from and how: plain data, the same for the grader and for student processes.

    Args:
        name: by which checks and student processes call it.
        folder: holds config, weights and tokenizer.
        readable: what else must be readable with it; of a cached model the folder that its links lead into.
        revision: the commit of a hub model; "" for others.
        dtype: None takes what the model's config says.
    """

    name: str
    folder: str
    readable: str
    revision: str = ""
    dtype: str | None = None
    device: str = "cpu"
    chat_template: str | None = None
    pad_token: str | None = None


def embedded_folder(name: str) -> Path:
    """The folder of an embedded model."""
    return Path(__file__).parent / name


def find_source(
    name: str, catalog: Catalog | None = None, *, dtype: str | None = None, device: str | None = None
) -> Source:
    """What `name` stands for.

    Args:
        catalog: the settings file's models.
        dtype: wins over the settings file's; short names such as fp16 will do.
        device: likewise.

    Raises: SettingsError for a dtype or device that there is none of; ModelError if the model is not on this machine
        or not whole.
    """
    entry = (catalog or Catalog()).find(name)
    source = _placed(name, entry)
    chosen = require_dtype(dtype) or (entry.dtype if entry else None)
    return replace(source, dtype=chosen, device=require_device(device) or (entry.device if entry else None) or "cpu")


def _placed(name: str, entry: Entry | None) -> Source:
    if entry is not None:
        source = _folder(name, Path(entry.source)) if entry.is_folder else _cached(name, entry.source, entry.revision)
        return replace(source, chat_template=entry.chat_template, pad_token=entry.pad_token)
    if name in EMBEDDED:
        return Source(name, str(embedded_folder(name)), str(embedded_folder(name)))
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _folder(name, folder)
    hub_id, _, revision = name.partition("@")
    if HUB_ID.fullmatch(hub_id) and not name.startswith((".", "~")):
        return _cached(name, hub_id, revision or None)
    raise ModelError(
        ja=f"モデル {name} がありません。{'、'.join(EMBEDDED)}、models.yaml に書いた名前、あるフォルダ、ハブの ID（組織/モデル）のどれかを指定してください。一覧は `autograder models` で見られます。",
        en=f"there is no model {name}. Give one of {', '.join(EMBEDDED)}, a name of models.yaml, a folder that exists, or a hub id (organisation/model); `autograder models` lists what is known.",
    )


def _cached(name: str, hub_id: str, revision: str | None) -> Source:
    found = find_snapshot(hub_id, revision, hub_cache())
    require_whole(found.folder, hub_id)
    return Source(name, str(found.folder), str(found.store), revision=found.commit)


def _folder(name: str, folder: Path) -> Source:
    read_config(folder, name)
    whole = folder.resolve()
    for one in whole.iterdir():
        if one.is_symlink() and not one.resolve().is_relative_to(whole):
            raise ModelError(
                ja=f"モデル {name}: {one} はフォルダの外を指すリンクです。学生のプロセスはこのフォルダの中しか読めません。リンクではなくファイルを置いてください。",
                en=f"the model {name}: {one} is a link that leads out of the folder, and student processes may read nothing outside it. Put the file itself there.",
            )
    return Source(name, str(folder.absolute()), str(folder.absolute()))


def require_dtype(text: str | None) -> str | None:
    """The full name of `text`; None stays None. Raises: SettingsError."""
    if not text:
        return None
    name = dtype_named(text)
    if name is None:
        raise SettingsError(
            ja=f"--dtype {text}: {'、'.join(DTYPES)} のどれかを指定してください。",
            en=f"--dtype {text}: expected one of {', '.join(DTYPES)}.",
        )
    return name


def require_device(text: str | None) -> str | None:
    """`text` if it names a device, be it here or not; None stays None. Raises: SettingsError."""
    if not text:
        return None
    if not is_device(text):
        raise SettingsError(
            ja=f"--device {text}: cpu、cuda、cuda:1 のように指定してください。",
            en=f"--device {text}: expected cpu, cuda or cuda:1.",
        )
    return text


@dataclass(frozen=True)
class Choice:
    """Which model is asked for, where it computes and in which number format; dtype None: as the model's config says.

    `catalog` holds no more than what the settings file says of that model.
    """

    model: str
    device: str
    dtype: str | None
    catalog: Catalog


def choose(model: str, device: str | None, dtype: str | None, catalog: Catalog) -> Choice:
    """What was asked for, completed by what the settings file says of that model. Raises: SettingsError."""
    entry = catalog.find(model)
    own = entry or Entry(model, "")
    place, number_format = require_device(device) or own.device or "cpu", require_dtype(dtype) or own.dtype
    return Choice(model, place, number_format, Catalog((entry,)) if entry else Catalog())


def environment_choice(name: str) -> str | None:
    """What `AUTOGRADER_MODEL`, `AUTOGRADER_DEVICE`, `AUTOGRADER_DTYPE` or `AUTOGRADER_MODELS` says."""
    return os.environ.get(f"AUTOGRADER_{name.upper()}") or None
