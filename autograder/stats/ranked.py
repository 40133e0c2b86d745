"""Tokens ranked by logit, most probable first: there every filter keeps a prefix.

So a filtered distribution is a count of kept tokens, found by binary search in running sums, and one
sort of the logits serves the null and all alternatives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Margin:
    """How far an honest run's numbers may be from ours; the error bound holds for every run within it.

    Args:
        logit: largest difference of one logit before the temperature.
        mass: largest rounding error of a cumulative probability at the edge of the nucleus.
        draw: largest absolute error in the probability with which one token is drawn.
        typical: what counts of `logit` where a probability is bounded; None: all of it. It may be less because an
            alternative gains from a run's errors only on average over a draw's tokens, not at the worst token of each
            step; `logit` still says which tokens can be drawn at all. See the package's docstring.
    """

    logit: float = 1e-4
    mass: float = 1e-4
    draw: float = 1e-6
    typical: float | None = None
    rounding: float = 1e-6

    def scaled(self, logit: float, temperature: float) -> float:
        """How far the log of a weight may be from ours at `temperature`, if a logit may be off by `logit`."""
        return logit / temperature + self.rounding


# Measured on tiny-chat, 462 positions of 12 texts: the largest difference of a logit between one text at once and
# token by token with the cache in a padded batch, and of either to float32; of sums of sorted probabilities, and of
# single probabilities, computed in the dtype, to those in float64.
# A weight is rounded by the division, by exp and by the sum it is divided by, each by half a unit in the last place
# (6e-8, 4.9e-4, 3.9e-3): three of these, and as much again for one that the model's own arithmetic adds.
FLOAT32 = Margin()  # 3.9e-5 between the two ways; 4.1e-6; a uniform number of 24 bits
# Half precision rounds single probabilities relatively (2.4e-4 and 1.9e-3 near 1), which `typical` covers; `draw` is
# what is lost of the smallest ones. At half of `typical` no draw's tokens favoured an alternative any more, bar one.
FLOAT16 = Margin(logit=0.06, mass=1e-3, draw=1e-5, typical=0.004, rounding=2e-3)  # 0.020, and 0.052 to float32; 3.6e-4
BFLOAT16 = Margin(logit=0.45, mass=1e-2, draw=1e-5, typical=0.02, rounding=1e-2)  # 0.25, and 0.41 to float32; 2.8e-3
# What the bound leaves to a token that only an unusually large error lets into a filtered distribution.
LEAK = 0.005
EXACT = Margin(logit=0.0, mass=0.0, draw=0.0, rounding=0.0)


def margin_of(dtype: torch.dtype) -> Margin:
    """The margin of a model that computes in `dtype`.

    Raises: ValueError for a dtype other than float64, float32, float16 and bfloat16.
    """
    margins = {"float64": FLOAT32, "float32": FLOAT32, "float16": FLOAT16, "bfloat16": BFLOAT16}
    name = str(dtype).removeprefix("torch.")
    if name not in margins:
        raise ValueError(f"margin_of: expected one of {', '.join(margins)}, got {name}")
    return margins[name]


class Ranking:
    """Logits (…, V) sorted in descending order, and their weights at each temperature asked for."""

    def __init__(self, ordered: Tensor) -> None:
        self.ordered = ordered.double()
        self._weighted: dict[float, Weights] = {}

    def at(self, temperature: float) -> Weights:
        """The weights at this temperature; computed once."""
        if temperature not in self._weighted:
            self._weighted[temperature] = Weights(self.ordered / temperature)
        return self._weighted[temperature]


class Weights:
    """Unnormalised probabilities by rank: `weight` 1 at rank 0, falling; counts have the shape (…, 1)."""

    def __init__(self, scores: Tensor) -> None:
        import torch

        self.scores = scores - scores[..., :1]  # logs of the weights
        self.sums = torch.nn.functional.pad(self.scores.exp().cumsum(-1), (1, 0))  # sums[k]: the first k
        self.size = scores.shape[-1]
        self._ascending = -self.scores

    def everything(self) -> Tensor:
        """The count V."""
        import torch

        return torch.full((*self.scores.shape[:-1], 1), self.size, device=self.scores.device)

    def score(self, rank: Tensor) -> Tensor:
        """Log weight at `rank`; the last one's beyond the end."""
        return self.scores.gather(-1, rank.clamp(max=self.size - 1))

    def mass(self, count: Tensor) -> Tensor:
        """Sum of the first `count` weights."""
        return self.sums.gather(-1, count)

    def count_at_least(self, score: Tensor) -> Tensor:
        """How many log weights are >= `score`."""
        import torch

        return torch.searchsorted(self._ascending, -score, right=True)

    def count_above(self, score: Tensor) -> Tensor:
        """How many log weights are > `score`."""
        import torch

        return torch.searchsorted(self._ascending, -score, right=False)

    def count_in_front_below(self, mass: Tensor) -> Tensor:
        """How many ranks have less than `mass` in front of them (0 if `mass` <= 0; V + 1 if all sums are less)."""
        import torch

        return torch.searchsorted(self.sums, mass, right=False)


