"""The warm process that student processes are forked from: `python -m autograder.jail.zygote`.

Started by a clean exec with an empty environment, so it holds nothing of the grader; it loads torch,
transformers and the models once, with one OpenMP thread (forking after more would hang). It takes
orders as JSON over the socket whose number is its only argument: `spawn` (with the child's channel
attached) and `end`. It runs no student code itself.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from autograder.jail import child
from autograder.shared import SharedObjects


def main() -> None:
    """Load everything, say so, and obey until the grader hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(control.recv(1 << 16))
    shared, readable = _load(settings)
    scratch_root = Path(tempfile.mkdtemp(prefix="autograder-jail-"))
    control.send(json.dumps({"ready": True}).encode())
    try:
        while order := _receive(control):
            control.send(json.dumps(_obey(order, scratch_root, readable, shared)).encode())
    finally:
        shutil.rmtree(scratch_root, ignore_errors=True)


def _load(settings: dict[str, Any]) -> tuple[SharedObjects, tuple[Path, ...]]:
    import matplotlib.pyplot  # with its list of fonts, which takes seconds where it has to be made
    import torch
    import transformers.pipelines  # noqa: F401 (warm for student code that builds a pipeline)

    import autograder
    from autograder.models import load

    matplotlib.rcdefaults()
    del os.environ["MPLCONFIGDIR"]  # the grader's, not the students'
    torch.set_num_threads(1)
    loaded = [load(name, dtype=settings["dtype"]) for name in settings["models"]]
    packages = {Path(path) for path in sys.path if path and Path(path).is_dir()}
    # An editable install puts the repository itself on sys.path: students may read the engine, nothing beside it.
    engine = Path(autograder.__file__).resolve().parent
    packages = {path for path in packages if not engine.is_relative_to(path.resolve()) or "site-packages" in path.parts}
    folders = {*packages, engine, Path(sys.prefix), Path(sys.base_prefix), *(Path(one.path) for one in loaded)}
    return SharedObjects(loaded), tuple(sorted(folders))


def _receive(control: socket.socket) -> tuple[dict[str, Any], int] | None:
    data, ancillary, _, _ = control.recvmsg(1 << 16, socket.CMSG_SPACE(4))
    fds = array.array("i")
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(payload[:4])
    return (json.loads(data), fds[0] if fds else -1) if data else None


def _obey(
    order: tuple[dict[str, Any], int], scratch_root: Path, readable: tuple[Path, ...], shared: SharedObjects
) -> dict[str, Any]:
    what, fd = order
    if what["do"] == "spawn":
        return {"pid": _spawn(fd, scratch_root, readable, shared)}
    return _end(int(what["pid"]), scratch_root)


def _spawn(fd: int, scratch_root: Path, readable: tuple[Path, ...], shared: SharedObjects) -> int:
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    status = 70
    try:
        scratch = scratch_root / str(os.getpid())
        scratch.mkdir(mode=0o700)
        child.serve(socket.socket(fileno=fd), scratch, readable, shared)
        status = 0
    except BaseException:  # the child must never return into the zygote's loop
        traceback.print_exc()
    finally:
        os._exit(status)


def _end(pid: int, scratch_root: Path) -> dict[str, Any]:
    """Kill the child and its session, collect it, and tell how it ended (a child already dying keeps its own status)."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    shutil.rmtree(scratch_root / str(pid), ignore_errors=True)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "memory_mib": usage.ru_maxrss >> 10,
    }


if __name__ == "__main__":
    main()
