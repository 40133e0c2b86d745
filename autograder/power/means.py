"""A lower confidence limit of the mean of independent numbers in [-1, 1] that assumes nothing else about them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

BETS = (0.1, 0.3, 0.6, 0.9)


def mean_low(numbers: Sequence[float], miss: float) -> float:
    """The mean is below this with probability at most `miss`; -1 for no numbers.

    For a mean of at most m, the product of 1 + b (X - m) / (1 + m) is a nonnegative supermartingale for every
    b in (0, 1). The limit is the largest m on a grid at which the mean over a few b reaches 1 / `miss`,
    as it does at every smaller m.
    """
    values, low = np.asarray(numbers, dtype=np.float64), -1.0
    for m in np.linspace(-0.995, 0.995, 399):
        grown = [float(np.log1p(bet * (values - m) / (1 + m)).sum()) for bet in BETS]
        if np.logaddexp.reduce(grown) - math.log(len(BETS)) < -math.log(miss):
            break
        low = float(m)
    return low
