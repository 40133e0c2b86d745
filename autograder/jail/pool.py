"""The grader's side of the jail: start the zygote, get a fresh student process, learn how it ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.errors import JailError
from autograder.jail import confine, walls
from autograder.jail.libraries import module_path, readable_folders
from autograder.models import Source, find_source
from autograder.models.cache import token_files
from autograder.server.sessions import Quota
from autograder.server.start import ModelServer

START_TIMEOUT_S = 300.0
_PROGRAM = (
    "import runpy, sys; sys.path[:] = sys.argv[2:]; runpy.run_module('autograder.jail.zygote', run_name='__main__')"
)


@dataclass(frozen=True)
class Limits:
    """What one check may cost a student's process. CPU time is the main limit, wall time the backstop.

    `wall_s`: by the clock, all calls of a check together; `submission_s`: those of all checks of a submission.
    `idle_s`: how long it may do nothing while an answer is awaited.
    """

    cpu_s: int = 20
    wall_s: float = 90.0
    submission_s: float = 1800.0
    idle_s: float = 10.0
    memory_mib: int = 1024
    file_mib: int = 16


@dataclass(frozen=True)
class Ending:
    """How a student process ended: exit status (negative: signal), CPU seconds, and the limit it was stopped for, if any."""

    exit: int
    cpu_s: float
    stopped_for: str


@dataclass
class ChildProcess:
    """One student process: the socket to talk over, and its process id; `beats` says when it waits for the model server."""

    sock: socket.socket
    pid: int
    limits: Limits = field(default_factory=Limits)
    beats: socket.socket | None = None


def jail_level(wall: str | None = None, *, jailed: bool = True) -> str:
    """What confines student code, for reports, e.g. `bwrap+landlock+seccomp+rlimits`."""
    if not jailed:
        return "UNSAFE (rlimits only)"
    wall = wall or walls.best_wall()
    return "+".join([*([wall] if wall != "none" else []), "landlock", "seccomp", "rlimits"])


class Zygote:
    """A warm process that forks student processes; a context manager. Restarted if it dies.

    Args:
        models: the models to hold, by name or as found; none: nothing is loaded, not even torch.
        dtype: for those given by name.
        wall: one of `walls.WALLS`; None takes the best that this machine offers.
        jailed: False confines student code by resource limits alone, for code that the user wrote.
        server: holds the models instead, for as long as this one lives; each student process gets a session.

    Raises: JailError if student code cannot be confined here.
    """

    def __init__(
        self,
        models: Iterable[str | Source],
        *,
        dtype: str | None = None,
        wall: str | None = None,
        jailed: bool = True,
        server: ModelServer | None = None,
    ) -> None:
        if jailed:
            confine.require()
        self._wall = (wall or walls.best_wall()) if jailed else "none"
        self.jailed = jailed
        found = [one if isinstance(one, Source) else find_source(one, dtype=dtype) for one in models]
        self._models = [replace(one, device="cpu") for one in found]  # student code never touches a GPU
        self.server = server
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # the process that started it
        self._control: socket.socket | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._ready = True  # a fork of a warm process is

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def spawn(self, limits: Limits) -> ChildProcess:
        """A fresh student process. Raises: JailError if the zygote cannot be started, ModelError if the server has ended."""
        order = {"do": "spawn", "memory_mib": limits.memory_mib, "file_mib": limits.file_mib}
        with ExitStack() as handed_over, ExitStack() as kept:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            kept.enter_context(ours)
            fds = [handed_over.enter_context(theirs).fileno()]
            beats = None
            if self.server is not None:
                session = self.server.open(Quota())
                fds.append(handed_over.enter_context(session.sock).fileno())
                beats = kept.enter_context(session.beats)
            reply = self._ask(order, fds)
            kept.pop_all()
        return ChildProcess(ours, int(reply["pid"]), limits, beats)

    def end(self, child: ChildProcess) -> Ending:
        """Kill `child` if it still runs, and tell how it ended."""
        child.sock.close()
        if child.beats is not None:
            child.beats.close()
        reply = self._ask({"do": "end", "pid": child.pid})
        return Ending(reply["exit"], reply["cpu_s"], reply["stopped_for"])

    def launch(self) -> None:
        """Let it start now, while the caller does something else. Raises: JailError."""
        if self._process is None or self._has_ended():
            self.close()
            self._launch()

    def progress(self, child: ChildProcess) -> tuple[float, bool]:
        """CPU seconds that `child` has used, and whether it wants more right now."""
        reply = self._ask({"do": "look", "pid": child.pid})
        return reply["cpu_s"], reply["running"]

    def start(self) -> None:
        """Start now what otherwise starts with the first student process, and wait for it. Raises: JailError."""
        self.launch()
        if not self._ready:
            self._wait()

    def shared(self) -> Zygote:
        """Another one for a fork of this process: a fork of the same warm process, so nothing is loaded again.

        Only one fork of this process may call it at a time. Raises: JailError.
        """
        other = Zygote(self._models, wall=self._wall, jailed=self.jailed, server=self.server)
        other._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._ask({"do": "share"}, [theirs.fileno()])
        other._control.settimeout(START_TIMEOUT_S)
        return other

    def close(self) -> None:
        """End the zygote and with it everything it forked."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            if not self._ready:  # it loads what nobody needs any more, and has forked nothing
                self._process.kill()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._home is not None:
            self._home.cleanup()
        self._process = self._control = self._home = None
        self._ready = True

    def _has_ended(self) -> bool:
        """Whether the process that we started is gone. A fork of ours cannot wait for it, and learns it from the socket."""
        if self._process is None or self._owner != os.getpid():
            return False
        return self._process.poll() is not None

    def _ask(self, order: dict[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        if self._control is None or not self._ready or self._has_ended():
            self.start()
        assert self._control is not None
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], fds)
            answer = self._control.recv(1 << 16)
        except OSError as error:
            self.close()
            raise _broken() from error
        if not answer:
            self.close()
            raise _broken()
        reply: dict[str, Any] = json.loads(answer)
        return reply

    def _launch(self) -> None:
        self._ready = False
        self._home = tempfile.TemporaryDirectory(prefix="autograder-zygote-")
        cards = self.server.cards() if self.server is not None else []
        readable = _readable([card.path for card in cards] or [one.readable for one in self._models])
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _launch(theirs.fileno(), self._home.name, self._wall, readable)
            self._owner = os.getpid()
        settings = {
            "models": [asdict(one) for one in self._models],
            "readable": list(map(str, readable)),
            "cards": [asdict(card) for card in cards],
        }
        self._control.settimeout(START_TIMEOUT_S)
        try:
            with ExitStack() as handed_over:
                fds = (
                    [handed_over.enter_context(self.server.open_trusted()).fileno()] if self.server is not None else []
                )
                socket.send_fds(self._control, [json.dumps(settings).encode()], fds)
        except OSError as error:
            self.close()
            raise _broken() from error

    def _wait(self) -> None:
        assert self._control is not None
        try:
            self._ready = bool(self._control.recv(1 << 16))
        except OSError as error:
            self.close()
            raise _broken() from error
        if not self._ready:
            self.close()
            raise _broken()


