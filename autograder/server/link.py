"""A process's session with the model server, seen from the process: requests out, logits in.

Once a process has ended, everything of its session is free; while it lives, the numbers of sequences that it has let
go travel with the next request.
"""

from __future__ import annotations

import gc
import socket
import threading
from typing import Any

import msgpack
import torch

from autograder.server.messages import HEADER, Forward, RequestError, encode_forward
from autograder.shared import ModelLimitError

_MAX_HEAD_BYTES = 1 << 20
_MANY_HELD = 512  # sequences, half of what a student's process may hold


class RemoteModelError(RuntimeError):
    """The model server cannot do this."""


class Link:
    """This process's session with the server, which all its models share."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.freed: list[int] = []
        self._n_held = 0
        self._turn = threading.Lock()

    def attach(self, sock: socket.socket | None) -> None:
        """Use another session from now on (None: none); what the one before remembered is gone."""
        if self.sock is not None:
            self.sock.close()
        self.sock, self.freed, self._n_held = sock, [], 0

    def __deepcopy__(self, memo: dict[int, Any]) -> Link:
        return self  # a copy of a model speaks for the same process

    def take_freed(self) -> tuple[int, ...]:
        """The numbers of sequences that nobody here uses any longer, to be said to the server once."""
        if self._n_held >= _MANY_HELD:
            gc.collect()  # caches in reference cycles
        freed, self.freed[:] = tuple(self.freed), []
        self._n_held -= len(freed)
        return freed

    def remember(self, rows: list[int]) -> list[Remembered]:
        """Sequences that the server now remembers for us."""
        self._n_held += len(rows)
        return [Remembered(number, self.freed) for number in rows]

    def ask(self, request: Forward) -> tuple[list[int], torch.Tensor]:
        """Numbers of the new sequences, and logits (B, n_kept, V).

        Raises: ModelLimitError, RemoteModelError.
        """
        with self._turn:  # student code may have threads
            return self._ask(request)

    def _ask(self, request: Forward) -> tuple[list[int], torch.Tensor]:
        if self.sock is None:
            raise RemoteModelError("this process has no session with the model server")
        try:
            message = encode_forward(request)
        except RequestError as error:
            raise ModelLimitError(error.kind, error.detail) from error
        try:
            self.sock.sendall(message)
            head = msgpack.unpackb(self._receive(bytearray(self._length())))
            match head:
                case [True, list(rows), str(dtype), [int(), int(), int()] as shape]:
                    logits = torch.empty(shape, dtype=getattr(torch, dtype))
                    self._receive(memoryview(logits.view(-1).view(torch.uint8).numpy()))
                    return rows, logits
                case [False, "malformed", str(detail)]:
                    raise RemoteModelError(f"model server: {detail}")
                case [False, str(kind), str(detail)]:
                    raise ModelLimitError(kind, detail)
        except OSError as error:
            self.sock = None
            raise RemoteModelError("the model server has ended") from error
        raise RemoteModelError("model server: an answer without sense")

    def _length(self) -> int:
        (length,) = HEADER.unpack(self._receive(bytearray(HEADER.size)))
        return min(int(length), _MAX_HEAD_BYTES)

    def _receive(self, buffer: Any) -> Any:
        assert self.sock is not None
        view = memoryview(buffer)
        while len(view):
            n_bytes = self.sock.recv_into(view)
            if not n_bytes:
                raise ConnectionResetError
            view = view[n_bytes:]
        return buffer


class Remembered:
    """The number of a sequence that the server remembers; freed with the next request after the last use."""

    def __init__(self, number: int, freed: list[int]) -> None:
        self.number, self.freed = number, freed

    def __del__(self) -> None:
        self.freed.append(self.number)
