"""Only bounded plain data crosses, and anything else is a clean refusal."""

from __future__ import annotations

import itertools
from collections import UserDict, UserList
from collections.abc import Iterator

import msgpack
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.jail import wire
from autograder.jail.wire import Opaque, WireError, decode, encode
from autograder.models import load
from autograder.shared import Array, SharedObjects

NOTHING = SharedObjects()

plain_keys = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5)
plain = st.recursive(
    plain_keys | st.floats(allow_nan=False) | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(plain_keys | st.tuples(plain_keys, plain_keys), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_data_survives_the_way(value: object):
    """Equal value, equal types."""
    there = decode(encode(value, NOTHING), NOTHING)
    assert there == value
    assert type(there) is type(value)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6).reshape(2, 3),
        torch.tensor(1.5),
        torch.zeros(1, 0, dtype=torch.int64),
        torch.tensor([True, False]),
        torch.ones(2, 2, dtype=torch.bfloat16),
        torch.arange(6.0).reshape(2, 3).T,
    ],
    ids=["int64", "scalar", "empty", "bool", "bfloat16", "strided"],
)
def test_tensors_survive_the_way(tensor: torch.Tensor):
    """Same dtype, shape and elements."""
    there = decode(encode(tensor, NOTHING), NOTHING)
    assert there.dtype == tensor.dtype
    assert there.shape == tensor.shape
    assert torch.equal(there, tensor)


def test_numpy_scalars_arrive_as_numbers():
    """A list of np.float64 is a list of floats."""
    import numpy

    there = decode(encode([numpy.float64(0.5), numpy.int64(3)], NOTHING), NOTHING)
    assert there == [0.5, 3]
    assert [type(item) for item in there] == [float, int]


def test_arrays_arrive_as_their_items():
    """With the name of their dtype; an array that came may be sent on."""
    import numpy

    there = decode(encode(numpy.array([[1, 2], [3, 4]]), NOTHING), NOTHING)
    assert there == Array("int64", [[1, 2], [3, 4]])
    assert decode(encode(there, NOTHING), NOTHING) == there
    assert decode(encode(numpy.array(0.5), NOTHING), NOTHING) == Array("float64", 0.5)
    assert decode(encode(numpy.array(["a"]), NOTHING), NOTHING).items == ["a"]


def test_sequences_and_mappings_arrive_as_lists_and_dicts():
    """Whatever class they are of."""
    assert decode(encode(range(3), NOTHING), NOTHING) == [0, 1, 2]
    assert decode(encode(UserDict(a=1), NOTHING), NOTHING) == {"a": 1}
    assert isinstance(decode(encode(bytearray(b"a"), NOTHING), NOTHING), Opaque)


def test_an_endless_sequence_is_refused():
    """After the number of parts that may cross."""

    class Endless(UserList[int]):
        def __iter__(self) -> Iterator[int]:
            return itertools.count()

    with pytest.raises(WireError, match="parts"):
        encode(Endless(), NOTHING)


class Sly(float):
    """Equal to everything, if it arrived as itself."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


def test_subclasses_arrive_as_the_plain_type():
    """No method of the student's travels along."""
    there = decode(encode(Sly(0.5), NOTHING), NOTHING)
    assert type(there) is float
    assert there != 3


def test_anything_else_arrives_as_its_description():
    """A set is shown to the student; it is not rebuilt."""
    assert decode(encode({1}, NOTHING), NOTHING) == Opaque("set", "{1}")


@pytest.mark.parametrize(
    "value",
    ["x" * (wire.MAX_TEXT + 1), [b"x" * wire.MAX_BYTES] * 2, list(range(wire.MAX_NODES + 1))],
    ids=["text", "bytes", "parts"],
)
def test_what_is_too_large_is_refused(value: object):
    """At the sender."""
    with pytest.raises(WireError):
        encode(value, NOTHING)


def test_what_is_too_deep_is_refused():
    """A self-containing list as well."""
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(WireError):
        encode(endless, NOTHING)


@pytest.mark.parametrize(
    "node",
    [
        ["T", "float32", [2, 2], b"1234"],
        ["T", "float32", [-1, -4], b""],
        ["T", "complex64", [1], b"12345678"],
        ["T", "int64", [1] * 9, b"12345678"],
        ["T", "int64", [True], b"12345678"],
        ["d", [[["l", []], 1]]],
        ["d", [[1, 2, 3]]],
        ["m", "tiny-chat", "model", []],
        ["m", "tiny-chat", "__dict__", []],
        ["x", 1],
        [],
        {"a": 1},
    ],
    ids=str,
)
def test_malformed_values_are_refused(node: object):
    """Wrong bytes, negative sizes, unhashable keys, unknown names: nothing is built."""
    with pytest.raises(WireError):
        decode(msgpack.packb(node), NOTHING)


@pytest.mark.parametrize(
    "value",
    [
        [torch.tensor(1)] * (wire.MAX_TENSORS + 1),
        [wire.MAX_TENSORS, torch.empty(0, 1 << 13, 1 << 13)],
        {(number, number): 1 for number in range(wire.MAX_KEYS_NOT_TEXT + 1)},
    ],
    ids=["tensors", "an empty tensor with long axes", "keys that are no texts"],
)
def test_what_is_dear_is_bounded(value: object):
    """Where it is read, if not already where it is sent."""
    with pytest.raises(WireError):
        decode(encode(value, NOTHING), NOTHING)


def test_names_of_models_are_bounded():
    """Each is a copy of the object."""
    shared = SharedObjects([load("tiny-chat")])
    tokenizer = shared.find("tiny-chat", "tokenizer", ())
    assert decode(encode([tokenizer] * wire.MAX_REFERENCES, shared), shared)
    for message in (["m", "tiny-chat", "tokenizer", []], ["m", "tiny-chat", "tokenizer", ["encode"]]):
        with pytest.raises(WireError, match="models"):
            decode(msgpack.packb(["l", [message] * (wire.MAX_REFERENCES + 1)]), shared)
    with pytest.raises(WireError):
        encode([tokenizer] * (wire.MAX_REFERENCES + 1), shared)
