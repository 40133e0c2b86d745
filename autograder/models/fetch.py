"""Downloading a model of the hub into the cache: the only part of this package that uses the network.

Nothing calls it but `autograder models fetch`. The hub's client does the work: what is there is kept, a download that
was cut off goes on. Weights are taken as safetensors only.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import ModelError
from autograder.models.cache import hub_cache, is_offline, store_of
from autograder.models.weights import gib

_SUFFIXES = (".json", ".txt", ".model", ".jinja")
_SPARE = 1 << 30  # disk space that a download leaves free


@dataclass(frozen=True)
class Plan:
    """What a download would bring: the commit that the revision stands for, the files, and their size in bytes."""

    hub_id: str
    revision: str
    commit: str
    files: tuple[str, ...]
    n_bytes: int
    n_missing: int


def plan_fetch(hub_id: str, revision: str | None = None) -> Plan:
    """Ask the hub what the model consists of; nothing is downloaded yet.

    Raises: ModelError with what to do if the model, the revision, the access, the network or the disk is missing.
    """
    from huggingface_hub import HfApi

    if is_offline():
        raise ModelError(
            ja="環境変数 HF_HUB_OFFLINE が、ダウンロードを禁じています。入れるときだけ `unset HF_HUB_OFFLINE` としてください（計算ノードからは外につながらないことも多いので、ログインノードで実行してください）。",
            en="the environment variable HF_HUB_OFFLINE forbids downloads. Unset it for this command (and run it on the login node: compute nodes often have no way out).",
        )
    revision = revision or "main"
    with _hub_errors(hub_id, revision):
        found = HfApi(endpoint=_endpoint()).model_info(hub_id, revision=revision, files_metadata=True)
    sizes = {one.rfilename: one.size or 0 for one in found.siblings or () if _is_wanted(one.rfilename)}
    if not any(name.endswith(".safetensors") for name in sizes):
        raise ModelError(
            ja=f"{hub_id}（{revision}）に safetensors の重みがありません。pickle 形式の重みは使いません。safetensors のある版（`{hub_id}@refs/pr/…` など）か、別のモデルを選んでください。",
            en=f"{hub_id} ({revision}) has no safetensors weights, and pickled ones are not used. Choose a revision that has them (such as `{hub_id}@refs/pr/…`) or another model.",
        )
    commit = str(found.sha)
    there = store_of(hub_id, hub_cache()) / "snapshots" / commit
    n_missing = sum(size for name, size in sizes.items() if not (there / name).exists())
    return Plan(hub_id, revision, commit, tuple(sizes), sum(sizes.values()), n_missing)


def fetch(plan: Plan, *, show_progress: bool = False) -> Path:
    """Download what `plan` says and is not there yet. Returns: the folder of the snapshot.

    Raises: ModelError as `plan_fetch`, and if the disk is full; what has arrived is kept, and the next call goes on there.
    """
    from huggingface_hub import snapshot_download

    cache = hub_cache()
    _require_disk(plan, cache)
    with _hub_errors(plan.hub_id, plan.revision), nullcontext() if show_progress else _quiet():
        folder = snapshot_download(
            plan.hub_id,
            revision=plan.commit,
            cache_dir=cache,
            allow_patterns=list(plan.files),
            endpoint=_endpoint(),
        )
    reference = store_of(plan.hub_id, cache) / "refs" / plan.revision
    if plan.revision != plan.commit:
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(plan.commit, encoding="ascii")
    return Path(str(folder))


@contextmanager
def _quiet() -> Iterator[None]:
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    before = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not before:
            enable_progress_bars()


def _is_wanted(name: str) -> bool:
    if "/" in name or name.startswith(("consolidated", "optimizer", "training_args")):
        return False
    return name.endswith((".safetensors", *_SUFFIXES))


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _require_disk(plan: Plan, cache: Path) -> None:
    place = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if plan.n_missing + _SPARE > free:
        raise ModelError(
            ja=f"{plan.hub_id} にはあと {gib(plan.n_missing)} 必要ですが、{cache} の空きは {gib(free)} です。使わないモデルを消すか、広いディスクのフォルダを HF_HOME に指定してください。",
            en=f"{plan.hub_id} needs another {gib(plan.n_missing)}, {gib(free)} are free at {cache}. Delete models that nobody uses, or let HF_HOME name a folder on a larger disk.",
        )


@contextmanager
def _hub_errors(hub_id: str, revision: str) -> Iterator[None]:
    """The hub client's exceptions as ours, each with what to do."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise _gated(hub_id) from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(
            ja=f"{hub_id} に {revision} という版はありません。モデルのページ（Files and versions）で、コミットの番号かタグを確かめてください: {_page(hub_id)}",
            en=f"{hub_id} has no revision {revision}. Look up the commit or the tag on the model's page (Files and versions): {_page(hub_id)}",
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise _not_found(hub_id) from error
    except errors.LocalTokenNotFoundError as error:
        raise _not_logged_in(hub_id) from error
    except errors.HfHubHTTPError as error:
        raise _refused(hub_id, error) from error
    except Exception as error:
        if _is_about_the_network(error):
            raise _no_network(hub_id) from error
        if isinstance(error, OSError):
            raise _disk_error(hub_id, error) from error
        raise


