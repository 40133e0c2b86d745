"""Plain data on the wire between checks and student code: msgpack, bounded, never pickle.

A value is None, bool, int (64 bits), float, str, bytes, or
    ["l", items]  list          ["t", items]  tuple          ["d", [[key, value], …]]  dict
    ["T", dtype, shape, bytes]  tensor
    ["a", dtype, items]  numpy array, its items as (lists of) plain values
    ["m", name, part, [forbidden methods]]  a model or tokenizer that both sides hold
    ["f", name]  a file in the student's scratch folder; only in what is sent to the student
    ["o", type name, text]  anything else: shown to the student, never rebuilt

Every mapping crosses as a dict, every other sequence (a range, a deque) as a list, a number of numpy as one of Python.
What a student's process sends is a claim: `decode` raises `WireError` on anything malformed and
builds nothing but the types above. It does not promise that a claim is true.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from autograder.shared import PARTS, Array, ScratchFile, SharedObjects

MAX_BYTES = 8 << 20
MAX_FILE_BYTES = 4 << 20
MAX_TEXT = 1 << 20
MAX_DEPTH = 12
MAX_NODES = 1 << 18
# Each tensor costs as much as a hundred numbers, and each name of a model a copy of the object.
MAX_TENSORS = 1 << 14
MAX_REFERENCES = 16
# The hashes of numbers and tuples can be chosen so that a dict takes time in the square of its size; those of texts cannot.
MAX_KEYS_NOT_TEXT = 1 << 13
MAX_EQUAL_HASHES = 8
MAX_TYPE_NAME, MAX_REPR = 100, 200
MAX_FORBIDDEN = 64
_ITEM_BYTES = {
    "float32": 4,
    "float64": 8,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "uint8": 1,
    "bool": 1,
}


class WireError(Exception):
    """A message is malformed, too large, or holds what may not cross."""


@dataclass(frozen=True)
class Opaque:
    """A value that is not plain data, seen from the other side: only its type's name and its text."""

    type_name: str
    text: str

    def __repr__(self) -> str:
        return self.text


def encode(value: object, shared: SharedObjects) -> bytes:
    """`value` as one message. Raises: WireError if it is too deep, too large, or an int beyond 64 bits."""
    data = _Encoder(shared).packed(value)
    if len(data) > MAX_BYTES:
        raise WireError(f"the value takes {len(data)} bytes; at most {MAX_BYTES} may cross")
    return data


def decode(data: bytes, shared: SharedObjects, *, scratch: Callable[[], Path] | None = None) -> Any:
    """The value of one message.

    Args:
        scratch: gives the scratch folder, in which scratch files become paths; None refuses them.

    Raises: WireError for anything but a well-formed message within the bounds.
    """
    return _Decoder(shared, scratch).value(unpack(data), MAX_DEPTH)


def argument_texts(
    arguments: Sequence[object], keywords: Mapping[str, object], shared: SharedObjects
) -> dict[str, bytes]:
    """Position (from 1) or name of each argument → its message, to be compared with a later one; empty if it has none."""
    named = {str(place): one for place, one in enumerate(arguments, start=1)} | dict(keywords)
    return {name: _packed_or_empty(one, shared) for name, one in named.items()}


def _packed_or_empty(value: object, shared: SharedObjects) -> bytes:
    try:
        return _Encoder(shared).packed(value)
    except Exception:  # what a student puts into an argument may be too large, or raise anything
        return b""


def changed_arguments(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """The names of the arguments whose messages differ."""
    return [name for name, text in before.items() if after[name] != text]


def unpack(data: bytes) -> Any:
    """The msgpack structure of `data`, within the bounds. Raises: WireError."""
    if len(data) > MAX_BYTES:
        raise WireError("message too large")
    n_items = 0

    def counted(items: Any) -> Any:
        nonlocal n_items
        n_items += 1 + len(items)
        if (
            n_items > 4 * MAX_NODES
        ):  # a node takes up to four: what an empty list takes in memory is 60 times its message
            raise WireError(f"the message has over {4 * MAX_NODES} parts")
        return items

    try:
        return msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            list_hook=counted,
            object_hook=counted,
            max_str_len=MAX_TEXT,
            max_bin_len=MAX_BYTES,
            max_array_len=min(1 << 17, len(data)),
            max_map_len=64,
            max_ext_len=0,
        )
    except (ValueError, msgpack.exceptions.UnpackException, RecursionError, UnicodeDecodeError) as error:
        raise WireError("malformed message") from error


