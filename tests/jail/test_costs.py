"""What the trusted side spends on a message is bounded by its size, whatever the student's process says.

The bound: a quarter of a second, and for each byte MAX_RATIO times what an ordinary answer costs for each byte.
All of it is CPU time of this process, compared within one run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import msgpack
import pytest

from autograder import checks
from autograder.errors import CheckFailed, Outcome
from autograder.grading.comparing import same_value
from autograder.grading.run import raised_message
from autograder.grading.student import JailedBackend
from autograder.jail import replies, wire
from autograder.jail.pool import Limits, Zygote
from autograder.messages import shown
from autograder.models import load
from autograder.shared import SharedObjects

FIXED_S, MAX_RATIO = 0.25, 5
READERS: list[Callable[[Any, str], Any]] = [
    checks.read_float, checks.read_floats, checks.read_int, checks.read_text, checks.read_texts, checks.read_list,
    checks.read_dict, checks.read_probs,
]  # fmt: skip


@cache
def shared() -> SharedObjects:
    return SharedObjects([load("tiny-chat")])


def taken(message: bytes) -> str:
    """What grading does with a reply: decode it, tell it, compare it, read it. Returns all that it would say."""
    backend = JailedBackend(Zygote([], jailed=False), module="m", sources={}, shared=shared(), limits=Limits(), seed=1)
    try:
        value, _ = backend._read("f", replies.decode(message))
    except wire.WireError as error:
        return str(error)
    except Outcome as outcome:
        raised = [raised_message(outcome, public=True).ja] if hasattr(outcome, "type_names") else []
        return "".join([str(outcome), *raised])
    said = [shown(value)]
    same_value(value, wire.decode(wire.encode(value, shared()), shared()))
    for read in READERS:
        try:
            read(value, "f")
        except CheckFailed as failed:
            said.append(str(failed))
    return "".join(said)


def cpu_s(message: bytes) -> float:
    started = time.process_time()
    taken(message)
    return time.process_time() - started


@cache
def ordinary_s_per_byte() -> float:
    """Of a distribution over a vocabulary, a common answer."""
    message = valued(wire.encode([(f"token{index}", 1 / 30_000) for index in range(30_000)], shared()))
    return min(cpu_s(message) for _ in range(3)) / len(message)


def valued(data: bytes) -> bytes:
    return msgpack.packb({"value": [data, []]})


def node(value: object) -> bytes:
    return valued(msgpack.packb(value))


def raised(**fields: object) -> bytes:
    given = {"types": ["E"], "text": "", "line": 1, "line_text": "", "limit": "", **fields}
    return msgpack.packb({"raised": list(given.values())})


def nested(width: int, depth: int) -> bytes:
    """`depth` lists in each other, which announce `width` elements each and hold none."""
    return b"\xdd" + width.to_bytes(4, "big") + nested(width, depth - 1) if depth else b""


def pairs_of_one_hash(n: int) -> list[tuple[int, int]]:
    """`n` pairs of numbers that all have the same hash: the second number is solved for in what Python computes."""
    prime_1, prime_2, prime_5, whole = 11400714785074694791, 14029467366897019727, 2870177450012600261, 1 << 64
    found: list[tuple[int, int]] = []
    first = 0
    while len(found) < n:
        first += 1
        after = (prime_5 + first * prime_2) % whole
        after = ((after << 31 | after >> 33) * prime_1) % whole
        wanted = (1 - after) * pow(prime_2, -1, whole) % whole
        second = wanted if wanted < whole // 2 else wanted - whole
        if abs(second) < 2**61 - 1 and second != -1:
            found.append((first, second))
    return found


TENSOR = ["T", "float32", [], bytes(4)]
HOSTILE: dict[str, Callable[[], bytes]] = {
    "tensors of one number": lambda: node(["l", [TENSOR] * 130_000]),
    "as many tensors as may be": lambda: node(["l", [TENSOR] * wire.MAX_TENSORS]),
    "tensors with eight axes": lambda: node(["l", [["T", "float32", [1] * 8, bytes(4)]] * wire.MAX_TENSORS]),
    "one large tensor": lambda: node(["T", "float32", [1 << 20], bytes(4 << 20)]),
    "one tensor of numbers that are none": lambda: node(["T", "float32", [1 << 20], b"\x7f\xc0\x00\x01" * (1 << 20)]),
    "models": lambda: node(["l", [["m", "tiny-chat", "model", []]] * 5000]),
    "models that refuse methods": lambda: node(["l", [["m", "tiny-chat", "model", ["generate"] * 60]] * 1000]),
    "a name of a mebibyte": lambda: node(["o", "x" * (1 << 20), "y"]),
    "a repr of a mebibyte": lambda: node(["o", "x", "y" * (1 << 20)]),
    "objects": lambda: node(["l", [["o", "x" * 100, "y" * 200]] * 20_000]),
    "nothing, often": lambda: node(["l", [None] * 131_072]),
    "empty lists": lambda: valued(b"\xdc\x00\x40" + (b"\xdd\x00\x01\xff\xff" + b"\x90" * 131_071) * 63),
    "empty maps": lambda: valued(b"\xdc\x00\x40" + (b"\xdd\x00\x01\xff\xff" + b"\x80" * 131_071) * 63),
    "empty lists outside": lambda: b"\xdc\x00\x40" + (b"\xdd\x00\x01\xff\xff" + b"\x90" * 131_071) * 63,
    "announced and not there": lambda: valued(nested(1 << 17, 400) + bytes(1 << 17)),
    "announced outside": lambda: nested(1 << 17, 400) + bytes(1 << 17),
    "short texts": lambda: node(["l", ["ab"] * 131_072]),
    "long texts": lambda: node(["l", ["あ" * (1 << 18)] * 10]),
    "text that is not shown as it is": lambda: node(["l", ["\u202e" * 300_000]]),
    "numbers as keys": lambda: node(["d", [[number << 32, 1] for number in range(60_000)]]),
    "keys of one hash": lambda: node(["d", [[["t", pair], 1] for pair in pairs_of_one_hash(40_000)]]),
    "texts as keys": lambda: node(["d", [[str(number), 1] for number in range(60_000)]]),
    "probabilities that are none": lambda: node(["l", [["t", ["a", 1.0]]] * 40_000]),
    "arrays": lambda: node(["l", [["a", "float32", ["l", [0.5]]]] * 60_000]),
    "a large array": lambda: node(["a", "float32", ["l", [0.5] * 131_072]]),
    "an array of arrays": lambda: node(["a", "float32", ["l", [["l", [1] * 10]] * 20_000]]),
    "an empty tensor": lambda: node(["T", "float32", [1 << 14, 0], b""]),
    "unsendable": lambda: msgpack.packb({"unsendable": "x" * (1 << 20)}),
    "used: name": lambda: msgpack.packb({"used": ["x" * (1 << 20), 1, ""]}),
    "used: text": lambda: msgpack.packb({"used": ["x", 1, "\u202e" * (1 << 20)]}),
    "raised: types": lambda: raised(types=["E"] * 100_000),
    "raised: a type": lambda: raised(types=["E" * (1 << 20)]),
    "raised: text": lambda: raised(text="x" * (1 << 20)),
    "raised: line": lambda: raised(line=2**63),
    "raised: line text": lambda: raised(line_text="x" * (1 << 20)),
    "raised: limit": lambda: raised(limit="x" * (1 << 20)),
    "changed": lambda: msgpack.packb({"value": [b"\xc0", ["x" * 100_000] * 60]}),
    "changed, often": lambda: msgpack.packb({"value": [b"\xc0", ["x"] * 130_000]}),
    "missing": lambda: msgpack.packb({"missing": ["x" * 1000] * 1000}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_costs_more_than_its_size(name: str):
    """Nor says more than a few thousand characters."""
    message = HOSTILE[name]()
    assert len(message) <= wire.MAX_BYTES
    spent_s = min(cpu_s(message), cpu_s(message))
    assert spent_s <= FIXED_S + MAX_RATIO * ordinary_s_per_byte() * len(message)
    assert len(taken(message)) < 8000


def test_the_pairs_have_one_hash():
    """The control: as keys of one dict they take time in the square of their number."""
    assert len({hash(pair) for pair in pairs_of_one_hash(1000)}) == 1