class Band:
    """What is certain about a filtered prefix when scaled logits are only known up to ±d.

    The honest prefix is at least `sure` and at most `possible` long, up to tokens within 2d of each
    other: every sure token is in it, no token from `possible` on is.
    """

    def __init__(self, weights: Weights, d: float) -> None:
        self.weights, self.d, self.slack = weights, d, math.exp(2 * d)
        self.sure = self.possible = weights.everything()
        self.usual: Tensor | None = None

    def apply_top_k(self, k: int) -> None:
        """Surely in: above the (k+1)-th by more than 2d. Possibly in: not below the k-th by more than 2d."""
        scores = self.weights.scores
        self._narrow(
            sure=self.weights.count_above(scores[..., k : k + 1] + 2 * self.d),
            possible=self.weights.count_at_least(scores[..., k - 1 : k] - 2 * self.d),
        )

    def apply_top_p(self, p: float, mass: float) -> None:
        """A token is in when the mass in front of it is below p.

        Possibly in: the tokens surely in front (by more than 2d) may weigh less than p + mass.
        Surely in: all that may be in front weighs less than p - mass; with r the first rank that has too
        much in front, that holds for the tokens above r by more than 2d.
        """
        most = self.weights.mass(self.possible) * (p + mass) * self.slack
        least = self.weights.mass(self.sure) * (p - mass) / self.slack
        last = self.weights.count_in_front_below(most) - 1
        first_out = self.weights.count_in_front_below(least)
        sure = self.weights.count_above(self.weights.score(first_out) + 2 * self.d)
        self._narrow(
            sure=sure.where(first_out < self.weights.size, self.weights.everything()),
            possible=self.weights.count_at_least(self.weights.score(last) - 2 * self.d),
        )

    def apply_epsilon(self, epsilon: float) -> None:
        """A token is in when its renormalised probability reaches epsilon, or it is the best one."""
        best = self.weights.count_at_least(self.weights.scores[..., :1] - 2 * self.d)
        reaching = self.weights.count_at_least((epsilon * self.weights.mass(self.sure) / self.slack).log())
        self._narrow(
            sure=self.weights.count_above((epsilon * self.weights.mass(self.possible) * self.slack).log()),
            possible=reaching.maximum(best),
        )

    def upper(self, rank: Tensor) -> Tensor:
        """Bound of the probability at each rank (…, R): its weight against the sure weights, itself included."""
        weight = self.weights.score(rank).exp()
        bound = self.slack * weight / (self.weights.mass(self.sure) + weight * (rank >= self.sure))
        if self.usual is not None:
            bound = bound.where(rank < self.usual, LEAK * bound)
        return bound.masked_fill(rank >= self.possible, 0.0)

    def tighten(self, usual: Band) -> None:
        """Bound probabilities as `usual` does; what is possible here alone counts `LEAK` of it."""
        self.slack, self.sure, self.usual = usual.slack, usual.sure, usual.possible

    def _narrow(self, *, sure: Tensor, possible: Tensor) -> None:
        """Shorten both prefixes; a best token that leads by more than 2d survives every filter."""
        leads = -self.weights.scores[..., 1:2] > 2 * self.d
        self.sure = self.sure.minimum(sure).maximum(leads.long())
        self.possible = self.possible.minimum(possible)
