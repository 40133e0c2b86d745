"""Whatever comes over a session's socket is a request or is refused."""

from __future__ import annotations

import random
from dataclasses import fields

import msgpack
import numpy as np
import pytest

from autograder.server.engine import Engine
from autograder.server.messages import Forward, RequestError, decode_forward, encode_forward
from autograder.server.rows import Row
from autograder.server.sessions import Quota, Session

from .conftest import MakeEngine, answer, asked, opened

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
        for _ in range(rng.choice([1, 1, 2])):
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
    for _ in range(rng.randint(1, 2)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data[: rng.randint(1, len(data))] if rng.random() < 0.3 else data)


def test_true_is_no_number():
    """Python says that it is one."""
    parts = msgpack.unpackb(encode_forward(REQUESTS[1])[4:])
    for place in range(len(parts)):
        if type(parts[place]) is int or place == 3:
            odd = [*parts[:place], [True, 1] if place == 3 else True, *parts[place + 1 :]]
            with pytest.raises(RequestError):
                decode_forward(msgpack.packb(odd))


def test_twenty_thousand_mutated_requests_are_taken_or_refused(make_engine: MakeEngine):
    """By the messages and by the session; nothing but a refusal comes out, and what was taken can be computed."""
    engine, rng = make_engine(), random.Random(11)
    session = opened(engine, Quota(calls=1 << 40, tokens=1 << 50))
    whole = [encode_forward(request)[4:] for request in REQUESTS]
    n_refused = n_taken = n_continued = 0
    for number in range(N_MESSAGES):
        # There is always something to continue.
        if not {1, 2, 3} <= session.rows.keys():
            row = session.rows[max(session.rows)] if session.rows else answered(engine, session)
            session.rows |= dict.fromkeys((1, 2, 3), row)
        try:
            engine.take(session, request := decode_forward(mutated(rng.choice(whole), rng)))
        except RequestError:
            n_refused += 1
            continue
        n_taken += 1
        n_continued += bool(request.rows)
        if number % 50 == 0:
            while engine.busy:
                engine.step()
        else:
            session.waiting.clear()
            session.finish()
        session.rows = {number: session.rows[number] for number in list(session.rows)[:3]}
    assert n_refused > 0.2 * N_MESSAGES
    assert n_taken > 0.02 * N_MESSAGES
    assert n_continued > 0.01 * N_MESSAGES


def answered(engine: Engine, session: Session) -> Row:
    """A sequence that the session can continue."""
    answer(engine, session, asked([1, 2, 3, 4]))
    return session.rows[max(session.rows)]