class _Counted:
    """How much one message holds of what is dear, on whichever side it is counted."""

    def __init__(self) -> None:
        self._n_nodes = self._n_tensors = self._n_references = 0

    def node(self, depth: int) -> None:
        """One more part, `depth` levels above the deepest that may be. Raises: WireError, as all of these do."""
        self._n_nodes += 1
        if depth < 0 or self._n_nodes > MAX_NODES:
            raise WireError(f"the value is nested deeper than {MAX_DEPTH} levels or has over {MAX_NODES} parts")

    def tensor(self) -> None:
        self._n_tensors += 1
        if self._n_tensors > MAX_TENSORS:
            raise WireError(f"the value holds over {MAX_TENSORS} tensors; give one tensor, or a list of numbers")

    def reference(self) -> None:
        self._n_references += 1
        if self._n_references > MAX_REFERENCES:
            raise WireError(f"the value holds over {MAX_REFERENCES} models and tokenizers")


class _Encoder:
    def __init__(self, shared: SharedObjects) -> None:
        self._shared, self._counted = shared, _Counted()

    def packed(self, value: object) -> bytes:
        data: bytes = msgpack.packb(self.node(value, MAX_DEPTH), use_bin_type=True)
        return data

    def node(self, value: Any, depth: int) -> Any:
        self._counted.node(depth)
        value = _unwrap_numpy(value)
        if value is None or isinstance(value, bool | float | bytes):
            return value if not isinstance(value, float) else float(value)
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                return ["o", "int", f"an integer of {int(value).bit_length()} bits"]
            return int(value)
        if isinstance(value, str):
            return _text(str.__str__(value))
        if isinstance(value, list | tuple):
            tag = "l" if isinstance(value, list) else "t"
            return [tag, [self.node(item, depth - 1) for item in value]]
        if isinstance(value, Mapping):
            return ["d", [[self.node(key, depth - 1), self.node(item, depth - 1)] for key, item in value.items()]]
        if isinstance(value, Sequence) and not isinstance(value, bytearray | memoryview):
            return ["l", [self.node(item, depth - 1) for item in value]]
        return self._object(value, depth)

    def _object(self, value: Any, depth: int) -> list[Any]:
        if isinstance(value, ScratchFile):
            return ["f", value.name]
        name = self._shared.name_of(value)
        if name:
            self._counted.reference()
            return ["m", name[0], name[1], list(name[2])]
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy is not None and isinstance(value, numpy.ndarray | Array):
            if isinstance(value, numpy.ndarray) and value.size > MAX_NODES:
                raise WireError(f"an array of {value.size} items; at most {MAX_NODES} may cross")
            items = value.items if isinstance(value, Array) else value.tolist()
            return ["a", str(value.dtype)[:MAX_TYPE_NAME], self.node(items, depth - 1)]
        if torch is not None and isinstance(value, torch.Tensor):
            dtype = str(value.dtype).removeprefix("torch.")
            if dtype in _ITEM_BYTES and not value.is_sparse:
                self._counted.tensor()
                flat = value.detach().cpu().contiguous().reshape(-1)
                return ["T", dtype, list(value.shape), flat.view(torch.uint8).numpy().tobytes()]
        return ["o", type(value).__name__[:MAX_TYPE_NAME], _safe_repr(value)]


def _text(text: str) -> str:
    """`text` with lone surrogates, which UTF-8 cannot carry, replaced."""
    if len(text) > MAX_TEXT:
        raise WireError(f"a text of {len(text)} characters; at most {MAX_TEXT} may cross")
    return text.encode("utf-8", "replace").decode("utf-8")


def _safe_repr(value: object) -> str:
    try:
        return _text(repr(value)[:MAX_REPR])
    except Exception:  # a student's __repr__ may raise anything
        return f"<{type(value).__name__}>"[:MAX_REPR]


