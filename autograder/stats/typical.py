"""Whether draws are typical of an alternative, so that its name may be told to a student.

Of the alternatives one is always the likeliest, even where none of them made the draws. Under a sampler q three things are known of
every token x, whatever came before it, so that their sums along the draws are martingales with mean 0 and known variance:

- its surprise, log q(x) + H(q): draws much plainer or odder than q's entropy says are not q's;
- its place in q: u = q(more probable tokens) + v q(equally probable ones), v uniform, is uniform; each quarter of [0, 1] is
  hit by a quarter of the tokens, and the best token and EOS as often as q says;
- that q can draw it at all.

All of it is asked of the first tokens, the second, and the later ones by themselves, and of each set of draws by itself and all
together: what goes wrong at later tokens alone is not what its name says. This names, and decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.stats.samplers import Alternative, Cut, Sampler
from autograder.stats.scoring import BATCH, Draw, token_logits

if TYPE_CHECKING:
    from torch import Tensor

ROWS = 64  # logit rows whose whole distributions are held at a time
# Standard deviations by which draws may be less or more surprising than an alternative's, to bear its name. One rare
# token makes them far more surprising, none makes them far less.
TOO_PLAIN, TOO_ODD = 4.0, 12.0
TOO_MANY = 5.0  # the same for counts, which are bounded
UNABLE = 0.02  # share of tokens beyond q's support, which rounding at its very edge explains
POSITIONS = 3  # the first token, the second, the later ones
QUARTERS = 4
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass
class Tally:
    """Sums over tokens. `counts`: what happened minus what was expected, with the variances, for each kind of event."""

    n: int = 0
    n_unable: int = 0
    surprise: float = 0.0
    variance: float = 0.0
    counts: list[float] = field(default_factory=lambda: [0.0] * (QUARTERS + 2))
    spreads: list[float] = field(default_factory=lambda: [0.0] * (QUARTERS + 2))

    def __iadd__(self, other: Tally) -> Tally:
        self.n, self.n_unable = self.n + other.n, self.n_unable + other.n_unable
        self.surprise, self.variance = self.surprise + other.surprise, self.variance + other.variance
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        self.spreads = [a + b for a, b in zip(self.spreads, other.spreads, strict=True)]
        return self

    @property
    def is_typical(self) -> bool:
        """Whether no sum is further from 0 than its own bound."""
        return (
            self.n_unable <= 1 + UNABLE * self.n
            and -TOO_ODD <= self.surprise / math.sqrt(self.variance + 1) <= TOO_PLAIN
            and all(
                abs(count) / math.sqrt(spread + 1) <= TOO_MANY
                for count, spread in zip(self.counts, self.spreads, strict=True)
            )
        )


@dataclass(frozen=True)
class Drawn:
    """Draws, and what is needed to look at them again."""

    model: Any
    prompt_ids: Sequence[int]
    draws: Sequence[Draw]
    alternatives: Mapping[str, Alternative]
    max_new_tokens: int
    eos_token_id: int

    def tallies(self, name: str) -> list[Tally]:
        """One tally for each position; empty for what is no sampler of its own: a greedy choice, a repeated draw."""
        alternative = self.alternatives.get(name)
        limit = alternative.max_new_tokens if isinstance(alternative, Cut) else self.max_new_tokens
        sampler = alternative.sampler if isinstance(alternative, Cut) else alternative
        if not isinstance(sampler, Sampler):
            return []
        found = [Tally() for _ in range(POSITIONS)]
        n_seen = 0
        for start in range(0, len(self.draws), BATCH):
            targets = [_target(draw, limit, self.eos_token_id) for draw in self.draws[start : start + BATCH]]
            for target, logits in zip(targets, token_logits(self.model, self.prompt_ids, targets), strict=True):
                for first, last, position in _stretches(len(target)):
                    tally = _tally(logits[first:last], target[first:last], sampler, self.eos_token_id, n_seen)
                    found[position] += tally
                    n_seen += last - first
        return found


def is_typical(name: str, drawn: Sequence[Drawn]) -> bool:
    """Whether draws bear the name of an alternative; sets of draws under several settings each by itself, too."""
    together = [Tally() for _ in range(POSITIONS)]
    for one in drawn:
        tallies = one.tallies(name)
        for total, tally in zip(together, tallies, strict=False):
            total += tally
        if not all(tally.is_typical for tally in [*tallies, _sum(tallies)]):
            return False
    return all(tally.is_typical for tally in [*together, _sum(together)])


def _sum(tallies: Sequence[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total += tally
    return total


def _stretches(length: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, position) of the tokens of a draw, at most ROWS at a time."""
    for position in range(min(length, POSITIONS - 1)):
        yield position, position + 1, position
    for first in range(POSITIONS - 1, length, ROWS):
        yield first, min(first + ROWS, length), POSITIONS - 1


def _target(draw: Draw, limit: int, eos_token_id: int) -> tuple[int, ...]:
    """The tokens that were drawn, EOS where there was room for one."""
    return (*draw.ids, eos_token_id)[:limit]


def _tally(logits: Tensor, target: Sequence[int], sampler: Sampler, eos_token_id: int, n_seen: int) -> Tally:
    """The sums for the rows (tokens, V) of one stretch."""
    import torch

    log_q = sampler.log_probs(logits)
    q = log_q.exp()
    finite = log_q.masked_fill(q == 0, 0.0)
    mean = (q * finite).sum(-1)
    variance = ((q * finite.square()).sum(-1) - mean.square()).clamp(min=0)
    ids = torch.tensor(list(target))[:, None]
    drawn = log_q.gather(-1, ids)[:, 0]
    able = drawn > -torch.inf
    own = q.gather(-1, ids)
    # v is no random number, so that one submission has one report; it knows nothing of the tokens.
    v = torch.tensor([(n_seen + index) * _GOLDEN % 1 for index in range(len(target))], dtype=q.dtype)
    place = q.masked_fill(q <= own, 0.0).sum(-1) + v * q.masked_fill(q != own, 0.0).sum(-1)
    quarter = (place * QUARTERS).long().clamp(0, QUARTERS - 1)
    best, end = q.max(-1).values, q[:, eos_token_id]
    events = [((quarter == number).to(q.dtype), torch.full_like(place, 1 / QUARTERS)) for number in range(QUARTERS)]
    events += [((own[:, 0] == best).to(q.dtype), best), ((ids[:, 0] == eos_token_id).to(q.dtype), end)]
    return Tally(
        n=len(target),
        n_unable=int((~able).sum()),
        surprise=float((drawn - mean)[able].sum()),
        variance=float(variance[able].sum()),
        counts=[float((happened - expected)[able].sum()) for happened, expected in events],
        spreads=[float((expected * (1 - expected))[able].sum()) for _, expected in events],
    )
