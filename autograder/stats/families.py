"""Ways of bending a distribution that nobody has to name: one-parameter families around it.

Each member is a distribution Q over tokens, made from the distribution P that is asked for, and each column of `gains` is
log Q(x) / P(x) of one member for the tokens x that were drawn. A family may do well against mistakes that nobody thought of:

- tilted: Q ~ P^b inside the support; b = 0 is uniform, b > 1 is too cold.
- weighted: a class of tokens w times as often (the best one, EOS, ranks 2 to 5, the rest, the last one kept, those under 1, 3
  or 10 %, those behind 90, 95 or 99 % of the mass, in the order of probability).
- moved: a share of all mass given to the best token, to the last one kept, or evenly to all that are kept.
- bent: the random number u behind a draw is u^a, or 1 - (1 - u)^a, in the order of probability or of ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TILTS = (0.0, 0.25, 0.5, 0.75, 0.875, 0.9375, 1.0625, 1.125, 1.25, 1.5, 2.0, 4.0)
WEIGHTS = (1e-3, 0.1, 0.3, 0.5, 0.7, 0.85, 1.15, 1.4, 2.0, 4.0, 20.0, 1e3)
SHARES = (0.02, 0.05, 0.1, 0.2, 0.4)
POWERS = (0.5, 0.75, 0.9, 0.95, 1.05, 1.1, 1.25, 2.0)
RARE = (0.01, 0.03, 0.1)
BEHIND = (0.9, 0.95, 0.99)
CLASSES = ("best", "eos", "next", "rest", "last", *(f"under {p}" for p in RARE), *(f"behind {p}" for p in BEHIND))
MOVED = ("best", "last", "all")
BENT = ("up", "down", "up by id", "down by id")
# Columns of each family, in their order.
SIZES = {
    "tilted": len(TILTS),
    **{f"weighted: {name}": len(WEIGHTS) for name in CLASSES},
    **{f"moved: {name}": len(SHARES) for name in MOVED},
    **{f"bent: {name}": len(POWERS) for name in BENT},
}
N_COLUMNS = sum(SIZES.values())


@dataclass(frozen=True)
class Place:
    """What the families need to know of one token of a distribution.

    Args:
        gains: log Q(x) / P(x) of every member, (N_COLUMNS,).
        low, high: sums of the probabilities in front of x, and x included, in the order of probability.
        low_by_id, high_by_id: the same in the order of ids.
        rank: of x, 0 for the best.
    """

    gains: Floats
    low: float
    high: float
    low_by_id: float
    high_by_id: float
    rank: int


class Bends:
    """One distribution `p` (V,), in the order of ids, and its families; `eos` is the id of EOS, -1 for none."""

    def __init__(self, p: Floats, eos: int) -> None:
        able = np.flatnonzero(p > 0)
        kept = able[np.argsort(-p[able], kind="stable")]
        self._order, self.p, self._eos = kept, p, eos
        self._rank = {int(token): rank for rank, token in enumerate(kept)} if len(kept) <= 64 else None
        sorted_p = p[kept]
        self._sums = np.concatenate([[0.0], sorted_p.cumsum()])
        self._by_id = np.concatenate([[0.0], p.cumsum()])
        self._norms = np.log(_power_sums(sorted_p))
        self._masses = self._class_masses(sorted_p)
        self.best = float(sorted_p[0])

    def _class_masses(self, sorted_p: Floats) -> Floats:
        """Mass of each class, in the order of `CLASSES`."""
        behind = [float(sorted_p[self._sums[:-1] >= share].sum()) for share in BEHIND]
        return np.array(
            [
                sorted_p[0],
                self.p[self._eos] if self._eos >= 0 else 0.0,
                sorted_p[1:5].sum(),
                sorted_p[5:].sum(),
                sorted_p[-1],
                *(float(sorted_p[sorted_p < share].sum()) for share in RARE),
                *behind,
            ]
        )

    def rank(self, token: int) -> int:
        """Place of a token that has a probability, in the order of probability."""
        if self._rank is not None:
            return self._rank[token]
        return int(np.flatnonzero(self._order == token)[0])

    def at(self, token: int) -> Place:
        """What is known of `token`, which has a probability."""
        rank = self.rank(token)
        p = float(self.p[token])
        low, low_by_id = float(self._sums[rank]), float(self._by_id[token])
        inside = np.array(
            [
                rank == 0,
                token == self._eos,
                1 <= rank < 5,
                rank >= 5,
                rank == len(self._order) - 1,
                *(p < share for share in RARE),
                *(low >= share for share in BEHIND),
            ]
        )
        gains = np.concatenate(
            [
                np.multiply(TILTS, np.log(p)) - self._norms - np.log(p),
                _weighted(inside, self._masses),
                _moved((rank == 0, rank == len(self._order) - 1), p, len(self._order)),
                *(_bent(low, low + p), _bent(1 - low - p, 1 - low)),
                *(_bent(low_by_id, low_by_id + p), _bent(1 - low_by_id - p, 1 - low_by_id)),
            ]
        )
        return Place(gains, low, low + p, low_by_id, low_by_id + p, rank)


def _power_sums(p: Floats) -> Floats:
    """Sums of p^b for b in `TILTS`, which are made of square roots and products."""
    root = np.sqrt(p)
    quarter = np.sqrt(root)
    eighth = np.sqrt(quarter)
    sixteenth = np.sqrt(eighth)
    to_7_8 = root * quarter * eighth
    return np.array(
        [
            len(p),
            *(part.sum() for part in (quarter, root, root * quarter, to_7_8, to_7_8 * sixteenth)),
            *((p * part).sum() for part in (sixteenth, eighth, quarter, root, p, p**3)),
        ]
    )


def _weighted(inside: NDArray[np.bool_], masses: Floats) -> Floats:
    """Gains of all weights of all classes; a class without mass, or with all of it, gives none."""
    weights = np.array(WEIGHTS)
    masses = np.clip(masses, 0.0, 1.0)
    gains = np.where(inside[:, None], np.log(weights), 0.0) - np.log1p(masses[:, None] * (weights - 1))
    flat: Floats = gains.reshape(-1)
    return flat


def _moved(inside: Sequence[bool], p: float, n_kept: int) -> Floats:
    shares = np.array(SHARES)
    given = [1 / p if inside[0] else 0.0, 1 / p if inside[1] else 0.0, 1 / (n_kept * p)]
    found: Floats = np.log1p(shares * (np.array(given)[:, None] - 1)).reshape(-1)
    return found


def _bent(low: float, high: float) -> Floats:
    """Gains when u is drawn as the a-th power of a uniform number, for the cell [low, high] of u."""
    low, high = max(low, 0.0), min(high, 1.0)
    powers = 1 / np.array(POWERS)
    # The difference of powers loses digits in a narrow cell; there the density at its middle is as good.
    width, middle = high - low, (low + high) / 2
    if width <= 0 or middle <= 0:
        return np.zeros(len(POWERS))
    if width < 1e-6 * middle:
        density: Floats = np.log(powers) + (powers - 1) * np.log(middle)
        return density
    found: Floats = np.log((np.power(high, powers) - np.power(low, powers)) / width)
    return found
