"""What is installed, what runs where, and what to do about each problem. Nothing is downloaded, nothing changed."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder import __version__
from autograder.errors import ModelError
from autograder.messages import Message
from autograder.models.cache import cached_ids, hub_cache, hub_home, is_offline, token_files
from autograder.models.sources import Choice
from autograder.models.weights import gib
from autograder.shadows import shadowing

State = Literal["ok", "note", "problem"]

# Distribution → the extra that installs it; "" are always needed.
PACKAGES = {
    "torch": "",
    "transformers": "",
    "pytest": "",
    "sacrebleu": "",
    "matplotlib": "",
    "jupyterlab": "notebook",
    "scipy": "grading",
    "jinja2": "grading",
    "pyyaml": "grading",
    "nbgrader": "nbgrader",
    "watchfiles": "watch",
    "streamlit": "playground",
    "distributed": "cluster",
}
_FREE_MIB, _FREE_DISK_GIB, _FREE_HUB_GIB = 2048, 1.0, 16


@dataclass(frozen=True)
class Finding:
    """One thing looked at. A `note` limits what can be done here; a `problem` keeps students or graders from working."""

    about: str
    state: State
    found: str
    advice: Message | None = None


def examine(environment: Mapping[str, str] = os.environ, asked: Choice | None = None) -> list[Finding]:
    """Everything, in the order in which a reader would ask.

    Args:
        asked: the model that somebody wants to use, and how; None: the embedded one.
    """
    parts: tuple[Callable[[Mapping[str, str]], Iterator[Finding]], ...] = (_python, _packages, _devices, _models)
    found = [finding for part in (*parts, _hub, _login) for finding in part(environment)]
    found += _asked(asked) if asked else []
    return [*found, *(finding for part in (_shadows, _jail, _room) for finding in part(environment))]


def _python(_: Mapping[str, str]) -> Iterator[Finding]:
    yield Finding("autograder", "ok", __version__)
    yield Finding("Python", "ok", f"{platform.python_version()} ({sys.executable})")


def _packages(_: Mapping[str, str]) -> Iterator[Finding]:
    for name, extra in PACKAGES.items():
        try:
            yield Finding(name, "ok", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            wanted = f"textgen-autograder[{extra}]" if extra else "textgen-autograder"
            yield Finding(
                name,
                "note" if extra else "problem",
                "–",
                Message(
                    f'使うときは `pip install "{wanted}"` で入れてください。',
                    f'To use it: pip install "{wanted}".',
                ),
            )


def _devices(_: Mapping[str, str]) -> Iterator[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        advice = Message("torch を入れ直してください。", "Install torch again.")
        yield Finding("torch", "problem", str(error)[:200], advice)
        return
    yield Finding("CPU", "ok", f"{platform.machine()}, {_n_cores()} cores, {torch.get_num_threads()} threads in torch")
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            yield _gpu(number)
        return
    if shutil.which("nvidia-smi"):
        yield Finding(
            "GPU",
            "note",
            f"nvidia-smi is here, but torch {torch.__version__} finds no GPU",
            Message(
                "CPU 用の torch が入っているか、ドライバが古いか、ジョブに GPU が割り当てられていません。`nvidia-smi` と CUDA_VISIBLE_DEVICES を確かめ、CUDA 版の torch を入れてください。",
                "torch may be a build for the CPU, the driver too old, or no GPU given to this job. Look at `nvidia-smi` and CUDA_VISIBLE_DEVICES, and install a CUDA build of torch.",
            ),
        )
        return
    yield Finding(
        "GPU",
        "note",
        "–",
        Message(
            "GPU はありません。この教材は CPU だけで最後まで動きます。",
            "There is none. Everything in this course runs on the CPU.",
        ),
    )


def _gpu(number: int) -> Finding:
    """Name, free memory and number formats of one GPU."""
    import torch

    one = torch.cuda.get_device_properties(number)
    free, total = torch.cuda.mem_get_info(number)
    formats = "float16, bfloat16" if (one.major, one.minor) >= (8, 0) else "float16"
    found = f"{one.name}, {free >> 30} of {total >> 30} GiB free, {formats}"
    if free >= total // 2:
        return Finding(f"cuda:{number}", "ok", found)
    advice = Message(
        "ほかの人が使っています。`nvidia-smi` で確かめ、空いた GPU を `--device cuda:1` のように選んでください。",
        "Somebody else uses it. See `nvidia-smi`, and choose a free GPU, such as `--device cuda:1`.",
    )
    return Finding(f"cuda:{number}", "note", found, advice)


def _models(_: Mapping[str, str]) -> Iterator[Finding]:
    from autograder.models import EMBEDDED, model_path

    for name in EMBEDDED:
        folder = Path(model_path(name))
        n_bytes = sum(file.stat().st_size for file in folder.glob("*") if file.is_file())
        if (folder / "model.safetensors").is_file():
            yield Finding(name, "ok", f"{n_bytes / 2**20:.1f} MiB, {folder}")
        else:
            advice = Message("パッケージを入れ直してください。", "Install the package again.")
            yield Finding(name, "problem", f"{folder}: no model.safetensors", advice)


def _hub(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Where models of the hub would lie: as the tutorial says, HF_HOME may point to a folder that a group shares."""
    home, cache = hub_home(environment), hub_cache(environment)
    found = f"{cache}: {len(cached_ids(cache))} models" + (", HF_HUB_OFFLINE" if is_offline(environment) else "")
    if "HF_HOME" in environment and not home.is_dir():
        yield Finding(
            "HF_HOME",
            "problem",
            f"{home}",
            Message(
                "そのフォルダがありません。`export HF_HOME=…` の場所を直すか、変数を消してください。",
                "There is no such folder. Mend `export HF_HOME=…`, or unset the variable.",
            ),
        )
        return
    if cache.is_dir() and not os.access(cache, os.R_OK | os.X_OK):
        yield Finding(
            "HF_HUB_CACHE",
            "problem",
            found,
            Message("読めません。フォルダの権限を確かめてください。", "It cannot be read. Look at its permissions."),
        )
        return
    yield Finding("HF_HUB_CACHE", "ok", found)
    place = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < _FREE_HUB_GIB << 30:
        yield Finding(
            "hub disk",
            "note",
            f"{gib(free)} free",
            Message(
                "7B のモデル 1 つで 13 GiB ほど使います。ハブのモデルを入れるなら、広いディスクのフォルダを HF_HOME に指定してください。",
                "A model of 7 billion parameters takes about 13 GiB. To download models, let HF_HOME name a folder on a larger disk.",
            ),
        )


