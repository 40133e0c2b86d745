"""The C library, for what Python has no names for."""

from __future__ import annotations

import ctypes
import os
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


def fork() -> int:
    """Fork this process, which has one thread: 0 in the child, its number in the parent. Raises: OSError.

    Of what `os.fork` does besides, nothing is needed without other threads: what libraries registered makes their locks
    anew and empties caches, and so writes to some 600 pages, each of which the child would have to copy.
    """
    pid = int(_python().fork())
    if pid < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return pid


@cache
def _python() -> ctypes.PyDLL:
    return ctypes.PyDLL(None, use_errno=True)  # calls keep Python's lock, as a fork must
