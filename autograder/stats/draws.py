"""Judge draws from a known list of (token, probability).

Named alternatives say what else may have been done. Two unnamed ones learn from the draws: one that
frequencies are wrong, the other that a draw depends on the one before (the same random number again,
draws in order, draws that alternate). Not found: dependence between draws further apart that leaves
both alone.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Union

import numpy as np

from autograder.stats.evidence import ALPHA, BETA, Evidence, Judgement, log_mean_exp
from autograder.stats.families import Bends
from autograder.stats.recording import Question, note_question
from autograder.stats.samplers import Copy, Repeated
from autograder.stats.scoring import Score
from autograder.stats.steps import ESCAPE, Call, Drawing, Step
from autograder.stats.tokens import unbounded
from autograder.stats.weighing import weigh

Probs = Sequence[tuple[str, float]]
DrawAlternative = Union[Probs, Repeated, Copy]  # noqa: UP007 - evaluated at run time on 3.10
TOLERANCE = 1e-6  # sums of float32 probabilities, and uniform numbers of 24 bits, are off by less
CONCENTRATIONS = (2.0, 20.0, 200.0)  # of the Dirichlet distributions: far from the null, nearer, near


def judge_draws(
    draws: Sequence[str],
    probs: Probs,
    *,
    alternatives: Mapping[str, DrawAlternative],
    alpha: float = ALPHA,
    beta: float = BETA,
    tolerance: float = TOLERANCE,
) -> Judgement:
    """Whether `draws` are independent draws from `probs`; see `weigh_draws` for the arguments.

    A FAIL whose `alternative` is None: wrong in a way that nobody named.
    """
    return weigh_draws(draws, probs, alternatives=alternatives, tolerance=tolerance).judge(alpha, beta)


def weigh_draws(
    draws: Sequence[str],
    probs: Probs,
    *,
    alternatives: Mapping[str, DrawAlternative],
    tolerance: float = TOLERANCE,
) -> Evidence:
    """The evidence in independent draws; a token without probability is a proof.

    Args:
        draws: the tokens drawn, in the order in which they were.
        probs: the distribution asked for, (token, probability); divided by its sum.
        alternatives: what else may have been done, named: another such list, `Repeated()` (the first draw
            again and again) or `Copy` (of earlier draws).
        tolerance: how much more often than asked an honest run may draw a token that has a probability.

    Raises: ValueError if a list of probabilities is empty, or one of them is negative or not finite.
    """
    asked = _normalised(probs)
    others = {
        name: _normalised(other) for name, other in alternatives.items() if not isinstance(other, Repeated | Copy)
    }
    upper = {token: math.log(min(1.0, p + tolerance)) if p > 0 else -math.inf for token, p in asked.items()}
    scored = {token: _score(token, asked, others, upper.get(token, -math.inf)) for token in set(draws)}
    evidence = weigh(draws, [scored[token] for token in draws], alternatives, unbounded)
    possible = [token for token in draws if upper.get(token, -math.inf) > -math.inf]
    learned = log_mean_exp([*_learned(possible, asked), *_learned_after_each(possible, asked)])
    impossible = next((index for index, token in enumerate(draws) if scored[token].outside is not None), None)
    return replace(
        evidence,
        log_e={**evidence.log_e, None: learned - math.fsum(upper[token] for token in possible)},
        log_q={**evidence.log_q, None: learned},
        escaped={**evidence.escaped, None: len(draws) - len(possible)},
        outside=None if impossible is None else (impossible, 0),
        asked=note_question(Question("draws", len(draws), list(probs), alternatives, margin=tolerance)),
        calls=(_call(draws, asked, upper),),
    )


def _call(draws: Sequence[str], asked: Mapping[str, float], upper: Mapping[str, float]) -> Call:
    """The draws for the unnamed bets; tokens stand in the order of the list."""
    tokens = list(asked)
    bends = Bends(np.array(list(asked.values())), -1)
    steps = {
        token: Step(bends.at(index), math.log(asked[token]), upper[token], bends.best)
        for index, token in enumerate(tokens)
        if asked[token] > 0
    }
    made = tuple(Drawing(token, (steps[token],) if token in steps else ()) for token in draws)
    return Call(tuple(asked.items()), made)


def _normalised(probs: Probs) -> dict[str, float]:
    """Probability by token, sum 1."""
    found: dict[str, float] = {}
    for token, p in probs:
        if not 0 <= p < math.inf:
            raise ValueError(f"weigh_draws: expected probabilities of at least 0, got {p!r} for {token!r}")
        found[token] = found.get(token, 0.0) + p
    total = math.fsum(found.values())
    if not 0 < total < math.inf:
        raise ValueError(f"weigh_draws: expected probabilities with a positive sum, got the sum {total!r}")
    return {token: p / total for token, p in found.items()}


def _score(token: str, asked: Mapping[str, float], others: Mapping[str, Mapping[str, float]], upper: float) -> Score:
    """One draw: the bound of its probability, and its log-probability under each other distribution."""
    found = {name: other.get(token, 0.0) for name, other in others.items()}
    mixed = {name: (1 - ESCAPE) * q + ESCAPE * asked.get(token, 0.0) for name, q in found.items()}
    return Score(
        upper=upper,
        alternatives={name: math.log(q) if q > 0 else -math.inf for name, q in mixed.items()},
        escaped=frozenset(name for name, q in found.items() if q == 0),
        outside=0 if upper == -math.inf else None,
    )


def _learned(draws: Iterable[str], asked: Mapping[str, float]) -> list[float]:
    """Log-likelihood of the draws for each concentration c when each is predicted from those before it.

    Of n draws before, m of them x, the next is x with probability (m + c p(x)) / (n + c).
    """
    counts = Counter(draws)
    return [_dirichlet_multinomial(counts, asked, c) for c in CONCENTRATIONS]


def _learned_after_each(draws: Sequence[str], asked: Mapping[str, float]) -> list[float]:
    """Like `_learned`, with counts of their own after each token; the first draw is one from the null."""
    if not draws:
        return [0.0 for _ in CONCENTRATIONS]
    after: dict[str, Counter[str]] = {}
    for before, token in itertools.pairwise(draws):
        after.setdefault(before, Counter())[token] += 1
    first = math.log(asked[draws[0]])
    return [first + math.fsum(_dirichlet_multinomial(row, asked, c) for row in after.values()) for c in CONCENTRATIONS]


def _dirichlet_multinomial(counts: Counter[str], asked: Mapping[str, float], c: float) -> float:
    """Log of the product of all predictions: the same for every order of the draws."""
    n = sum(counts.values())
    seen = math.fsum(math.lgamma(c * asked[token] + m) - math.lgamma(c * asked[token]) for token, m in counts.items())
    return seen - math.lgamma(c + n) + math.lgamma(c)
