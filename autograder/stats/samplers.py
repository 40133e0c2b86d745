"""The distributions that a sampler can ask for, and how far an honest float32 run may stray from them.

`Sampler` and `Greedy` turn a model's logits into next-token log-probabilities in float64, in the
order in which transformers applies its warpers: temperature, top_k, top_p, epsilon. `Cut`,
`Repeated` and `Copy` describe whole draws and are only used as alternatives.

The `…_at` methods read the numbers of single tokens, given by rank, off one ranking of the vocabulary
that all samplers share (`ranked`, `scoring`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from autograder.stats.ranked import FLOAT32, Band, Margin, Ranking

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Sampler:
    """Sampling with temperature, then top_k, then top_p, then epsilon, as transformers does.

    Args:
        temperature: > 0.
        top_p: in (0, 1]; 1 is off.
        top_k: >= 0; 0 is off.
        epsilon: in [0, 1); 0 is off.

    Raises: ValueError for an argument outside its range.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        ranges = {
            "temperature": self.temperature > 0,
            "top_p": 0 < self.top_p <= 1,
            "top_k": self.top_k >= 0,
            "epsilon": 0 <= self.epsilon < 1,
        }
        for name, fits in ranges.items():
            if not fits:
                raise ValueError(f"Sampler: {name}={getattr(self, name)!r} is out of range")

    def log_probs(self, logits: Tensor) -> Tensor:
        """Log-probabilities of the next token, shape (…, V) float64; removed tokens are -inf."""
        return _by_token(self.log_probs_at, logits)

    def log_upper(self, logits: Tensor, margin: Margin = FLOAT32) -> Tensor:
        """Upper bounds of the log-probabilities of every run within `margin`, shape (…, V) float64.

        -inf where no run within the margin can draw the token.
        """
        return _by_token(lambda ranking, rank: self.log_upper_at(ranking, rank, margin), logits)

    def log_probs_at(self, ranking: Ranking, rank: Tensor) -> Tensor:
        """Log-probabilities of the tokens at `rank` (…, R)."""
        import torch

        weights = ranking.at(self.temperature)
        kept = weights.everything()
        if 0 < self.top_k < weights.size:
            kept = weights.count_at_least(weights.scores[..., self.top_k - 1 : self.top_k])
        if self.top_p < 1:
            kept = kept.minimum(weights.count_in_front_below(self.top_p * weights.mass(kept)))
        if self.epsilon > 0:
            reaching = weights.count_at_least((self.epsilon * weights.mass(kept)).log())
            kept = kept.minimum(reaching.maximum(weights.count_at_least(weights.scores[..., :1])))
        return (weights.score(rank) - weights.mass(kept).log()).masked_fill(rank >= kept, -torch.inf)

    def log_upper_at(self, ranking: Ranking, rank: Tensor, margin: Margin) -> Tensor:
        """Upper bounds of the log-probabilities of the tokens at `rank` (…, R)."""
        import torch

        band = self._band(ranking, margin.scaled(margin.logit, self.temperature), margin.mass)
        if margin.typical is not None:
            typical = max(margin.typical / self.temperature, margin.rounding)
            band.tighten(self._band(ranking, typical, margin.mass))
        upper = band.upper(rank)
        return (upper + margin.draw).clamp(max=1.0).log().masked_fill(upper == 0, -torch.inf)

    def _band(self, ranking: Ranking, d: float, mass: float) -> Band:
        band = Band(ranking.at(self.temperature), d)
        if 0 < self.top_k < band.weights.size:
            band.apply_top_k(self.top_k)
        if self.top_p < 1:
            band.apply_top_p(self.top_p, mass)
        if self.epsilon > 0:
            band.apply_epsilon(self.epsilon)
        return band


@dataclass(frozen=True)
class Greedy:
    """Always the most probable token (`do_sample=False`)."""

    temperature = 1.0

    def log_probs(self, logits: Tensor) -> Tensor:
        """0 at the most probable token, -inf elsewhere, shape (…, V) float64."""
        return _by_token(self.log_probs_at, logits)

    def log_upper(self, logits: Tensor, margin: Margin = FLOAT32) -> Tensor:
        """0 at every token that some run within `margin` takes for the best, -inf elsewhere, shape (…, V)."""
        return _by_token(lambda ranking, rank: self.log_upper_at(ranking, rank, margin), logits)

    def log_probs_at(self, ranking: Ranking, rank: Tensor) -> Tensor:
        """Log-probabilities of the tokens at `rank` (…, R)."""
        import torch

        return torch.where(rank == 0, 0.0, -torch.inf).double()

    def log_upper_at(self, ranking: Ranking, rank: Tensor, margin: Margin) -> Tensor:
        """Upper bounds of the log-probabilities of the tokens at `rank` (…, R)."""
        import torch

        weights = ranking.at(1.0)
        return torch.where(weights.score(rank) >= -2 * margin.logit, 0.0, -torch.inf).double()


@dataclass(frozen=True)
class Cut:
    """`sampler` with another limit on the number of new tokens (e.g. `max_length` for `max_new_tokens`)."""

    sampler: Sampler
    max_new_tokens: int


@dataclass(frozen=True)
class Repeated:
    """The first draw is right and all others are equal to it: one draw returned n times, one seed re-used."""


@dataclass(frozen=True)
class Copy:
    """Each draw equals the draw at the same place in `draws`: a seed that changes nothing.

    Args:
        draws: texts for `texts`, tuples of token ids without EOS for `tokens`.
    """

    draws: tuple[object, ...]


Alternative = Union[Sampler, Greedy, Cut, Repeated, Copy]  # noqa: UP007 - evaluated at run time on 3.10


def _by_token(at: Callable[[Ranking, Tensor], Tensor], logits: Tensor) -> Tensor:
    """The numbers that `at` gives for every rank, in the order of the vocabulary."""
    import torch

    ordered, order = logits.double().sort(dim=-1, descending=True, stable=True)
    ranks = torch.arange(order.shape[-1], device=order.device).expand_as(order)
    return torch.empty_like(ordered).scatter(-1, order, at(Ranking(ordered), ranks))
