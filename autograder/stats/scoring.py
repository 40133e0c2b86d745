"""Draws scored on the trusted model: teacher-forced, batched, under the null and every alternative at once.

A draw is scored together with the way it ended: a draw shorter than the limit ended by EOS, one as
long as the limit was cut. A draw that could not have ended as it did has log-probability -inf.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.stats.ranked import Margin, Ranking
from autograder.stats.samplers import Cut, Greedy, Sampler

if TYPE_CHECKING:
    from torch import Tensor

ESCAPE = 1e-4  # share of the unfiltered model in every alternative, so that one odd token does not clear it
ROWS = 512  # logit rows that are sorted at a time
BATCH = 16  # draws in one forward pass


@dataclass(frozen=True)
class Draw:
    """The new tokens of one draw, without EOS and padding.

    `ended` says whether EOS was seen after them; None: unknown (texts), the length decides.
    """

    ids: tuple[int, ...]
    ended: bool | None = None

    def took_eos(self, max_new_tokens: int) -> bool | None:
        """Whether EOS belongs to the draw under this limit; None if no such draw exists."""
        length = len(self.ids)
        if length < max_new_tokens:
            return None if self.ended is False else True
        return False if length == max_new_tokens and not self.ended else None


@dataclass(frozen=True)
class Score:
    """Log-probabilities (natural log) of one draw.

    Args:
        upper: bound of the null's log-probability over all runs within the margin; -inf: impossible.
        alternatives: log-probability under each alternative, `ESCAPE` mixed in.
        escaped: the alternatives that could not have drawn it (at the very edge, rounding may say so).
        outside: index of the first token that the null cannot draw; None if there is none.
    """

    upper: float
    alternatives: Mapping[str, float]
    escaped: frozenset[str]
    outside: int | None


def ended_draw(tokens: Sequence[int], eos_token_id: int) -> Draw:
    """The draw in a row of generated tokens: what follows the first EOS is padding."""
    ids = tuple(tokens)
    if eos_token_id in ids:
        return Draw(ids[: ids.index(eos_token_id)], ended=True)
    return Draw(ids, ended=False)


def score_draws(
    model: Any,
    prompt_ids: Sequence[int],
    draws: Sequence[Draw],
    *,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Sampler | Greedy | Cut],
    max_new_tokens: int,
    eos_token_id: int,
    margin: Margin,
) -> list[Score]:
    """One `Score` for each draw, from one forward pass for every `BATCH` of them.

    Of a draw longer than every limit only as much is read as shows that it is.
    """
    limits = {
        name: alternative.max_new_tokens if isinstance(alternative, Cut) else max_new_tokens
        for name, alternative in alternatives.items()
    }
    longest = max([max_new_tokens, *limits.values()])
    scores: list[Score] = []
    for start in range(0, len(draws), BATCH):
        batch = [Draw(draw.ids[: longest + 1], draw.ended) for draw in draws[start : start + BATCH]]
        targets = [(*draw.ids, eos_token_id) for draw in batch]
        tables = _token_log_probs(model, prompt_ids, targets, null, alternatives, margin)
        scores.extend(_score(draw, table, limits, max_new_tokens) for draw, table in zip(batch, tables, strict=True))
    return scores


def plain_likelihoods(
    model: Any, prompt_ids: Sequence[int], draws: Sequence[Draw], *, max_new_tokens: int, eos_token_id: int
) -> list[tuple[bool, float]]:
    """For each draw, whether it fits the limit, and its log-likelihood under the unfiltered model at temperature 1.

    A draw's EOS counts where the limit asks for it; what lies beyond the limit does not count.
    """
    import torch

    found = []
    for start in range(0, len(draws), BATCH):
        batch = draws[start : start + BATCH]
        targets = [(*draw.ids[:max_new_tokens], eos_token_id) for draw in batch]
        for draw, target, logits in zip(batch, targets, token_logits(model, prompt_ids, targets), strict=True):
            eos = draw.took_eos(max_new_tokens)
            tokens = logits.log_softmax(-1).gather(-1, torch.tensor(target)[:, None])[:, 0]
            count = max_new_tokens if eos is None else len(draw.ids) + eos
            found.append((eos is not None, float(tokens[:count].double().sum())))
    return found


def _score(draw: Draw, table: Mapping[str, list[float]], limits: Mapping[str, int], max_new_tokens: int) -> Score:
    """Sum the tokens of one draw, EOS included where the limit says so."""

    def total(column: str, limit: int) -> float:
        eos = draw.took_eos(limit)
        if eos is None:
            return -math.inf
        return sum(table[column][: len(draw.ids) + eos])

    upper = total("upper", max_new_tokens)
    tokens = table["upper"][: len(draw.ids) + bool(draw.took_eos(max_new_tokens))]
    outside = None
    if upper == -math.inf:
        outside = tokens.index(-math.inf) if -math.inf in tokens else len(tokens)
    return Score(
        upper=upper,
        alternatives={name: total(f"mixed:{name}", limit) for name, limit in limits.items()},
        escaped=frozenset(name for name, limit in limits.items() if total(f"asked:{name}", limit) == -math.inf),
        outside=outside,
    )


def _token_log_probs(
    model: Any,
    prompt_ids: Sequence[int],
    targets: Sequence[Sequence[int]],
    null: Sampler | Greedy,
    alternatives: Mapping[str, Sampler | Greedy | Cut],
    margin: Margin,
) -> list[dict[str, list[float]]]:
    """For each draw, the columns upper, asked:<name>, mixed:<name>: one number for each target token."""
    import torch

    logits = torch.cat(token_logits(model, prompt_ids, targets))  # (tokens of all draws, V)
    wanted = torch.tensor([token for target in targets for token in target])
    columns: dict[str, list[float]] = {}
    for start in range(0, len(wanted), ROWS):
        rows, tokens = logits[start : start + ROWS], wanted[start : start + ROWS, None]
        ranking = Ranking(rows.sort(dim=-1, descending=True).values)
        rank = (rows > rows.gather(-1, tokens)).sum(-1, keepdim=True)
        for name, log_probs in _columns(ranking, rank, null, alternatives, margin).items():
            columns.setdefault(name, []).extend(log_probs[:, 0].tolist())
    tables, start = [], 0
    for target in targets:
        tables.append({name: column[start : start + len(target)] for name, column in columns.items()})
        start += len(target)
    return tables


def _columns(
    ranking: Ranking,
    rank: Tensor,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Sampler | Greedy | Cut],
    margin: Margin,
) -> dict[str, Tensor]:
    """Log-probabilities (tokens, 1) by column."""
    import torch

    columns = {"upper": null.log_upper_at(ranking, rank, margin)}
    for name, alternative in alternatives.items():
        sampler = alternative.sampler if isinstance(alternative, Cut) else alternative
        asked = sampler.log_probs_at(ranking, rank)
        unfiltered = Sampler(sampler.temperature).log_probs_at(ranking, rank)
        columns[f"asked:{name}"] = asked
        columns[f"mixed:{name}"] = torch.logaddexp(asked + math.log1p(-ESCAPE), unfiltered + math.log(ESCAPE))
    return columns


def token_logits(model: Any, prompt_ids: Sequence[int], targets: Sequence[Sequence[int]]) -> list[Tensor]:
    """The logits before each target token, one (tokens, V) float32 block on the CPU for each draw."""
    import torch

    prompt = list(prompt_ids)
    inputs = [prompt + list(target[:-1]) for target in targets]
    width = max(map(len, inputs))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in inputs], device=model.device)
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in inputs], device=model.device)
    n_kept = width - len(prompt) + 1
    with torch.inference_mode():
        logits = model(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=n_kept).logits
    logits = logits[:, -n_kept:].float().cpu()  # a model that does not know `logits_to_keep` gives all
    return [row[: len(target)] for row, target in zip(logits, targets, strict=True)]
