"""The warm process that student processes are forked from; `jail.pool` runs it as the main module.

Started by a clean exec with an empty environment, so it holds nothing of the grader; it loads torch,
transformers and the models once, with one OpenMP thread (forking after more would hang). It takes
orders as JSON over the socket whose number is its first argument: `spawn` (with the child's channel
attached), `look`, `end`, and `share` (with another such socket attached, which a fork of it then obeys). While student
processes run it looks at their memory and their files. It runs no student code itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.jail import barred, child, confine
from autograder.jail.libc import fork, libc
from autograder.shared import SharedObjects

if TYPE_CHECKING:
    from autograder.server.link import Link

_MADV_COLLAPSE = 25
# What libraries import for losses, GPUs and asynchronous downloads, which nobody has here: a third of what a fork has to copy.
_NOT_NEEDED = ("scipy", "triton", "cuda", "trio")
# How often running student processes are looked at.
_PERIOD_S = 0.05
# All files of one student process together, in multiples of the limit for one; and how many there may be.
_FOLDER_FACTOR, _MAX_FILES = 4, 512


def main() -> None:
    """Load everything, say so, and obey until the grader hangs up, which it may do at any moment."""
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        _load_and_obey(control)
    except Exception:
        if not _has_hung_up(control):
            raise
    os._exit(0)  # taking torch apart in order takes time, and some libraries complain while it happens


def _load_and_obey(control: socket.socket) -> None:
    data, fds, _, _ = socket.recv_fds(control, 1 << 16, 1)
    settings = json.loads(data)
    shared, link = _load_remote(settings, socket.socket(fileno=fds[0])) if fds else (_load(settings), None)
    confine.prepare()
    barred.prepare()
    # What is there now stays: collecting it would copy every page of it in every student process.
    gc.collect()
    gc.freeze()
    _use_huge_pages()
    control.send(json.dumps({"ready": True}).encode())
    _Keeper(control, tuple(map(Path, settings["readable"])), shared, link).obey()


def _has_hung_up(control: socket.socket) -> bool:
    """Whether nobody is at the other end of `control` any more: then nothing that went wrong here interests anybody."""
    watch = select.poll()
    watch.register(control, 0)
    return bool(watch.poll(0))


def _load(settings: dict[str, Any]) -> SharedObjects:
    if not settings["models"]:
        return SharedObjects()
    with _lean_imports():
        from autograder.models import Source, load_source
        from autograder.models.rehearsal import rehearse

        models = [load_source(Source(**one)) for one in settings["models"]]
        rehearse(models[0])
    return SharedObjects(models)


def _load_remote(settings: dict[str, Any], session: socket.socket) -> tuple[SharedObjects, Link]:
    """Models without weights; `session` with the server that has them is for this process's own rehearsal."""
    with _lean_imports():
        from autograder.models.rehearsal import rehearse
        from autograder.server.link import Link
        from autograder.server.remote import remote_model, serve_from_pretrained
        from autograder.server.start import Card

        link = Link()
        link.attach(session)
        cards = [Card(**card) for card in settings["cards"]]
        models = [remote_model(index, card, link) for index, card in enumerate(cards)]
        serve_from_pretrained(cards, link, instead=True)
        rehearse(models[0])
        link.attach(None)
    return SharedObjects(models), link


@contextlib.contextmanager
def _lean_imports() -> Iterator[None]:
    """Import torch for one thread, and libraries without what is not needed here."""
    for name in _NOT_NEEDED:
        sys.modules[name] = None  # type: ignore[assignment]
    import torch

    torch.set_num_threads(1)
    yield
    for name in _NOT_NEEDED:
        del sys.modules[name]  # whoever imports it gets it
    del os.environ["MPLCONFIGDIR"]  # the grader's, not the students'


def _use_huge_pages() -> None:
    """Put this process's own memory into pages of 2 MiB where Linux can (6.1 and later).

    A fork copies one entry for each page, and its end frees them: with few large ones both take a third of the time.
    """
    libc().madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        span, access, _, _, _, *name = line.split(maxsplit=5)
        if access.startswith("rw") and name in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in span.split("-"))
            libc().madvise(start, end - start, _MADV_COLLAPSE)  # where it fails, small pages do as well


@dataclass
class _Child:
    """A student process that may still run: its limits, and which of them it was stopped for."""

    scratch: Path
    memory_mib: int
    file_mib: int
    stopped_for: str = ""