def _login(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether there is a login at the hub, and who else can read it; the token itself is not looked at."""
    if environment.get("HF_TOKEN"):
        yield Finding("hub login", "ok", "HF_TOKEN")
        return
    there = [file for file in token_files(environment) if file.is_file()]
    open_to_all = [file for file in there if file.stat().st_mode & 0o077]
    if open_to_all:
        yield Finding(
            "hub login",
            "problem",
            f"{open_to_all[0]}: others may read it",
            Message(
                f"ほかの人もログイン情報を読めます。`chmod 600 {open_to_all[0]}` としてください。HF_HOME を共有するときは、HF_TOKEN_PATH に自分だけのファイルを指定してください。",
                f"Others can read your login. Run `chmod 600 {open_to_all[0]}`; where HF_HOME is shared, let HF_TOKEN_PATH name a file of your own.",
            ),
        )
    elif there:
        yield Finding("hub login", "ok", f"{there[0]}")
    else:
        yield Finding(
            "hub login",
            "note",
            "–",
            Message(
                "ログインしていません。許可の要るモデル（Llama など）を入れるときだけ、`hf auth login` が必要です。",
                "Not logged in. Only gated models, such as Llama, need it: `hf auth login`.",
            ),
        )


def _asked(asked: Choice) -> list[Finding]:
    """Whether the model could be loaded as asked; its weights stay where they are."""
    from autograder.models import find_source
    from autograder.models.loading import require_device_here
    from autograder.models.weights import config_dtype, read_config, read_weights, require_room

    about = f"model {asked.model}"
    try:
        source = find_source(asked.model, asked.catalog, dtype=asked.dtype, device=asked.device)
        folder = Path(source.folder)
        weights = read_weights(folder, asked.model)
        dtype = source.dtype or config_dtype(read_config(folder, asked.model)) or weights.stored_as
        require_device_here(source.device, source.dtype)
        require_room(asked.model, weights, dtype=source.dtype, device=source.device, copies=2)
    except ModelError as error:
        return [Finding(about, "problem", asked.device, error.message)]
    return [Finding(about, "ok", f"{gib(weights.bytes_as(source.dtype))}, {dtype}, {source.device}, {source.folder}")]


def _shadows(_: Mapping[str, str]) -> Iterator[Finding]:
    """Files of the current folder that are imported in the place of libraries; nothing if there are none."""
    for name in shadowing(Path.cwd()):
        module = name.removesuffix("/").removesuffix(".py")
        yield Finding(
            f"./{name}",
            "note",
            f"named like the module {module}",
            Message(
                f"pytest と autograder のコマンドはこれに影響されませんが、このフォルダの `python` とノートブックでは `import {module}` がこのファイルになります。名前を変えてください。",
                f"pytest and the commands of autograder are not misled, but `python` and notebooks in this folder take it for `import {module}`. Give it another name.",
            ),
        )


def _jail(_: Mapping[str, str]) -> Iterator[Finding]:
    from autograder.jail import confine, walls
    from autograder.jail.pool import jail_level

    lacking = confine.missing()
    if lacking:
        yield Finding(
            "jail",
            "note",
            f"no {', '.join(lacking)}",
            Message(
                "学生のコードを採点できません（自分のコードの練習はできます）。Linux 5.13 以降で Landlock を有効にしてください。",
                "Code of students cannot be graded here (working on your own is fine). Use Linux 5.13 or newer with Landlock enabled.",
            ),
        )
        return
    level = jail_level()
    if walls.best_wall() == "bwrap":
        yield Finding("jail", "ok", level)
        return
    yield Finding(
        "jail",
        "note",
        level,
        Message(
            "採点できます。`apt install bubblewrap` を入れると、ほかのファイルがあることも見えなくなります。",
            "Grading works. With bubblewrap (`apt install bubblewrap`), student code does not even see that other files exist.",
        ),
    )


def _room(_: Mapping[str, str]) -> Iterator[Finding]:
    from autograder.grading.engine import Settings
    from autograder.grading.pool import default_jobs, free_mib

    if free_mib() >= _FREE_MIB:
        jobs = f"{default_jobs(Settings())} submissions graded at a time"
        yield Finding("memory", "ok", f"{free_mib()} MiB free: {jobs}")
    else:
        advice = Message(
            f"採点には {_FREE_MIB} MiB ほど必要です。ほかのプログラムを閉じてください。",
            f"Grading needs about {_FREE_MIB} MiB. Close other programs.",
        )
        yield Finding("memory", "problem", f"{free_mib()} MiB free", advice)
    free_gib = shutil.disk_usage(Path.cwd()).free / 2**30
    advice = Message("ファイルを消して空きを作ってください。", "Delete files to make room.")
    enough = free_gib >= _FREE_DISK_GIB
    yield Finding("disk", "ok" if enough else "problem", f"{free_gib:.1f} GiB free", None if enough else advice)


def _n_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
