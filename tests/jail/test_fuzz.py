"""What a student's process sends may be anything: it is decoded within the bounds, or cleanly refused."""

from __future__ import annotations

import random

import msgpack
import pytest
import torch

from autograder.errors import Outcome
from autograder.grading.student import JailedBackend
from autograder.jail import replies
from autograder.jail.pool import Limits, Zygote
from autograder.jail.refusals import Use
from autograder.jail.replies import Missing, Raised, Unsendable, Value
from autograder.jail.wire import WireError, decode, encode
from autograder.shared import SharedObjects

N_MESSAGES = 100_000
SHARED = SharedObjects()
VALUES = [
    None,
    [True, 0.5, -(2**63), "文字", b"\x00\xff"],
    {"a": [("b", 0.1)], ("c", 1): {"d": None}},
    torch.arange(6).reshape(2, 3),
    [torch.ones(2, dtype=torch.bfloat16), (torch.tensor([True]),)],
    [[[[[[1]]]]]],
]
# What a mutation may put anywhere: the wire's own words, and numbers at their borders.
PIECES = [
    None, True, -1, 0, 1, 2**31, 2**63 - 1, 2**64 - 1, -(2**63), float("nan"), float("inf"), "", "x", "l", "t", "d", "T",
    "m", "f", "o", "float32", "bool", "complex64", "model", "tokenizer", b"", b"\x00" * 8, [], {}, {"a": 1}, ["T"],
    ["T", "float32", [-1], b""], ["T", "int64", [2**62, 2**62], b""], ["m", "tiny-chat", "model", []], ["f", "../x"],
    ["d", [[["l", []], 1]]], ["o", "x", "y"],
]  # fmt: skip


def mutated(node: object, rng: random.Random) -> object:
    """`node` with one place changed: a part replaced, dropped, doubled or wrapped."""
    if isinstance(node, list) and node and rng.random() < 0.8:
        at = rng.randrange(len(node))
        kind = rng.randrange(5)
        if kind == 0:
            return node[:at] + node[at + 1 :]
        if kind == 1:
            return [*node[: at + 1], *node[at:]]
        return [*node[:at], mutated(node[at], rng), *node[at + 1 :]]
    return rng.choice([*PIECES, [node], [node, node]])


def messages(rng: random.Random):
    """Half changed in their structure, half in their bytes."""
    whole = [encode(value, SHARED) for value in VALUES]
    trees = [msgpack.unpackb(message, strict_map_key=False) for message in whole]
    for number in range(N_MESSAGES):
        if number % 2:
            tree = rng.choice(trees)
            for _ in range(rng.randint(1, 4)):
                tree = mutated(tree, rng)
            yield msgpack.packb(tree)
        else:
            data = bytearray(rng.choice(whole))
            for _ in range(rng.randint(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            yield bytes(data[: rng.randint(1, len(data))] if rng.random() < 0.3 else data)


def test_a_hundred_thousand_mutated_messages_are_decoded_or_refused():
    """Nothing but WireError ever comes out, and both happen often."""
    rng = random.Random(7)
    n_refused = 0
    for message in messages(rng):
        try:
            decode(message, SHARED)
        except WireError:
            n_refused += 1
    assert 0.2 * N_MESSAGES < n_refused < 0.98 * N_MESSAGES


REPLIES = [
    Value(b"\xc0", ("1", "name")),
    Missing(),
    Unsendable("too large"),
    Raised(("KeyError", "LookupError"), "'a'", 3, "x = d['a']", "files"),
    Use("torch.softmax", 2, "torch.softmax(x)"),
]


def test_any_reply_is_an_answer_or_an_outcome():
    """Also where the student's process speaks the protocol itself: every field of every reply, with anything in it."""
    rng = random.Random(8)
    backend = JailedBackend(Zygote([], jailed=False), module="m", sources={}, shared=SHARED, limits=Limits(), seed=1)
    pieces = [*PIECES, "x" * 2001, ["E"] * 13, "\u202e", 10**6 + 1, encode([1], SHARED)]
    n_answers = n_refused = 0
    outcomes: list[Outcome] = []
    for number in range(20_000):
        ((key, content),) = msgpack.unpackb(replies.encode(REPLIES[number % len(REPLIES)])).items()
        if rng.random() < 0.3:
            content = rng.choice(pieces)
        elif isinstance(content, list) and rng.random() < 0.8:
            content[rng.randrange(len(content))] = rng.choice(pieces)
        message = {key: content} if rng.random() < 0.9 else {key: content, rng.choice(["value", "more"]): 1}
        try:
            backend._read("f", replies.decode(msgpack.packb(message)))
            n_answers += 1
        except Outcome as outcome:
            outcomes.append(outcome)
        except WireError:
            n_refused += 1
    assert min(n_answers, len(outcomes), n_refused) > 500
    assert max(len(str(outcome)) for outcome in outcomes) < 3000


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: type(reply).__name__)
def test_every_reply_arrives_as_it_was_sent(reply: replies.Reply):
    """With every field."""
    assert replies.decode(replies.encode(reply)) == reply


def test_what_is_sent_is_within_the_bounds():
    """Whatever the student's exception is called and says, its process sends what the other side takes."""
    long = "\ud800" + "x" * 10_000
    said = replies.decode(replies.encode(Raised((long,) * 50, long, 10**9, long, long)))
    assert said == Raised((said.types[0],) * 12, "?" + "x" * 1999, 0, "?" + "x" * 299, "?" + "x" * 39)
    assert replies.decode(replies.encode(Unsendable(long))) == Unsendable("?" + "x" * 299)


@pytest.mark.parametrize("size", [2**32 - 1, 9 << 20])
def test_an_announced_size_takes_no_memory(size: int):
    """Four bytes that promise gigabytes are refused before anything is read."""
    import socket
    import struct

    from autograder.jail import channel

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">I", size))
        with pytest.raises(WireError, match="announced"):
            channel.receive(ours)
