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
from autograder.messages import Message

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
_FREE_MIB, _FREE_DISK_GIB = 2048, 1.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at. A `note` limits what can be done here; a `problem` keeps students or graders from working."""

    about: str
    state: State
    found: str
    advice: Message | None = None


def examine(environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Everything, in the order in which a reader would ask."""
    parts: tuple[Callable[[Mapping[str, str]], Iterator[Finding]], ...] = (_python, _packages, _devices, _models)
    return [finding for part in (*parts, _hub, _jail, _room) for finding in part(environment)]


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
            one = torch.cuda.get_device_properties(number)
            yield Finding(f"cuda:{number}", "ok", f"{one.name}, {one.total_memory >> 30} GiB")
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
    home = Path(environment.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    cache = Path(environment.get("HF_HUB_CACHE") or home / "hub")
    names = sorted(folder.name for folder in cache.glob("models--*")) if cache.is_dir() else []
    offline = environment.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
    found = f"{cache}: {len(names)} models" + (", HF_HUB_OFFLINE" if offline else "")
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
