"""The hub's cache on this machine: where it is, what is in it, and whether that is whole. Nothing is downloaded.

The layout is the hub client's: `models--ORG--NAME` with `refs/`, `snapshots/COMMIT/` and `blobs/`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import ModelError
from autograder.models.catalog import COMMIT, HUB_ID

_TRUE = {"1", "ON", "YES", "TRUE"}


def hub_home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder that HF_HOME names, else the hub client's own default."""
    if environment.get("HF_HOME"):
        return _expanded(environment["HF_HOME"])
    return _expanded(environment.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"


def hub_cache(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of downloaded models: HF_HUB_CACHE, else `hub` in HF_HOME."""
    named = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE")
    return _expanded(named) if named else hub_home(environment) / "hub"


def token_files(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where the login tokens lie, if there are any."""
    token = environment.get("HF_TOKEN_PATH")
    home = hub_home(environment)
    return [_expanded(token) if token else home / "token", home / "stored_tokens"]


def is_offline(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether HF_HUB_OFFLINE forbids every download."""
    return environment.get("HF_HUB_OFFLINE", "").upper() in _TRUE


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()


@dataclass(frozen=True)
class Snapshot:
    """One revision of one model in the cache. `store` holds all of the model's revisions, and what their links lead to."""

    hub_id: str
    commit: str
    folder: Path
    store: Path


def store_of(hub_id: str, cache: Path) -> Path:
    """The folder of a model in the cache, whether it is there or not."""
    return cache / ("models--" + hub_id.replace("/", "--"))


def cached_ids(cache: Path) -> list[str]:
    """The hub ids of which something is in the cache."""
    try:
        names = sorted(folder.name for folder in cache.glob("models--*") if folder.is_dir())
    except OSError:
        return []
    ids = [name.removeprefix("models--").replace("--", "/", 1) for name in names]
    return [one for one in ids if HUB_ID.fullmatch(one)]


def find_snapshot(hub_id: str, revision: str | None, cache: Path) -> Snapshot:
    """The revision asked for, or what `main` was when it was downloaded.

    Raises: ModelError if it is not there, with the command that downloads it.
    """
    store = store_of(hub_id, cache)
    name = f"{hub_id}@{revision}" if revision else hub_id
    if not store.is_dir():
        raise ModelError(
            ja=f"モデル {name} は、まだこの機械にありません（{cache}）。自動ではダウンロードしません。次のコマンドで入れてください: autograder models fetch {name}",
            en=f"the model {name} is not on this machine yet ({cache}); nothing is downloaded unasked. To download it: autograder models fetch {name}",
        )
    commit = revision or "main"
    if not COMMIT.fullmatch(commit):
        try:
            commit = (store / "refs" / commit).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            commit = _only_snapshot(store) if revision is None else ""
    folder = store / "snapshots" / commit
    if not commit or not folder.is_dir():
        there = ", ".join(one[:12] for one in snapshots(store)) or "–"
        raise ModelError(
            ja=f"モデル {hub_id} の版 {revision or 'main'} は、この機械にありません（あるのは: {there}）。次のコマンドで入れるか、あるものを revision に書いてください: autograder models fetch {name}",
            en=f"revision {revision or 'main'} of the model {hub_id} is not on this machine (there are: {there}). Download it, or name one that is there: autograder models fetch {name}",
        )
    return Snapshot(hub_id, commit, folder, store)


def snapshots(store: Path) -> list[str]:
    """The commits of which something is in a model's folder of the cache."""
    folder = store / "snapshots"
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def _only_snapshot(store: Path) -> str:
    found = snapshots(store)
    return found[0] if len(found) == 1 else ""


def require_whole(folder: Path, name: str) -> None:
    """Raises: ModelError if a link of the snapshot leads nowhere: a download that was cut off, or a blob that was deleted."""
    broken = [one for one in sorted(folder.rglob("*")) if one.is_symlink() and not one.exists()]
    if broken:
        raise damaged(name, f"{broken[0].name} → {os.readlink(broken[0])}")


def damaged(name: str, what: str) -> ModelError:
    """The error for files that are there but not whole."""
    return ModelError(
        ja=f"モデル {name} のファイルが欠けているか、壊れています（{what}）。ダウンロードが途中で切れたのかもしれません。もう一度 `autograder models fetch {name}` を実行してください（あるものは取り直しません）。フォルダから読むときは、写し直してください。",
        en=f"files of the model {name} are missing or damaged ({what}); a download may have been cut off. Run `autograder models fetch {name}` again (what is there is kept); copy a folder anew.",
    )
