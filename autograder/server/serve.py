"""The model server's process: `python -m autograder.server.serve NUMBER`.

Started by a clean exec, so that it may use a GPU; the number is that of a socket on which the grader sends its
settings and then, for each session, a quota and two sockets: one for requests, and one on which the grader is told
that the session waits for us. A session lasts until its owner hangs up. Whatever comes over a session's socket is
answered or refused; it never ends the server.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from autograder.errors import AutograderError
from autograder.server.engine import Answer, Engine
from autograder.server.messages import (
    HEADER,
    MAX_REQUEST_BYTES,
    RequestError,
    decode_forward,
    encode_logits,
    encode_refusal,
)
from autograder.server.passes import Runner, slot_bytes
from autograder.server.rows import Slots
from autograder.server.sessions import Quota, Session
from autograder.server.start import BEAT_S

# How long those who were just answered are waited for, so that they share the next pass: this part of a pass, at most so much.
_LINGER, _LONGEST_LINGER_S = 0.5, 0.005
_CHUNK = 1 << 18
# On a GPU: the part of the free memory that slots take, and how many there are at most.
_GPU_SHARE, _MOST_SLOTS = 0.7, 256


@dataclass(eq=False)
class Peer:
    """A session and its sockets: what came of the next request, and what of the last answer is still to be sent."""

    sock: socket.socket
    beats: socket.socket
    session: Session
    inbox: bytearray = field(default_factory=bytearray)
    outbox: list[memoryview] = field(default_factory=list)
    beaten_s: float = 0.0
    gone: bool = False

    @property
    def events(self) -> int:
        """What to wait for: room to send, or a request, or (while it computes) only that it hangs up."""
        if self.outbox:
            return select.POLLOUT
        return 0 if self.session.request else select.POLLIN

    def receive(self) -> bytes | None:
        """The next whole request, if it is there. Raises: RequestError if it is too long, OSError at the end."""
        data = self.sock.recv(_CHUNK)
        if not data:
            raise ConnectionResetError
        self.inbox += data
        if len(self.inbox) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self.inbox)
        if length > MAX_REQUEST_BYTES:
            raise ConnectionResetError  # what follows cannot be told from a request
        if len(self.inbox) < HEADER.size + length:
            return None
        request = bytes(self.inbox[HEADER.size : HEADER.size + length])
        del self.inbox[: HEADER.size + length]
        return request

    def send(self) -> None:
        """As much of the answer as goes. Raises: OSError if nobody reads any longer."""
        try:
            while self.outbox:
                n_sent = self.sock.send(self.outbox[0])
                self.outbox[0] = self.outbox[0][n_sent:]
                if not len(self.outbox[0]):
                    del self.outbox[0]
        except BlockingIOError:
            return

    def beat(self, now_s: float, *, first: bool = False) -> None:
        """Tell the grader that this session waits for us."""
        if first or now_s - self.beaten_s >= BEAT_S:
            self.beaten_s = now_s
            try:
                self.beats.send(b"." if first else b"w")
            except OSError:
                return  # nobody listens, or has not listened for long


class Server:
    """Sockets around an engine."""

    def __init__(self, engine: Engine, control: socket.socket) -> None:
        self._engine, self._control = engine, control
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._peers: dict[int, Peer] = {}
        self._answered: set[int] = set()  # after the last pass, and not heard from since
        self._pass_s = 0.0

    def serve(self) -> None:
        """Until the grader hangs up."""
        while self._hear(None):
            while self._engine.busy:
                if not self._linger():
                    return
                began_s = time.monotonic()
                answers = self._engine.step()
                self._pass_s = time.monotonic() - began_s
                self._answer(answers)
                if not self._hear(0.0):
                    return

    def _linger(self) -> bool:
        """Give those who were just answered a moment to come back. Returns whether the grader is still there."""
        until_s = time.monotonic() + min(_LINGER * self._pass_s, _LONGEST_LINGER_S)
        while self._answered and (left_s := until_s - time.monotonic()) > 0:
            if not self._hear(left_s):
                return False
        self._answered.clear()
        return True

    def _hear(self, timeout_s: float | None) -> bool:
        """Read what has come, wait at most `timeout_s` for it (None: for ever). Returns whether the grader is still there."""
        for number, event in self._poll.poll(None if timeout_s is None else timeout_s * 1000):
            if number == self._control.fileno():
                if not self._admit():
                    return False
            elif number in self._peers:
                self._attend(self._peers[number], event)
        now_s = time.monotonic()
        for peer in self._peers.values():
            if peer.session.request:
                peer.beat(now_s)
        return True

    def _admit(self) -> bool:
        data, fds, _, _ = socket.recv_fds(self._control, 1 << 12, 2)
        if not data:
            return False
        sock, beats = (socket.socket(fileno=fd) for fd in fds)
        sock.setblocking(False)
        beats.setblocking(False)
        peer = Peer(sock, beats, Session(Quota(**json.loads(data))))
        self._peers[sock.fileno()] = peer
        self._engine.open(peer.session)
        self._poll.register(sock, select.POLLIN)
        return True

    def _attend(self, peer: Peer, event: int) -> None:
        self._answered.discard(peer.sock.fileno())
        try:
            if event & (select.POLLERR | select.POLLNVAL) or (event & select.POLLHUP and not event & select.POLLIN):
                raise ConnectionResetError
            if event & select.POLLOUT:
                peer.send()
            elif event & select.POLLIN:
                request = peer.receive()
                if request is not None:
                    self._take(peer, request)
            self._poll.modify(peer.sock, peer.events)
        except OSError:
            self._dismiss(peer)

    def _take(self, peer: Peer, data: bytes) -> None:
        try:
            self._engine.take(peer.session, decode_forward(data))
            peer.beat(time.monotonic(), first=True)
        except RequestError as error:
            peer.outbox.append(memoryview(encode_refusal(error)))
            peer.send()

    def _answer(self, answers: Sequence[tuple[Session, Answer]]) -> None:
        by_session = {id(peer.session): peer for peer in self._peers.values()}
        for session, answer in answers:
            peer = by_session[id(session)]
            logits = answer.logits
            shape = (int(logits.shape[0]), int(logits.shape[1]), int(logits.shape[2]))
            peer.outbox.append(memoryview(encode_logits(answer.rows, str(logits.dtype).removeprefix("torch."), shape)))
            peer.outbox.append(_bytes_of(logits))
            try:
                peer.send()
                self._poll.modify(peer.sock, peer.events)
                self._answered.add(peer.sock.fileno())
            except OSError:
                self._dismiss(peer)

    def _dismiss(self, peer: Peer) -> None:
        self._poll.unregister(peer.sock)
        del self._peers[peer.sock.fileno()]
        self._engine.close(peer.session)
        peer.sock.close()
        peer.beats.close()


def _bytes_of(tensor: Any) -> memoryview:
    return memoryview(tensor.reshape(-1).view(torch.uint8).numpy())


def _words_of(error: Exception) -> list[str]:
    """Why, in Japanese and in English."""
    if isinstance(error, AutograderError):
        return [error.message.ja, error.message.en]
    return [f"{type(error).__name__}: {error}"[:2000]] * 2


Loader = Callable[[dict[str, Any]], tuple[Engine, list[dict[str, Any]]]]


def main(load_models: Loader | None = None) -> None:
    """Load the models, say what they are, and serve until the grader hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(control.recv(1 << 16))
    try:
        engine, cards = (load_models or _load)(settings)
    except Exception as error:  # of whatever reads models; the grader says it
        control.send(json.dumps({"failed": _words_of(error)}).encode())
        sys.exit(1)
    control.send(json.dumps({"cards": cards}).encode())
    Server(engine, control).serve()
    os._exit(0)


