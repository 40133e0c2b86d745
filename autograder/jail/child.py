"""The student's process: confine itself, import the student's file, answer calls until the channel closes.

Everything that it says is a claim. It never sees a check, an expected value or another submission.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import socket
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import msgpack

from autograder.jail import channel, landlock, wire
from autograder.jail.modules import describe_exception, file_name, load
from autograder.jail.refusals import Use, refused
from autograder.shared import SharedObjects

READABLE = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types")
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")
_MISSING = object()  # there is no such function


def serve(sock: socket.socket, scratch: Path, readable: tuple[Path, ...], shared: SharedObjects) -> None:
    """Confine this process and answer the trusted side over `sock`; returns when it hangs up."""
    setup = wire.unpack(channel.receive(sock))
    _leave_the_parents_world(sock, scratch)
    _limit(cpu_s=setup["cpu_s"], memory_mib=setup["memory_mib"], file_mib=setup["file_mib"])
    if landlock.abi():
        devices = [Path(path) for path in DEVICES]
        landlock.restrict([*map(Path, READABLE), *readable], [scratch, *devices])
    _ready_torch(setup["seed"])
    sources: dict[str, str] = setup["sources"]
    files = frozenset(file_name(name) for name in sources)
    channel.send(sock, msgpack.packb({"ready": True}))
    module: ModuleType | None = None
    while True:
        try:
            request = wire.unpack(channel.receive(sock))
        except channel.ChannelClosedError:
            return
        uses: list[Use] = []
        try:
            if module is None:
                module = load(setup["module"], sources)
            own = [module, *(sys.modules[name] for name in sources if name in sys.modules)]
            with refused(request.get("refused", {}), own, uses=uses, files=files):
                answer = _answer(module, request, shared, scratch)
            reply: dict[str, Any] = {"missing": True} if answer is _MISSING else {"value": wire.encode(answer, shared)}
        except wire.WireError as error:
            reply = {"unsendable": str(error)[:300]}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of student code included
            reply = {"raised": {**describe_exception(error, files), "importing": module is None}}
        # A use is told whatever became of it: a swallowed exception hides nothing.
        channel.send(sock, msgpack.packb({"used": uses[0].as_data()} if uses else reply))


def _answer(module: ModuleType, request: dict[str, Any], shared: SharedObjects, scratch: Path) -> Any:
    """The value of a call, or the bytes of a file that the student's code wrote."""
    if "take" in request:
        return wire.taken_file(scratch, request["take"])
    function = getattr(module, request["function"], None)
    if not callable(function):
        return _MISSING
    arguments, keywords = wire.decode(request["arguments"], shared, scratch=lambda: scratch)
    return function(*arguments, **keywords)


def _leave_the_parents_world(sock: socket.socket, scratch: Path) -> None:
    """Own session, own empty environment and folder, no file of the zygote left open."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    for fd in _open_files():
        if fd > 2 and fd != sock.fileno():
            with contextlib.suppress(OSError):
                os.close(fd)
    os.chdir(scratch)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = None
    sys.stdin = open(0)  # noqa: SIM115 (lives as long as the process)


def _open_files() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return list(range(resource.getrlimit(resource.RLIMIT_NOFILE)[0]))


def _limit(*, cpu_s: int, memory_mib: int, file_mib: int) -> None:
    used_mib = _private_mib()
    budget = (used_mib + memory_mib) << 20
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_DATA, budget, budget),
        (resource.RLIMIT_FSIZE, file_mib << 20, file_mib << 20),
        (resource.RLIMIT_NOFILE, 64, 64),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def _private_mib() -> int:
    """Private writable memory that this process already maps (what RLIMIT_DATA counts); 0 where unknown."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) >> 10
    return 0


def _ready_torch(seed: int) -> None:
    import numpy
    import torch

    # After a fork torch makes its thread pool anew at the first use; two loading threads that got there at once
    # would find none ("Invalid thread pool!"). Here there is only one thread yet.
    torch.set_num_threads(1)
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
