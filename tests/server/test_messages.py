"""Whatever comes over a session's socket is a request or is refused."""

from __future__ import annotations

import random
from dataclasses import fields

import msgpack
import numpy as np

from autograder.audit import Bench
from autograder.server.messages import Forward, RequestError, decode_forward, encode_forward
from autograder.server.sessions import Quota

from .conftest import MakeEngine, asked, opened

N_MESSAGES = 20_000
MASK = np.array([[False, True, True], [True, True, False]])
REQUESTS = [
    asked([1, 2, 3], [4, 5, 6], mask=MASK, keep=0),
    asked([7], rows=[1], past=3, freed=(1,)),
    asked([7], [8], rows=[1, 2], past=2, mask=MASK, positions=np.array([[5], [6]])),
]
PIECES = [
    None, True, False, -1, 0, 1, 2, 3, 2**31, 2**63 - 1, 2**64 - 1, -(2**63), float("nan"), "", "x", b"", b"\0" * 4,
    b"\xff" * 4, b"\0" * 12, [], [0], [1], [1, 2], [2, 3], [2**40, 1], {}, [[]], [1] * 300,
]  # fmt: skip


def test_requests_arrive_as_they_were_sent():
    """Every field."""
    for request in REQUESTS:
        found = decode_forward(encode_forward(request)[4:])
        for field in fields(Forward):
            ours, theirs = getattr(request, field.name), getattr(found, field.name)
            assert np.array_equal(ours, theirs) if isinstance(ours, np.ndarray) else ours == theirs


def mutated(message: bytes, rng: random.Random) -> bytes:
    """A message changed in its structure or in its bytes."""
    if rng.random() < 0.5:
        parts = msgpack.unpackb(message)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(parts) or 1)
            kind = rng.randrange(4)
            if kind == 0:
                parts = parts[:at] + parts[at + 1 :]
            elif kind == 1:
                parts = [*parts[: at + 1], *parts[at:]]
            else:
                parts = [*parts[:at], rng.choice(PIECES), *parts[at + 1 :]]
        return bytes(msgpack.packb(parts))
    data = bytearray(message)
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data[: rng.randint(1, len(data))] if rng.random() < 0.3 else data)


def test_twenty_thousand_mutated_requests_are_taken_or_refused(make_engine: MakeEngine, bench: Bench):
    """By the messages and by the session; nothing but a refusal comes out, and what was taken can be computed."""
    engine, rng = make_engine(), random.Random(11)
    session = opened(engine, Quota(calls=1 << 40, tokens=1 << 50))
    whole = [encode_forward(request)[4:] for request in REQUESTS]
    n_refused = n_taken = 0
    for number in range(N_MESSAGES):
        try:
            engine.take(session, decode_forward(mutated(rng.choice(whole), rng)))
        except RequestError:
            n_refused += 1
            continue
        n_taken += 1
        if number % 50 == 0:
            while engine.busy:
                engine.step()
        else:
            session.waiting.clear()
            session.finish()
    assert n_refused > 0.2 * N_MESSAGES
    assert n_taken > 0.01 * N_MESSAGES
