"""Running a command and counting what it, and everything that it started, took."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
_PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    """Of one run: CPU and wall seconds, and how many submissions it graded."""

    cpu_s: float
    wall_s: float
    n: int

    @property
    def each(self) -> float:
        return self.cpu_s / self.n


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind, so that its CPU time is counted as well."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def run(command: list[str], cwd: Path, n: int = 1, **environment: str) -> Cost:
    """Run `command`, and all that it starts, to the end. Raises: CalledProcessError with its output on the exception."""
    own = _children()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=cwd, env={**ENVIRONMENT, **environment}, check=True, capture_output=True)
    while left := _children() - own:
        os.waitpid(left.pop(), 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_s, time.monotonic() - start, n)


def _children() -> set[int]:
    return {int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}
