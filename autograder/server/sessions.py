"""What one process may ask of the model server, what it has used, and its requests as work for single sequences.

A session is a socket: whoever holds its other end is its owner, and there is no other way to name it. Numbers of
remembered sequences are looked up in the session's own table, so those of other sessions cannot be said.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from autograder.server.messages import Forward, RequestError
from autograder.server.rows import MAX_POSITION, MAX_SALT, Row, keys_of, visible_in

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

_salts = itertools.count()


@dataclass(frozen=True)
class Quota:
    """What one session may use; what is asked beyond that is refused by the name of the limit.

    Args:
        calls: calls of a model, over the whole session.
        tokens: tokens given to a model, over the whole session.
        batch: sequences in one call.
        caches: sequences remembered at the same time.
        logits_mib: size of the logits of one call.
    """

    calls: int = 20_000
    tokens: int = 1_000_000
    batch: int = 256
    caches: int = 1024
    logits_mib: int = 128


# For our own side, which asks for what checks need.
TRUSTED = Quota(calls=1 << 40, tokens=1 << 50, batch=4096, caches=1 << 16, logits_mib=1 << 11)


@dataclass(frozen=True)
class Bounds:
    """What a model can take: the longest sequence, the numbers of tokens and positions, and bytes of one logit."""

    length: int
    vocabulary: int
    positions: int
    logit_bytes: int


@dataclass(eq=False)
class Job:
    """One sequence of a request: what of it is to be computed, and the logits when that is done.

    `source`: the sequence that it continues; `since`: the pass in which it came.
    """

    model: int
    row: Row
    visible: NDArray[np.bool_]
    n_kept: int
    source: Row
    since: int = 0
    logits: torch.Tensor | None = None


@dataclass(eq=False)
class Session:
    """One process that asks: its quota, what it used, its remembered sequences and its waiting work."""

    quota: Quota
    served: int = 0  # tokens computed for it
    n_calls: int = 0
    n_tokens: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    waiting: deque[Job] = field(default_factory=deque)
    jobs: list[Job] = field(default_factory=list)  # of the request at hand
    request: Forward | None = None
    _last_number: int = 0

    def take(self, request: Forward, bounds: Mapping[int, Bounds], now: int) -> list[Row]:
        """Make `request` the one at hand. Returns the sequences that it frees, which hold nothing any longer.

        Raises: RequestError if it is beyond the quota or names what is not there; it then changes nothing but counts,
            and what it frees is freed.
        """
        try:
            jobs = self._jobs(request, bounds, now)
        finally:
            freed = [self.rows.pop(number) for number in request.freed if number in self.rows]
        self.request, self.jobs, self.waiting = request, jobs, deque(jobs)
        return freed

    def finish(self) -> list[int]:
        """The request at hand is answered: the numbers of its sequences, if they are remembered."""
        assert self.request is not None
        numbers = []
        if self.request.remember:
            for job in self.jobs:
                self._last_number += 1
                self.rows[self._last_number] = job.row
                numbers.append(self._last_number)
        self.request, self.jobs = None, []
        return numbers

    def _jobs(self, request: Forward, bounds: Mapping[int, Bounds], now: int) -> list[Job]:
        self.n_calls += 1
        if request.model not in bounds:
            raise RequestError("malformed", "there is no such model")
        model, (n_rows, n_new) = bounds[request.model], request.ids.shape
        positions = request.positions
        if positions is None:
            positions = np.broadcast_to(np.arange(request.past, request.past + n_new), request.ids.shape)
        self._require_within(request, model, positions)
        if unknown := [number for number in request.rows if number not in self.rows]:
            raise RequestError("malformed", f"there is no remembered sequence {unknown[0]}")
        sources = [self.rows[number] for number in request.rows] or [Row(np.zeros(0, np.int64))] * n_rows
        if any(len(source.keys) < request.past for source in sources):
            raise RequestError("malformed", "a remembered sequence is shorter than that")
        self.n_tokens += n_rows * n_new
        return [self._job(request, source, number, positions[number], now) for number, source in enumerate(sources)]

    def _job(self, request: Forward, source: Row, number: int, positions: NDArray[np.int64], now: int) -> Job:
        before = source.keys[: request.past]
        if request.mask is None:
            visible = np.concatenate([visible_in(before), np.ones(request.ids.shape[1], bool)])
            as_before = bool(visible.all())
            visible[:] = True
        else:
            visible = request.mask[number]
            as_before = bool((visible[: request.past] == visible_in(before)).all())
        salt = 0
        if not as_before:  # earlier tokens were computed under another mask: nobody else may take these for theirs
            salt = 1 + next(_salts) % (MAX_SALT - 1)
        new = keys_of(request.ids[number], positions, visible[request.past :], salt)
        row = Row(np.concatenate([before, new]))
        return Job(request.model, row, visible, request.n_kept, source, now)

    def _require_within(self, request: Forward, model: Bounds, positions: NDArray[np.int64]) -> None:
        """Raises: RequestError with the name of the limit that `request` is beyond."""
        n_rows, n_new = request.ids.shape
        quota = self.quota
        size_mib = n_rows * request.n_kept * model.vocabulary * model.logit_bytes / 2**20
        n_held = len(self.rows) - len(set(request.freed) & set(self.rows)) + n_rows * request.remember
        for kind, asked, most in (
            ("calls", self.n_calls, quota.calls),
            ("tokens", self.n_tokens + n_rows * n_new, quota.tokens),
            ("batch", n_rows, quota.batch),
            ("length", request.past + n_new, model.length),
            ("caches", n_held, quota.caches),
            ("logits", size_mib, quota.logits_mib),
        ):
            if asked > most:
                raise RequestError(kind, f"{asked:g} of at most {most}")
        if request.ids.max() >= model.vocabulary or positions.max() >= min(model.positions, MAX_POSITION):
            raise RequestError("malformed", "a token or a position that the model does not have")
