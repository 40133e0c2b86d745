"""Landlock by ctypes: from here on this process reads only the named folders and writes only its scratch.

Works on Linux 5.13 and later where the kernel enables it, without privileges. Newer kernels also
refuse TCP (ABI 4) and signals or abstract sockets to processes outside (ABI 6). It does not hide
that a known path exists, and it does not limit UDP.
Source: Documentation/userspace-api/landlock.rst of the Linux kernel.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.jail.libc import libc

# The same numbers on x86_64 and aarch64.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FS_BITS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many access rights each ABI knows
_TRUNCATE = 1 << 14
_READ = _READ_FILE | _READ_DIR  # loading a library is reading; nothing may be executed
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("fd", ctypes.c_int32))


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _syscall(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION))


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Confine this process, for good, to reading `readable` and reading and writing `writable`.

    Paths that do not exist are passed over. Raises: OSError if the kernel refuses.
    """
    version = abi()
    n_bits = _FS_BITS_BY_ABI.get(version, 16)
    every_right = (1 << n_bits) - 1
    ruleset = _Ruleset(fs=every_right, net=0b11 if version >= 4 else 0, scoped=0b11 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset_fd = _checked(_syscall(_CREATE_RULESET, ctypes.byref(ruleset), size, 0))
    try:
        for path in readable:
            _allow(ruleset_fd, path, _READ)
        for path in writable:
            _allow(ruleset_fd, path, every_right & ~_EXECUTE)
        _checked(libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(_syscall(_RESTRICT_SELF, ruleset_fd, 0))
    finally:
        os.close(ruleset_fd)


def _allow(ruleset_fd: int, path: Path, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(fd).st_mode)
        rule = _PathBeneath(allowed=rights if is_folder else rights & _FILE_ONLY, fd=fd)
        _checked(_syscall(_ADD_RULE, ruleset_fd, _RULE_PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(fd)


def _syscall(number: int, *arguments: object) -> int:
    result: int = libc().syscall(ctypes.c_long(number), *arguments)
    return result


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
