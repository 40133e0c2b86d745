"""The server's process: nothing that comes over a session ends it, and one session knows nothing of another."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from dataclasses import asdict

import msgpack
import pytest

from autograder.errors import ModelError
from autograder.grading.engine import Served
from autograder.models import find_source
from autograder.server.messages import HEADER, encode_forward
from autograder.server.sessions import Quota
from autograder.server.start import ModelServer, waiting_for_server

from .conftest import asked


def exact(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise ConnectionResetError
        data += part
    return bytes(data)


def reply(sock: socket.socket) -> list[object]:
    """The head of the next answer; its logits are read and left."""
    sock.settimeout(60)
    (length,) = HEADER.unpack(exact(sock, 4))
    head: list[object] = msgpack.unpackb(exact(sock, length))
    if head[0]:
        rows, tokens, vocabulary = head[3]  # type: ignore[misc]
        exact(sock, 4 * rows * tokens * vocabulary)
    return head


def works(served: Served) -> bool:
    with served.server.open_trusted() as sock:
        sock.sendall(encode_forward(asked([1, 2])))
        return bool(reply(sock)[0])


def test_nonsense_over_a_session_is_refused_and_the_server_goes_on(served: Served):
    """Requests of random bytes, and one that is announced too large."""
    rng = random.Random(5)
    opened = served.server.open(Quota())
    with opened.sock as sock, opened.beats:
        for _ in range(200):
            data = rng.randbytes(rng.randint(0, 60))
            sock.sendall(HEADER.pack(len(data)) + data)
            assert reply(sock)[:2] == [False, "malformed"]
        sock.sendall(HEADER.pack(1 << 30))
        with pytest.raises(ConnectionResetError):
            reply(sock)
    assert works(served)


def test_an_owner_that_vanishes_in_the_middle_leaves_nothing_behind(served: Served):
    """Of a request, of an answer, and without a word."""
    whole = encode_forward(asked(*[list(range(1, 60))] * 32, keep=0))
    for data in (b"", whole[:7], whole, whole + whole):
        opened = served.server.open(Quota())
        opened.sock.sendall(data)
        opened.sock.close()
        opened.beats.close()
    assert works(served)


def test_an_owner_that_reads_nothing_holds_nobody_up(served: Served):
    """Its answer waits, the others' come."""
    opened = served.server.open(Quota())
    with opened.sock as sock, opened.beats:
        sock.sendall(encode_forward(asked(*[list(range(1, 60))] * 64, keep=0)))  # 55 MB of logits
        for _ in range(3):
            assert works(served)
        assert reply(sock)[0] is True


def test_a_session_can_only_continue_what_is_its_own(served: Served):
    """Every number is tried that another has; the control has it."""
    first, second = served.server.open(Quota()), served.server.open(Quota())
    with first.sock, first.beats, second.sock, second.beats:
        first.sock.sendall(encode_forward(asked([1, 50, 60])))
        ((number,),) = [reply(first.sock)[1]]  # type: ignore[misc]
        for guess in range(number + 3):
            second.sock.sendall(encode_forward(asked([7], rows=[guess], past=3)))
            assert reply(second.sock)[:2] == [False, "malformed"]
        first.sock.sendall(encode_forward(asked([7], rows=[number], past=3)))
        assert reply(first.sock)[0] is True


def test_whoever_waits_for_the_server_is_known_to_wait(served: Served):
    """From the moment of the request; nobody else is."""
    asks, idle = served.server.open(Quota()), served.server.open(Quota())
    with asks.sock, asks.beats, idle.sock, idle.beats:
        asks.sock.sendall(encode_forward(asked([1, 2])))
        reply(asks.sock)
        assert waiting_for_server(asks.beats) == (True, 0.0)
        assert waiting_for_server(asks.beats) == (False, 0.0)
        assert waiting_for_server(idle.beats) == (False, 0.0)
    assert waiting_for_server(None) == (False, 0.0)


def test_a_model_that_cannot_be_loaded_is_said_in_words(tmp_path):
    """By its name, and what to look at."""
    with (
        ModelServer([{"name": "x", "folder": str(tmp_path), "readable": ""}]) as server,
        pytest.raises(ModelError, match="Check the names"),
    ):
        server.cards()


def test_a_server_that_died_is_noticed(tmp_path):
    """No session can be opened."""
    with ModelServer([asdict(find_source("tiny-base"))]) as server:
        server.cards()
        assert server.is_alive()
        os.kill(server._process.pid, signal.SIGKILL)
        server._process.wait()
        deadline = time.monotonic() + 30
        while server.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not server.is_alive()
        with pytest.raises(ModelError, match="the model server ended"):
            server.open_trusted()
