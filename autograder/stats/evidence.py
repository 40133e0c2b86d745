"""What draws say against the null, and the judgement: PASS, FAIL or UNDECIDED.

`Evidence` adds up (`+`) over independent draws, as many as one likes: the bound of the package's
docstring holds whenever one stops to judge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Optional

from autograder.stats.recording import Question, note_ruling
from autograder.stats.steps import Call
from autograder.stats.typical import Drawn, is_typical
from autograder.stats.unnamed import unnamed_evidence

ALPHA = 1e-6  # a correct submission fails with at most this probability
BETA = 1e-3  # a PASS says that each alternative would have passed with at most this probability
FLOOR = -700.0  # stands for -inf in sums that only choose a name
NAMELESS = math.log(1e4)  # what bets without a name may gain more than a name by which a FAIL is explained
Name = Optional[str]  # of an alternative; None: what explains the draws without a name (`draws`)


class Finding(str, Enum):
    """How a judgement ended. UNDECIDED (more draws would be needed) never fails a student."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Judgement:
    """The outcome for some draws.

    Args:
        finding: PASS: every alternative is refuted; FAIL: the null is; UNDECIDED: neither.
        alternative: name of the alternative that explains a FAIL best; None if none of them could
            have made the draws.
        log_e: log of the e-value against the null (FAIL from log(1 / alpha) on); inf for a proof.
        outside: (draw, token) index of the first token that the null cannot draw; None if there is
            none, or if it proves nothing (texts).
        n_draws: number of draws judged.
    """

    finding: Finding
    alternative: str | None
    log_e: float
    outside: tuple[int, int] | None
    n_draws: int

    @property
    def failed(self) -> bool:
        """Whether the null is refuted."""
        return self.finding is Finding.FAIL


@dataclass(frozen=True)
class Evidence:
    """Sums over draws, one entry for each alternative.

    Args:
        n_draws: draws so far.
        log_e: log e-values against the null.
        log_reverse: log e-values of the null against each named alternative.
        log_q: log-likelihoods, for the choice of a name.
        escaped: draws that the alternative could not have made.
        outside: (draw, token) of the first token outside the null's support, where that is a proof.
        asked: the questions behind it, where they are recorded.
        drawn: the draws, to see whether they are typical of the alternative that names them.
        calls: the draws, for the bets that nobody named; what they learn from one call they use in the next.
    """

    n_draws: int
    log_e: Mapping[Name, float]
    log_reverse: Mapping[Name, float]
    log_q: Mapping[Name, float]
    escaped: Mapping[Name, int]
    outside: tuple[int, int] | None = None
    asked: tuple[Question, ...] = field(default=(), repr=False, compare=False)
    drawn: tuple[Drawn, ...] = field(default=(), repr=False, compare=False)
    calls: tuple[Call, ...] = field(default=(), repr=False, compare=False)

    def __add__(self, other: Evidence) -> Evidence:
        """The evidence of both; the draws of `other` are independent of ours, given ours.

        Raises: ValueError if the alternatives differ.
        """
        if self.log_e.keys() != other.log_e.keys():
            raise ValueError("Evidence: only evidence about the same alternatives adds up")
        outside = self.outside
        if outside is None and other.outside is not None:
            outside = (other.outside[0] + self.n_draws, other.outside[1])
        return Evidence(
            self.n_draws + other.n_draws,
            _added(self.log_e, other.log_e),
            _added(self.log_reverse, other.log_reverse),
            _added(self.log_q, other.log_q),
            {name: count + other.escaped[name] for name, count in self.escaped.items()},
            outside,
            self.asked + other.asked,
            self.drawn + other.drawn,
            self.calls + other.calls,
        )

    def judge(self, alpha: float = ALPHA, beta: float = BETA) -> Judgement:
        """FAIL if the mean e-value reaches 1 / alpha or a token proves it; PASS if every named alternative is refuted.

        Half of the mean are the named alternatives, half the bets that nobody named. Raises: ValueError if `alpha` or `beta` is outside (0, 1).
        """
        for name, rate in {"alpha": alpha, "beta": beta}.items():
            if not 0 < rate < 1:
                raise ValueError(f"{name} must be in (0, 1), got {rate}")
        note_ruling(self.asked, alpha)
        log_e = math.inf if self.outside is not None else self.log_mean()
        if log_e >= -math.log(alpha):
            return Judgement(Finding.FAIL, self.likeliest(), log_e, self.outside, self.n_draws)
        refuted = all(value >= -math.log(beta) for value in self.log_reverse.values())
        finding = Finding.PASS if refuted else Finding.UNDECIDED
        return Judgement(finding, None, log_e, None, self.n_draws)

    def log_mean(self) -> float:
        """Log of the mean e-value of the draws that the null can make."""
        named = log_mean_exp(list(self.log_e.values()))
        return log_mean_exp([named, self._unnamed]) if self.calls else named

    @cached_property
    def _unnamed(self) -> float:
        return unnamed_evidence(self.calls)

    def likeliest(self) -> str | None:
        """Name of the likeliest alternative among those that could have made nearly all draws: a name, no verdict.

        None if the draws are not typical of it, or bets without a name explain them far better.
        """
        able = [name for name, count in self.escaped.items() if 4 * count <= self.n_draws]
        best = max(able, key=lambda name: self.log_q[name], default=None)
        if best is None or (self.calls and self._unnamed > self.log_e[best] + NAMELESS):
            return None
        return best if self._is_typical(best) else None

    def _is_typical(self, name: str) -> bool:
        """Each set of draws by itself, too: what fits one of several settings need not fit the others."""
        return is_typical(name, self.drawn)


def log_mean_exp(values: Sequence[float]) -> float:
    """log of the mean of exp(values); -inf for no values."""
    if not values or (top := max(values)) == -math.inf:
        return -math.inf
    if top == math.inf:
        return math.inf
    return top + math.log(math.fsum(math.exp(value - top) for value in values) / len(values))


def floored(value: float) -> float:
    """`value`, with -inf replaced by a number that can be added and compared."""
    return max(value, FLOOR)


def _added(ours: Mapping[Name, float], theirs: Mapping[Name, float]) -> dict[Name, float]:
    return {name: value + theirs[name] for name, value in ours.items()}