def _unwrap_numpy(value: Any) -> Any:
    """numpy scalars as Python scalars; everything else as it is."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        return value.item()
    return value


class _Decoder:
    def __init__(self, shared: SharedObjects, scratch: Callable[[], Path] | None) -> None:
        self._shared, self._scratch, self._counted = shared, scratch, _Counted()
        self._n_keys = 0

    def value(self, node: Any, depth: int) -> Any:
        self._counted.node(depth)
        if node is None or isinstance(node, bool | int | float | str | bytes):
            return node
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise WireError("malformed value")
        match node:
            case ["l", list(items)]:
                return [self.value(item, depth - 1) for item in items]
            case ["t", list(items)]:
                return tuple(self.value(item, depth - 1) for item in items)
            case ["d", list(pairs)]:
                return self._dict(pairs, depth - 1)
            case ["T", str(dtype), list(shape), bytes(data)]:
                self._counted.tensor()
                return _tensor(dtype, shape, data)
            case ["a", str(dtype), items] if len(dtype) <= MAX_TYPE_NAME:
                return Array(dtype, self.value(items, depth - 1))
            case ["m", str(name), str(part), list(forbidden)]:
                self._counted.reference()
                return self._shared_object(name, part, forbidden)
            case ["f", str(name)] if self._scratch is not None:
                return str(_scratch_path(self._scratch(), name))
            case ["o", str(type_name), str(text)] if len(type_name) <= MAX_TYPE_NAME and len(text) <= MAX_REPR:
                return Opaque(type_name, text)
        raise WireError("malformed value")

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        hashes: Counter[int] = Counter()
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("malformed dict")
            key = self.value(pair[0], depth)
            if not isinstance(key, str | bytes):
                self._count_key(key, hashes)
            result[key] = self.value(pair[1], depth)
        return result

    def _count_key(self, key: Any, hashes: Counter[int]) -> None:
        try:
            number = hash(key)
        except TypeError as error:
            raise WireError("a dict key that cannot be hashed") from error
        self._n_keys += 1
        hashes[number] += 1
        if self._n_keys > MAX_KEYS_NOT_TEXT or hashes[number] > MAX_EQUAL_HASHES:
            raise WireError(f"the value holds dicts with over {MAX_KEYS_NOT_TEXT} keys that are not texts")

    def _shared_object(self, name: str, part: str, forbidden: list[Any]) -> Any:
        if part not in PARTS or len(forbidden) > MAX_FORBIDDEN or not all(isinstance(one, str) for one in forbidden):
            raise WireError("malformed name of a model")
        try:
            return self._shared.find(name, part, tuple(forbidden))
        except (KeyError, AttributeError) as error:
            raise WireError("a model that this side does not hold") from error


def _scratch_path(scratch: Path, name: str) -> Path:
    """Where the file called `name` lies. Raises: WireError if that is not a plain name."""
    if name in {"", ".", ".."} or Path(name).name != name:
        raise WireError("not the name of a file in the scratch folder")
    return scratch / name


def taken_file(scratch: Path, name: str) -> bytes | None:
    """The bytes of a file that student code wrote, which is gone afterwards; None if there is no such file.

    Raises: WireError if it is too large to cross, or its name is not plain.
    """
    path = _scratch_path(scratch, name)
    if not path.is_file():
        return None
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise WireError(f"the file {name} takes {size} bytes; at most {MAX_FILE_BYTES} may cross")
    data = path.read_bytes()
    path.unlink()
    return data


def _tensor(dtype: str, shape: list[Any], data: bytes) -> Any:
    if dtype not in _ITEM_BYTES or len(shape) > 8:
        raise WireError("malformed tensor")
    if not all(type(size) is int and 0 <= size <= MAX_BYTES for size in shape):
        raise WireError("malformed tensor shape")
    if math.prod(shape) * _ITEM_BYTES[dtype] != len(data):
        raise WireError("a tensor's shape does not fit its bytes")
    if (
        not data and math.prod(max(1, size) for size in shape) > MAX_NODES
    ):  # its list, or its sum along an axis, is not empty
        raise WireError("an empty tensor with axes that are too long")
    import torch

    flat = torch.frombuffer(bytearray(data), dtype=getattr(torch, dtype)) if data else torch.empty(0)
    return flat.to(getattr(torch, dtype)).reshape(shape)
