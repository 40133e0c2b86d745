"""Requests to the model server and its answers: bounded plain data, never pickle.

A request is 4 bytes of length and a msgpack list; an answer is 4 bytes of length, a msgpack list, and the bytes of
the logits, if any. A sequence that the server remembers is named by a number that means something in its own
session only, together with how many of its tokens count.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

MAX_REQUEST_BYTES = 2 << 20
MAX_ROWS = 4096
HEADER = struct.Struct(">I")

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


class RequestError(Exception):
    """A request that is not answered; `kind` is "malformed" or the name of a limit."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Forward:
    """One call of a model.

    Args:
        model: its index.
        rows: for each sequence the number of the one that it continues; empty: all begin anew.
        past: how many of that sequence's tokens count.
        ids: the tokens that follow, shape (B, T).
        positions: their positions, shape (B, T); None: past, past + 1, …
        mask: which tokens may be looked at, shape (B, past + T); None: all.
        keep: of how many last tokens the logits are wanted; 0: of all T.
        remember: whether the sequences shall be continued later.
        freed: numbers that nobody will use again, apart from this request.
    """

    model: int
    rows: tuple[int, ...]
    past: int
    ids: Ids
    positions: Ids | None
    mask: Mask | None
    keep: int
    remember: bool
    freed: tuple[int, ...]

    @property
    def n_kept(self) -> int:
        """How many tokens of each sequence get logits."""
        return min(self.keep, self.ids.shape[1]) or int(self.ids.shape[1])


def encode_forward(request: Forward) -> bytes:
    """`request` with its length in front. Raises: RequestError if it is too large."""
    positions, mask = request.positions, request.mask
    data: bytes = msgpack.packb(
        [
            request.model,
            list(request.rows),
            request.past,
            list(request.ids.shape),
            request.ids.astype("<i4").tobytes(),
            None if positions is None else positions.astype("<i4").tobytes(),
            None if mask is None else np.packbits(mask, axis=1).tobytes(),
            request.keep,
            request.remember,
            list(request.freed),
        ]
    )
    if len(data) > MAX_REQUEST_BYTES:
        raise RequestError("batch", f"a request of {len(data)} bytes; at most {MAX_REQUEST_BYTES}")
    return HEADER.pack(len(data)) + data


def decode_forward(data: bytes) -> Forward:
    """The request in `data`, without its length.

    Of the shape of a request and within the bounds of this module; whether rows and tokens exist is not looked at.
    Raises: RequestError for everything else.
    """
    match _unpack(data):
        case [
            int(model),
            list(rows),
            int(past),
            [int(n_rows), int(n_tokens)],
            bytes(ids),
            bytes() | None as positions,
            bytes() | None as mask,
            int(keep),
            bool(remember),
            list(freed),
        ] if 1 <= n_rows <= MAX_ROWS and 1 <= n_tokens <= MAX_REQUEST_BYTES and 0 <= past <= MAX_REQUEST_BYTES:
            shape = (_small(n_rows), _small(n_tokens))  # True is no number here
            if len(rows) not in (0, n_rows) or (past and not rows):
                raise RequestError("malformed", "as many rows as sequences, or none")
            return Forward(
                model=_small(model),
                rows=tuple(map(_small, rows)),
                past=_small(past),
                ids=_ids(ids, shape),
                positions=None if positions is None else _ids(positions, shape),
                mask=None if mask is None else _mask(mask, n_rows, past + n_tokens),
                keep=_small(keep),
                remember=remember,
                freed=tuple(map(_small, freed)),
            )
    raise RequestError("malformed", "not a request")


def _unpack(data: bytes) -> Any:
    try:
        return msgpack.unpackb(
            data,
            max_bin_len=MAX_REQUEST_BYTES,
            max_array_len=1 << 16,
            max_str_len=0,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, msgpack.exceptions.UnpackException, RecursionError, TypeError) as error:
        raise RequestError("malformed", "not msgpack within the bounds") from error


def _small(number: object) -> int:
    if type(number) is not int or not 0 <= number < 1 << 31:
        raise RequestError("malformed", "a number that names nothing")
    return number


def _ids(data: bytes, shape: tuple[int, int]) -> Ids:
    if len(data) != 4 * shape[0] * shape[1]:
        raise RequestError("malformed", "as many numbers as the shape says")
    ids = np.frombuffer(data, "<i4").astype(np.int64).reshape(shape)
    if ids.min() < 0:
        raise RequestError("malformed", "a negative token or position")
    return ids


def _mask(data: bytes, n_rows: int, width: int) -> Mask:
    n_bytes = (width + 7) // 8
    if len(data) != n_rows * n_bytes:
        raise RequestError("malformed", "a mask as wide as the sequences")
    bits = np.frombuffer(data, np.uint8).reshape(n_rows, n_bytes)
    return np.unpackbits(bits, axis=1, count=width).astype(bool)


def encode_logits(rows: list[int], dtype: str, shape: tuple[int, int, int]) -> bytes:
    """The head of an answer; the logits' bytes follow it. `rows`: numbers of the new sequences, or none."""
    data: bytes = msgpack.packb([True, rows, dtype, list(shape)])
    return HEADER.pack(len(data)) + data


def encode_refusal(error: RequestError) -> bytes:
    """The whole answer to a request that is refused."""
    data: bytes = msgpack.packb([False, error.kind, error.detail[:300]])
    return HEADER.pack(len(data)) + data
