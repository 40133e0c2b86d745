"""Whether draws are typical of an alternative, so that its name may be told to a student.

Of the alternatives one is always the likeliest, even where none of them made the draws. Draws from a sampler q are as
surprising as q's entropy says: along each draw the sum of log q(token) + H(q) is a martingale with mean 0, whose
variance is the sum of Var(log q). Draws that are far from that are not q's. This names, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.stats.samplers import Alternative, Cut, Sampler
from autograder.stats.scoring import BATCH, Draw, token_logits

if TYPE_CHECKING:
    from torch import Tensor

ROWS = 64  # logit rows whose whole distributions are held at a time


@dataclass(frozen=True)
class Drawn:
    """Draws, and what is needed to look at them again."""

    model: Any
    prompt_ids: Sequence[int]
    draws: Sequence[Draw]
    alternatives: Mapping[str, Alternative]
    max_new_tokens: int
    eos_token_id: int

    def surprise(self, name: str) -> tuple[float, float]:
        """(sum of log q + H over the tokens that q can draw, sum of the variances), natural logs.

        (0, 0) for what is no sampler of its own: a greedy choice, a repeated draw.
        """
        alternative = self.alternatives.get(name)
        limit = alternative.max_new_tokens if isinstance(alternative, Cut) else self.max_new_tokens
        sampler = alternative.sampler if isinstance(alternative, Cut) else alternative
        if not isinstance(sampler, Sampler):
            return 0.0, 0.0
        deviation = variance = 0.0
        for start in range(0, len(self.draws), BATCH):
            targets = [_target(draw, limit, self.eos_token_id) for draw in self.draws[start : start + BATCH]]
            for target, logits in zip(targets, token_logits(self.model, self.prompt_ids, targets), strict=True):
                for first in range(0, len(target), ROWS):
                    rows = logits[first : first + ROWS]
                    one = _surprise(rows, target[first : first + ROWS], sampler)
                    deviation, variance = deviation + one[0], variance + one[1]
        return deviation, variance


def _target(draw: Draw, limit: int, eos_token_id: int) -> tuple[int, ...]:
    """The tokens that were drawn, EOS where there was room for one."""
    return (*draw.ids, eos_token_id)[:limit]


def _surprise(logits: Tensor, target: Sequence[int], sampler: Sampler) -> tuple[float, float]:
    """The two sums for the rows (tokens, V) of one draw."""
    import torch

    if not target:
        return 0.0, 0.0
    log_q = sampler.log_probs(logits)
    q = log_q.exp()
    finite = log_q.masked_fill(q == 0, 0.0)
    mean = (q * finite).sum(-1)
    variance = (q * finite.square()).sum(-1) - mean.square()
    drawn = log_q.gather(-1, torch.tensor(list(target))[:, None])[:, 0]
    able = drawn > -torch.inf
    return float((drawn - mean)[able].sum()), float(variance[able].clamp(min=0).sum())