def _load(settings: dict[str, Any]) -> tuple[Engine, list[dict[str, Any]]]:
    from transformers.utils.logging import set_verbosity_error

    from autograder.models import Source, load_source

    set_verbosity_error()
    torch.set_num_threads(settings["threads"])
    loaded = [load_source(Source(**source)) for source in settings["models"]]
    runners, cards = {}, []
    # Small models first: they leave most of the memory to the large one.
    order = sorted(range(len(loaded)), key=lambda index: slot_bytes(loaded[index].model, settings["length"]))
    for n_done, index in enumerate(order):
        runners[index] = runner_of(loaded[index].model, settings, len(order) - n_done)
    for index, lm in enumerate(loaded):
        folder = Path(settings["folder"]) / str(index)
        lm.tokenizer.save_pretrained(folder)
        cards.append(card_of(lm.model, folder) | {"name": lm.name, "original": lm.path})
    return Engine(runners), cards


def card_of(model: Any, folder: Path) -> dict[str, Any]:
    """Write what is known of a model without its weights to `folder`, and say where."""
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    return {"path": str(folder), "dtype": str(model.dtype).removeprefix("torch.")}


def runner_of(model: Any, settings: dict[str, Any], n_left: int) -> Runner:
    """A model with its slots; on a GPU it takes one part in `n_left` of the memory that is free, and records its steps."""
    from autograder.server.graphs import StepGraphs
    from autograder.server.norms import fuse_norms

    model.set_attn_implementation("sdpa")
    config = model.config.get_text_config(decoder=True)
    longest = [getattr(config, one, None) for one in ("max_position_embeddings", "sliding_window")]
    length = min([settings["length"], *(number for number in longest if number)])
    n_slots = settings["slots"]
    if model.device.type == "cuda":
        share = _GPU_SHARE * torch.cuda.mem_get_info()[0] / n_left
        n_slots = max(1, min(_MOST_SLOTS, int(share / slot_bytes(model, length))))
        fuse_norms(model)
    runner = Runner(model, Slots(n_slots, length))
    if model.device.type == "cuda":
        runner.steps = StepGraphs(model, runner.slots)
    return runner


if __name__ == "__main__":
    main()
