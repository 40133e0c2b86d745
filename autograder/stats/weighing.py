"""From scores to evidence: the likelihood ratio of every draw, for every alternative."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from autograder.stats.evidence import Evidence, Name, floored
from autograder.stats.samplers import Alternative, Copy, Cut, Greedy, Repeated, Sampler
from autograder.stats.scoring import Score
from autograder.stats.steps import ESCAPE


def scored_alternatives(alternatives: Mapping[str, Alternative]) -> dict[str, Sampler | Greedy | Cut]:
    """The alternatives that need the model; `Repeated` and `Copy` only compare draws."""
    return {
        name: alternative for name, alternative in alternatives.items() if not isinstance(alternative, Repeated | Copy)
    }


def weigh(
    draws: Sequence[object],
    scores: Sequence[Score],
    alternatives: Mapping[str, object],
    e_value: Callable[[float], float],
) -> Evidence:
    """Evidence of independent draws.

    Args:
        draws: what `Repeated` and `Copy` compare, one for each score.
        scores: from `score_draws`.
        alternatives: named; what is neither `Repeated` nor `Copy` is read off the scores.
        e_value: turns a draw's log-likelihood ratio (may be ±inf) into a log e-value.
    """
    sums: list[dict[Name, float]] = [{name: 0.0 for name in alternatives} for _ in range(3)]
    log_e, log_reverse, log_q = sums
    escaped: dict[Name, int] = {name: 0 for name in alternatives}
    for index, score in enumerate(scores):
        for name, alternative in alternatives.items():
            if isinstance(alternative, Repeated) and index == 0:
                log_q[name] += _first_of_repeated(score)  # from the null itself: no evidence
                continue
            log_likelihood, impossible = _likelihood(index, name, alternative, draws, score)
            ratio = _ratio(log_likelihood, score.upper)
            log_e[name] += e_value(ratio)
            log_reverse[name] += e_value(-ratio)
            log_q[name] += floored(log_likelihood)
            escaped[name] += impossible
    return Evidence(len(scores), log_e, log_reverse, log_q, escaped)


def _likelihood(
    index: int, name: str, alternative: object, draws: Sequence[object], score: Score
) -> tuple[float, bool]:
    """(log-likelihood of draw `index` under the alternative, whether the alternative could not have drawn it)."""
    if isinstance(alternative, Repeated):
        return (0.0, False) if draws[index] == draws[0] else (-math.inf, True)
    if isinstance(alternative, Copy):
        same = index < len(alternative.draws) and draws[index] == alternative.draws[index]
        return (0.0, False) if same else (-math.inf, True)
    return score.alternatives[name], name in score.escaped


def _first_of_repeated(score: Score) -> float:
    """Log-likelihood of the draw that is repeated; one that the null cannot make counts as an escape."""
    if score.outside is None:
        return score.upper
    return floored(max(score.alternatives.values(), default=-math.inf)) + math.log(ESCAPE)


def _ratio(log_likelihood: float, upper: float) -> float:
    """Log-likelihood ratio; +inf for a draw that the null cannot make, whatever else could (its probability is 0)."""
    return math.inf if upper == -math.inf else log_likelihood - upper