def _readable(models: Iterable[str]) -> list[Path]:
    """Folders that student processes may read: Python, its packages, the engine, the models.

    Raises: JailError if a login token of the hub lies in one of them.
    """
    folders = readable_folders().union(map(Path, models))
    found = {path.resolve() for path in folders if path.exists()} | {path for path in folders if path.exists()}
    _require_no_token(found)
    return sorted(found)


def _require_no_token(readable: Iterable[Path]) -> None:
    for token in token_files():
        for folder in readable:
            if token.exists() and token.resolve().is_relative_to(folder.resolve()):
                raise JailError(
                    ja=f"ハブのログイン情報（{token}）が、学生のプロセスから読めるフォルダ {folder} の中にあります。HF_HOME を別のフォルダにするか、モデルだけを別のフォルダに写してください。",
                    en=f"the login token of the hub ({token}) lies in {folder}, which student processes may read. Let HF_HOME name another folder, or copy the model to a folder of its own.",
                )


def _launch(control_fd: int, home: str, wall: str, readable: list[Path]) -> subprocess.Popen[bytes]:
    """Start the zygote by a clean exec: own environment, own home, only the control socket inherited."""
    import matplotlib

    fonts = matplotlib.get_cachedir()
    environment = {
        "PATH": os.defpath,
        "HOME": home,
        "USER": "student",  # torch asks for it, and behind a wall there is no list of users
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "PYTHONHASHSEED": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": fonts,
    }
    # It finds the grader's own packages, wherever they were installed, and nothing of its home or working folder.
    program = [sys.executable, "-s", "-X", "utf8", "-W", "ignore", "-c", _PROGRAM, str(control_fd), *module_path()]
    return subprocess.Popen(
        walls.behind(
            wall, program, readable=readable, writable=[Path(fonts)], home=Path(home), environment=environment
        ),
        env=environment,
        cwd=home,
        pass_fds=(control_fd,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _broken() -> JailError:
    return JailError(
        ja="採点用のプロセスを起動できませんでした。`autograder` を入れ直し、メモリの空きを確かめて、もう一度実行してください。",
        en="the process that runs student code could not be started or died. Check free memory, reinstall the package if needed, and run again.",
    )


def reached_cpu_limit(ending: Ending, limits: Limits) -> bool:
    """Whether the kernel stopped the process for its CPU time."""
    return ending.exit == -signal.SIGXCPU or (ending.exit == -signal.SIGKILL and ending.cpu_s >= limits.cpu_s)
