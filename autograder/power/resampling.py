"""How many draws a judgement needs to FAIL, and how often it fails at those it gets, by resampling pools."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.power.pools import Floats, Pool
from autograder.stats import Copy, Question, Repeated

RESAMPLES = 20_000
ROUNDS = 4  # a path goes on for so many times the draws that the check makes
CHUNK = 500
CONFIDENCE = 0.99


@dataclass(frozen=True)
class Power:
    """What the resampling found.

    Args:
        n_draws: draws that the check makes.
        median, most: draws after which 50 % and 99.9 % of the resamples have failed; None: beyond `ROUNDS` times `n_draws`.
        rate: share that has failed at `n_draws`.
        rate_low: its lower confidence limit (Clopper-Pearson), the pool taken as it is.
        n_resamples: how many.
    """

    n_draws: int
    median: int | None
    most: int | None
    rate: float
    rate_low: float
    n_resamples: int


def power_of(
    asked: Sequence[tuple[Question, Pool]],
    name: str,
    *,
    alpha: float,
    seed: int,
    n_resamples: int = RESAMPLES,
) -> Power:
    """The power of one judgement over the questions `asked`, added up, when all draws come from the alternative `name`.

    Args:
        asked: each question with a pool of draws from its alternative `name`.
        alpha: FAIL from a mean e-value of 1 / alpha on, of which half is the named alternatives' mean; the bets that
            nobody named count as nothing here.
    """
    rng = np.random.default_rng(seed)
    n_draws = sum(question.n_draws for question, _ in asked)
    needed = np.concatenate(
        [
            _needed(asked, name, -math.log(alpha / 2), rng, min(CHUNK, n_resamples - start))
            for start in range(0, n_resamples, CHUNK)
        ]
    )
    n_found = int((needed <= n_draws).sum())
    median, most = (_finite(np.quantile(needed, share, method="higher")) for share in (0.5, 0.999))
    return Power(n_draws, median, most, n_found / n_resamples, lower_limit(n_found, n_resamples), n_resamples)


def lower_limit(n_found: int, n: int, confidence: float = CONFIDENCE) -> float:
    """Clopper-Pearson's lower limit of a rate."""
    from scipy.stats import beta

    return 0.0 if n_found == 0 else float(beta.ppf(1 - confidence, n_found, n - n_found + 1))


def upper_limit(n_found: int, n: int, confidence: float = CONFIDENCE) -> float:
    """Clopper-Pearson's upper limit of a rate."""
    return 1 - lower_limit(n - n_found, n, confidence)


def _needed(asked: Sequence[tuple[Question, Pool]], name: str, bar: float, rng: np.random.Generator, n: int) -> Floats:
    """For each of n resamples, the number of draws after which it failed; inf if it never did."""
    failed_at = np.full(n, math.inf)
    total = np.zeros((n, asked[0][1].log_e.shape[1]))
    n_before = 0
    for question, pool in [pair for _ in range(ROUNDS) for pair in asked]:
        steps, proofs = _steps(question, pool, name, rng, n)
        path = total[:, None, :] + steps.cumsum(axis=1)
        log_e = log_mean_exp(path)
        over = (log_e >= bar) | np.logical_or.accumulate(proofs, axis=1)
        first = np.where(over.any(axis=1), n_before + over.argmax(axis=1) + 1.0, math.inf)
        failed_at = np.minimum(failed_at, first)
        total, n_before = path[:, -1, :], n_before + question.n_draws
        if not np.isinf(failed_at).any():
            break
    return failed_at


def log_mean_exp(path: Floats) -> Floats:
    """log of the mean over the last axis of exp(path)."""
    top = np.maximum(path.max(axis=2), -1e6)
    mean: Floats = np.exp(path - top[:, :, None]).mean(axis=2)
    found: Floats = np.log(np.maximum(mean, 1e-300)) + top
    return found


def _steps(
    question: Question, pool: Pool, name: str, rng: np.random.Generator, n: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Log e-values (n, draws, names) and proofs (n, draws) of one round of a question."""
    alternative, index = question.alternatives[name], list(question.alternatives).index(name)
    n_different = 1 if isinstance(alternative, Repeated) else question.n_draws
    drawn = rng.choice(len(pool.weight), size=(n, n_different), p=pool.weight)
    drawn = np.broadcast_to(drawn, (n, question.n_draws)) if n_different == 1 else drawn
    steps = pool.log_e[drawn]
    if isinstance(alternative, Repeated | Copy):
        steps[:, :, index] = pool.of_itself[drawn]
        if isinstance(alternative, Repeated):
            steps[:, 0, index] = 0.0
    return steps, pool.proof[drawn]


def _finite(number: float) -> int | None:
    return None if math.isinf(number) else int(number)
