"""The grader's side of the model server: start it, open sessions, end it."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from autograder.errors import ModelError
from autograder.server.sessions import TRUSTED, Quota
from autograder.undisturbed import environment, python_module

START_TIMEOUT_S = 1800.0
# The server says so often that a session waits for it.
BEAT_S = 1.0


@dataclass(frozen=True)
class Card:
    """What is known of a served model without its weights.

    Args:
        name: as it was asked for.
        path: a folder with its config, generation config and tokenizer, for as long as the server runs.
        dtype: of its logits, such as "float32".
        original: the folder or hub id that it was read from.
    """

    name: str
    path: str
    dtype: str
    original: str


@dataclass(frozen=True)
class Opened:
    """A session: the socket to hand to its owner, and the one on which the server says that the owner waits for it."""

    sock: socket.socket
    beats: socket.socket


@dataclass(frozen=True)
class Serving:
    """How to serve: sequences held at the same time (on a GPU as many as fit), their length, CPU threads."""

    slots: int = 64
    length: int = 1024
    threads: int = 1


class ModelServer:
    """A process of its own that holds models; a context manager. Forks of this process may open sessions as well.

    Args:
        models: their sources, as plain data.
        program: the module that serves.
    Raises: ModelError if it cannot load the models.
    """

    def __init__(
        self,
        models: Iterable[Mapping[str, Any]],
        serving: Serving | None = None,
        *,
        program: str = "autograder.server.serve",
    ) -> None:
        self._models, self._serving = list(models), serving or Serving()
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-models-")
        os.chmod(self._folder.name, 0o755)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                python_module(program, str(theirs.fileno())),
                env={**environment(), "PYTHONWARNINGS": "ignore"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        settings = {**asdict(self._serving), "models": self._models, "folder": self._folder.name}
        self._control.send(json.dumps(settings).encode())
        self._cards: list[Card] | None = None

    def __enter__(self) -> ModelServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def cards(self) -> list[Card]:
        """What is served, in the order of the models; waits until they are loaded. Raises: ModelError."""
        if self._cards is None:
            self._control.settimeout(START_TIMEOUT_S)
            try:
                reply: dict[str, Any] = json.loads(self._control.recv(1 << 16) or b"{}")
            except OSError:
                reply = {}
            self._control.settimeout(None)
            if "cards" not in reply:
                ja, en = reply.get("failed", ["", ""])
                raise ModelError(
                    ja=f"モデルサーバーがモデルを読み込めませんでした。モデルの名前、GPU の空きメモリ、dtype を確かめてください。\n{ja}",
                    en=f"the model server could not load its models. Check the names, the free memory of the GPU and the dtype.\n{en}",
                )
            self._cards = [Card(**card) for card in reply["cards"]]
        return self._cards

    def open_trusted(self) -> socket.socket:
        """A session for our own code, without limits that it could meet. Raises: ModelError if the server has ended."""
        opened = self.open(TRUSTED)
        opened.beats.close()
        return opened.sock

    def open(self, quota: Quota) -> Opened:
        """A new session. Raises: ModelError if the server has ended."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        beats, their_beats = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        beats.setblocking(False)
        with theirs, their_beats:
            order = json.dumps(asdict(quota)).encode()
            try:
                socket.send_fds(self._control, [order], [theirs.fileno(), their_beats.fileno()])
            except OSError as error:
                ours.close()
                beats.close()
                raise ended() from error
        return Opened(ours, beats)

    def is_alive(self) -> bool:
        """Whether the server still runs; also in a fork of the process that started it."""
        watch = select.poll()
        watch.register(self._control, 0)
        return not watch.poll(0)

    def close(self) -> None:
        """End the server; to be called by the process that started it."""
        self._control.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def waiting_for_server(beats: socket.socket | None) -> tuple[bool, float]:
    """Whether the owner of a session has waited for the server since the last look, and for how many whole seconds."""
    heard = b""
    try:
        while beats is not None and (part := beats.recv(1 << 12)):
            heard += part
    except BlockingIOError:
        pass
    return bool(heard), heard.count(b"w") * BEAT_S


def ended() -> ModelError:
    return ModelError(
        ja="モデルサーバーが途中で終わりました。GPU やメモリの空きを確かめて、もう一度実行してください。終わった分は残っています。",
        en="the model server ended. Check the memory of the GPU and of the machine, and run again; what was finished is kept.",
    )
