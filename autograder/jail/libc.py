"""The C library, for what Python has no names for."""

from __future__ import annotations

import ctypes
from functools import cache


@cache
def libc() -> ctypes.CDLL:
    """Functions of this process's own C library, by name; errors are left for `ctypes.get_errno`."""
    return ctypes.CDLL(None, use_errno=True)