class _Keeper:
    """Forks, watches and ends student processes as one grader orders."""

    def __init__(
        self, control: socket.socket, readable: tuple[Path, ...], shared: SharedObjects, link: Link | None
    ) -> None:
        self._control, self._readable, self._shared, self._link = control, readable, shared, link
        self._root = Path(tempfile.mkdtemp(prefix="autograder-jail-"))
        self._children: dict[int, _Child] = {}
        self._forks: list[int] = []
        self._mapped = confine.mapped_mib()
        self._own_mib = _resident_mib(self._mapped)  # which a fork seems to hold as well

    def obey(self) -> None:
        """Until the grader hangs up; then nothing is left."""
        try:
            while True:
                running = [pid for pid, one in self._children.items() if not one.stopped_for]
                if select.select([self._control], [], [], _PERIOD_S if running else None)[0]:
                    order = self._receive()
                    if order is None:
                        return
                    self._control.send(json.dumps(self._do(*order)).encode())
                else:
                    for pid in running:
                        self._look_at(pid)
        except ConnectionError:  # it hung up in the middle of an order
            return
        finally:
            for pid in list(self._children):
                self._end(pid)
            shutil.rmtree(self._root, ignore_errors=True)
            for pid in self._forks:  # each goes when its own grader hangs up
                os.waitpid(pid, 0)

    def _receive(self) -> tuple[dict[str, Any], list[int]] | None:
        data, fds, _, _ = socket.recv_fds(self._control, 1 << 16, 2)
        return (json.loads(data), fds) if data else None

    def _do(self, order: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        if order["do"] == "spawn":
            return {"pid": self._spawn(fds, order)}
        if order["do"] == "share":
            return {"pid": self._share(fds[0])}
        if order["do"] == "look":
            return _progress(int(order["pid"]))
        return self._end(int(order["pid"]))

    def _spawn(self, fds: list[int], order: dict[str, Any]) -> int:
        scratch = Path(tempfile.mkdtemp(dir=self._root))
        pid = fork()
        if pid:
            for fd in fds:
                os.close(fd)
            self._children[pid] = _Child(scratch, int(order["memory_mib"]), int(order["file_mib"]))
            return pid
        _end_with(lambda: self._serve(fds, scratch))

    def _serve(self, fds: list[int], scratch: Path) -> None:
        """In the child: `fds` are its channel and, where there is a model server, its session."""
        if self._link is not None:
            self._link.attach(socket.socket(fileno=fds[1]))
        sock = socket.socket(fileno=fds[0])
        child.serve(sock, scratch, self._readable, self._mapped, self._shared, keep=fds)

    def _share(self, fd: int) -> int:
        pid = os.fork()
        if pid:
            os.close(fd)
            self._forks.append(pid)
            return pid
        self._control.close()
        _end_with(lambda: _Keeper(socket.socket(fileno=fd), self._readable, self._shared, self._link).obey())

    def _look_at(self, pid: int) -> None:
        """Stop a student process whose memory or files got around the limits of the kernel."""
        one = self._children[pid]
        if _resident_mib(confine.mapped_mib(pid)) - self._own_mib > one.memory_mib:
            one.stopped_for = "memory"
        elif not _fits(one.scratch, one.file_mib):
            one.stopped_for = "files"
        if one.stopped_for:
            _kill(pid)

    def _end(self, pid: int) -> dict[str, Any]:
        """Kill the child and its session, collect it, and tell how it ended (a child already dying keeps its own status)."""
        one = self._children.pop(pid)
        _kill(pid)
        _, status, usage = os.wait4(pid, 0)
        shutil.rmtree(one.scratch, ignore_errors=True)
        return {
            "exit": os.waitstatus_to_exitcode(status),
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "stopped_for": one.stopped_for,
        }


def _end_with(work: Callable[[], None]) -> NoReturn:
    """For a fork: does its work and ends, whatever happens; it never goes on in the parent's loop."""
    status = 70
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _resident_mib(held: Mapping[str, int]) -> int:
    """Memory that a process really holds: anonymous, shared, swapped out, and the page tables for it."""
    return held["RssAnon"] + held["RssShmem"] + held["VmSwap"] + held["VmPTE"]


def _progress(pid: int) -> dict[str, Any]:
    """CPU seconds used so far by all threads of a student process, and whether it runs or waits for a core."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return {"cpu_s": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), "running": fields[0] == "R"}


def _fits(folder: Path, file_mib: int) -> bool:
    """Whether a scratch folder is within its bounds."""
    n_bytes = n_files = 0
    for parent, folders, files in os.walk(folder):
        n_files += len(folders) + len(files)
        for name in files:
            with contextlib.suppress(OSError):
                n_bytes += os.lstat(os.path.join(parent, name)).st_blocks * 512
        if n_files > _MAX_FILES or n_bytes > (_FOLDER_FACTOR * file_mib) << 20:
            return False
    return True


if __name__ == "__main__":
    main()
