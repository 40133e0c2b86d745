"""What was drawn, token by token, as the unnamed bets (`unnamed`) look at it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.stats.families import N_COLUMNS, Floats, Place

ESCAPE = (
    1e-4  # share of every bet that goes to tokens at the very edge of the support, so that one of them does not end it
)


@dataclass(frozen=True)
class Step:
    """One token that was drawn where P was asked for.

    Args:
        place: what the families know of it; None for a token that only an honest run's rounding lets in.
        log_p: log P of the token; for a token at the edge, of the unfiltered distribution.
        log_u: the bound of the probability over all honest runs.
        best: probability of the best token.
        is_greedy: whether it is the best token.
    """

    place: Place | None
    log_p: float
    log_u: float
    best: float

    @property
    def is_greedy(self) -> bool:
        """Whether it is the best token."""
        return self.place is not None and self.place.rank == 0


@dataclass(frozen=True)
class Drawing:
    """One draw: its steps in order; `key` is what equal draws share. An impossible draw (a proof) has no steps."""

    key: Hashable
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Call:
    """Draws that were asked for by one question (equal for equal questions), in their order.

    `recoding` is None for draws whose ids are known, else the bound of the rate at which texts do not give them back.
    """

    question: Hashable
    draws: tuple[Drawing, ...]
    recoding: float | None = None


@dataclass(frozen=True)
class Table:
    """The steps of several calls side by side; arrays over tokens (T,), over draws (R,), and for each call.

    Args:
        row: index of each token's draw.
        position: index of each token in its draw.
        gains: of each member of each family, (T, N_COLUMNS); 0 for a token at the edge.
        at_edge: whether a token lies at the edge.
        base: log of (1 - ESCAPE) P / U, or of ESCAPE P / U at the edge.
        cells: low, high, low_by_id, high_by_id, (T, 4).
        best: probability of the best token.
        call: index of each draw's call. place: of each draw among the `size` draws of its call, those that are left out, too.
        starts: index of each draw's first token, and T.
    """

    row: NDArray[np.int64]
    position: NDArray[np.int64]
    gains: Floats
    at_edge: NDArray[np.bool_]
    base: Floats
    log_p: Floats
    cells: Floats
    best: Floats
    is_greedy: NDArray[np.bool_]
    call: NDArray[np.int64]
    place: NDArray[np.int64]
    size: NDArray[np.int64]
    starts: NDArray[np.int64]
    keys: tuple[Hashable, ...]
    questions: tuple[Hashable, ...]

    @property
    def n_rows(self) -> int:
        """Number of draws."""
        return len(self.call)

    def sums(self, values: Floats) -> Floats:
        """Sums over the tokens of each draw, (R, …)."""
        padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
        found: Floats = np.add.reduceat(padded, self.starts[:-1], axis=0)
        found[self.starts[1:] == self.starts[:-1]] = 0.0
        return found


def table_of(calls: Sequence[Call]) -> Table:
    """The possible draws of `calls`; draws that are proofs are left out."""
    every = [(index, place, draw) for index, call in enumerate(calls) for place, draw in enumerate(call.draws)]
    drawn = [(index, place, draw) for index, place, draw in every if draw.steps]
    steps = [step for _, _, draw in drawn for step in draw.steps]
    lengths = np.array([len(draw.steps) for _, _, draw in drawn], dtype=np.int64)
    nowhere = Place(np.zeros(N_COLUMNS), 0.0, 0.0, 0.0, 0.0, -1)
    places = [step.place or nowhere for step in steps]
    at_edge = np.array([step.place is None for step in steps], dtype=bool)
    log_p = np.array([step.log_p for step in steps])
    cut = np.where(at_edge, np.log(ESCAPE), np.log1p(-ESCAPE))
    starts = np.concatenate([[0], lengths.cumsum()]).astype(np.int64)
    row = np.repeat(np.arange(len(drawn)), lengths)
    return Table(
        row=row,
        position=np.arange(len(steps)) - starts[row] if len(steps) else np.zeros(0, dtype=np.int64),
        gains=np.array([place.gains for place in places]).reshape(len(steps), N_COLUMNS),
        at_edge=at_edge,
        base=cut + log_p - np.array([step.log_u for step in steps]),
        log_p=log_p,
        cells=np.array([[one.low, one.high, one.low_by_id, one.high_by_id] for one in places]).reshape(-1, 4),
        best=np.array([step.best for step in steps]),
        is_greedy=np.array([step.is_greedy for step in steps], dtype=bool),
        call=np.array([index for index, _, _ in drawn], dtype=np.int64),
        place=np.array([place for _, place, _ in drawn], dtype=np.int64),
        size=np.array([len(calls[index].draws) for index, _, _ in drawn], dtype=np.int64),
        starts=starts,
        keys=tuple(draw.key for _, _, draw in drawn),
        questions=tuple(calls[index].question for index, _, _ in drawn),
    )
