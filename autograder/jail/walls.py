"""The outer wall: what the warm process, and with it every student process, can see of the machine at all.

`bwrap` (bubblewrap) gives it its own view of the files, of which only libraries, the engine and the models are
part, and its own processes, network and shared memory. `unshare` (util-linux) gives all but the own view of the
files. Neither is there on every machine, and some forbid namespaces; then `none`, and what confines a student
process is `jail.confine` alone. A wall adds to that and replaces none of it.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

WALLS = ("bwrap", "unshare", "none")
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random")
# What programs need of the system, read-only; the rest of the readable folders belongs to Python and the engine.
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types")
SCRATCH_MIB = 256
_UNSHARE = ["unshare", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]


@functools.cache
def best_wall() -> str:
    """The first of `WALLS` that this machine can put up for this user."""
    return next(wall for wall in WALLS if is_available(wall))


@functools.cache
def is_available(wall: str) -> bool:
    """Whether a process can be started behind `wall`, found out by starting one."""
    if wall == "none":
        return True
    program = {"bwrap": "bwrap", "unshare": "unshare"}[wall]
    if not sys.platform.startswith("linux") or shutil.which(program) is None:
        return False
    command = behind(
        wall,
        ["/bin/sh", "-c", "test -r /proc/self/status"],
        readable=[],
        writable=[],
        home=Path("/tmp"),
        environment={},
    )
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def behind(
    wall: str,
    command: list[str],
    *,
    readable: Iterable[Path],
    writable: Iterable[Path],
    home: Path,
    environment: Mapping[str, str],
) -> list[str]:
    """The command line that runs `command` behind `wall`.

    Args:
        readable: folders that `command` needs beside those of the system; with `bwrap`, all that it will see.
        writable: the same for what it writes beside its home.
        home: where it starts; with `bwrap` an empty folder in memory.
        environment: for `bwrap` the whole of it; otherwise the caller hands it over.
    """
    if wall == "none":
        return command
    if wall == "unshare":
        return [*_UNSHARE, "--mount-proc", "--", *command]
    # No --new-session: its standard input is /dev/null, and the jail forbids the ioctl that terminals can be fooled with.
    arguments = ["--unshare-user-try", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--die-with-parent", "--clearenv", "--proc", "/proc"]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    for device in DEVICES:
        arguments += ["--dev-bind", device, device]
    arguments += ["--size", str(SCRATCH_MIB << 20), "--tmpfs", "/tmp", "--dir", str(home)]
    for path in sorted({*map(Path, SYSTEM), *readable}):
        if path.is_symlink() and str(path) in SYSTEM:
            arguments += ["--symlink", str(path.readlink()), str(path)]
        else:
            arguments += ["--ro-bind-try", str(path), str(path)]
    for path in writable:
        arguments += ["--bind-try", str(path), str(path)]
    return ["bwrap", *arguments, "--chdir", str(home), "--", *command]
