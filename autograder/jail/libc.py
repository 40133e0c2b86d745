"""The C library, for what Python has no names for."""

from __future__ import annotations

import ctypes
import signal
from functools import cache

_PR_SET_PDEATHSIG = 1


@cache
def libc() -> ctypes.CDLL:
    """Functions of this process's own C library, by name; errors are left for `ctypes.get_errno`."""
    return ctypes.CDLL(None, use_errno=True)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux)."""
    libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
