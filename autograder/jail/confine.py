"""How a student process locks itself in before it imports anything of the student; there is no way back.

In order: limits, no capabilities, no reading of its memory from outside, the end of the parent as its own end,
Landlock, seccomp. Promises and what they do not cover stand in `jail.landlock` and `jail.seccomp`.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.errors import JailError
from autograder.jail import landlock, seccomp
from autograder.jail.libc import end_with_parent, libc

_PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 4, 24
_CAPABILITY_VERSION_3 = 0x20080522
_MAX_CAPABILITY = 63
# Address space beyond what is mapped and may be allocated: reservations of allocators and of thread stacks.
_ROOM_MIB = 3072


def missing() -> list[str]:
    """What this kernel lacks of what grading rests on."""
    return [
        name for name, there in (("Landlock", landlock.abi() > 0), ("seccomp", seccomp.is_available())) if not there
    ]


def require() -> None:
    """Raises: JailError if this machine cannot confine student code."""
    if lacking := missing():
        names = " and ".join(lacking)
        raise JailError(
            ja=f"このマシンには {names} がないので、学生のコードを安全に動かせません。Linux 5.13 以降（Landlock を有効にしたもの）を使ってください。"
            "自分の書いたコードだけを採点するときは `--unsafe-no-jail` を付けられます。",
            en=f"this machine has no {names}, so student code cannot be run safely. Use Linux 5.13 or newer with Landlock enabled. "
            "To grade only code that you wrote yourself, add `--unsafe-no-jail`.",
        )


def prepare() -> None:
    """Before a fork: compute what every process would compute alike."""
    if not missing():
        seccomp.assemble(platform.machine(), own_pid=0)  # all but the rule about its own id is kept


def confine(
    limits: Mapping[str, int],
    mapped: Mapping[str, int],
    readable: Iterable[Path],
    writable: Iterable[Path],
    *,
    jailed: bool,
) -> None:
    """Confine this process.

    Args:
        limits: `cpu_s`, `memory_mib` beyond what is mapped now, `file_mib` for each file.
        mapped: what is, see `mapped_mib`.
        jailed: False applies the limits alone.

    Raises: OSError if the kernel refuses.
    """
    end_with_parent()
    _limit(limits["cpu_s"], limits["memory_mib"], limits["file_mib"], mapped)
    if jailed:
        _drop_capabilities()
        libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        landlock.restrict(readable, writable)
        seccomp.restrict()


def _limit(cpu_s: int, memory_mib: int, file_mib: int, mapped: Mapping[str, int]) -> None:
    data, space = mapped["VmData"] + memory_mib, mapped["VmSize"] + memory_mib + _ROOM_MIB
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_DATA, data << 20, data << 20),
        (resource.RLIMIT_AS, space << 20, space << 20),
        (resource.RLIMIT_FSIZE, file_mib << 20, file_mib << 20),
        (resource.RLIMIT_NOFILE, 64, 64),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def mapped_mib(pid: int | None = None) -> dict[str, int]:
    """MiB of a process's memory by the names of /proc/PID/status (VmSize, VmData, RssAnon …); 0 where unknown."""
    found = dict.fromkeys(("VmSize", "VmData", "VmPTE", "VmSwap", "RssAnon", "RssShmem"), 0)
    try:
        status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return found
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name in found:
            found[name] = int(value.split()[0]) >> 10
    return found


def _drop_capabilities() -> None:
    """Of root nothing is left but the user id."""
    for capability in range(_MAX_CAPABILITY):  # fails where there are none to drop, or fewer
        libc().prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    if libc().capset(header, bytes(24)) < 0:
        raise OSError(ctypes.get_errno(), "capset: the capabilities of this process could not be dropped")