def _is_about_the_network(error: Exception) -> bool:
    """Whether nobody answered. The hub's client has changed its HTTP library before; all name this kind alike."""
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled | errors.LocalEntryNotFoundError | ConnectionError | TimeoutError):
        return True
    return any(kind.__name__ == "TransportError" for kind in type(error).__mro__)


def _page(hub_id: str) -> str:
    from huggingface_hub import constants

    return f"{_endpoint() or constants.ENDPOINT}/{hub_id}"


def _is_logged_in() -> bool:
    from huggingface_hub import get_token

    return get_token() is not None


def _gated(hub_id: str) -> ModelError:
    if not _is_logged_in():
        return _not_logged_in(hub_id)
    return ModelError(
        ja=f"{hub_id} は利用の許可が必要なモデルで、このアカウントにはまだ許可がありません。モデルのページで利用条件に同意し、許可されてから、もう一度実行してください: {_page(hub_id)}",
        en=f"{hub_id} is a gated model, and this account has no access yet. Accept its terms on the model's page, wait until access is granted, and run again: {_page(hub_id)}",
    )


def _not_logged_in(hub_id: str) -> ModelError:
    return ModelError(
        ja=f"{hub_id} は利用の許可が必要なモデルですが、この機械ではハブにログインしていません。モデルのページで利用条件に同意し（{_page(hub_id)}）、`hf auth login` でログインしてから、もう一度実行してください。",
        en=f"{hub_id} is a gated model, and nobody is logged in on this machine. Accept its terms on the model's page ({_page(hub_id)}), log in by `hf auth login`, and run again.",
    )


def _not_found(hub_id: str) -> ModelError:
    also_ja = "" if _is_logged_in() else "非公開のモデルなら、先に `hf auth login` でログインしてください。"
    also_en = "" if _is_logged_in() else " If it is private, log in first by `hf auth login`."
    return ModelError(
        ja=f"ハブに {hub_id} というモデルは見つかりません。つづりと大文字・小文字を確かめてください。{also_ja}",
        en=f"the hub has no model {hub_id}. Check the spelling, capitals included.{also_en}",
    )


def _no_network(hub_id: str) -> ModelError:
    return ModelError(
        ja=f"ハブにつながらないので、{hub_id} をダウンロードできません。ネットワークとプロキシ（HTTPS_PROXY）を確かめ、外につながる機械で実行してください。途中まで届いたものは残っていて、次はその続きからです。",
        en=f"{hub_id} cannot be downloaded: the hub does not answer. Check the network and the proxy (HTTPS_PROXY), or run this on a machine with a way out. What has arrived is kept; the next run goes on there.",
    )


def _refused(hub_id: str, error: Any) -> ModelError:
    status = getattr(getattr(error, "response", None), "status_code", "?")
    if status == 401:
        return ModelError(
            ja="ハブのログインが無効か、期限が切れています。`hf auth login` でログインし直してください。",
            en="the login at the hub is not valid or has expired. Log in again by `hf auth login`.",
        )
    return ModelError(
        ja=f"ハブが {hub_id} のダウンロードを断りました（HTTP {status}）。しばらく待って、もう一度実行してください。",
        en=f"the hub refused to send {hub_id} (HTTP {status}). Wait a while and run again.",
    )


def _disk_error(hub_id: str, error: OSError) -> ModelError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ModelError(
            ja=f"{hub_id} のダウンロードの途中で、ディスク（または割り当て）がいっぱいになりました。空きを作ってもう一度実行してください。続きから始まります。",
            en=f"the disk (or your quota) became full while {hub_id} was downloaded. Make room and run again; it goes on from there.",
        )
    return ModelError(
        ja=f"{hub_id} を {hub_cache()} に書けません（{error.strerror or error}）。フォルダの権限を確かめるか、書けるフォルダを HF_HOME に指定してください。",
        en=f"{hub_id} cannot be written to {hub_cache()} ({error.strerror or error}). Look at the folder's permissions, or let HF_HOME name one that you may write to.",
    )
