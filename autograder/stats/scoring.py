"""Draws scored on the trusted model: teacher-forced, batched, under the null and every alternative at once.

A draw is scored together with the way it ended: a draw shorter than the limit ended by EOS, one as
long as the limit was cut. A draw that could not have ended as it did has log-probability -inf.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from autograder.stats.families import Bends
from autograder.stats.ranked import Margin, Ranking
from autograder.stats.samplers import Cut, Greedy, Sampler
from autograder.stats.steps import ESCAPE, Step

if TYPE_CHECKING:
    from torch import Tensor

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
        steps: its tokens as the unnamed bets look at them; none for an impossible draw, and where the null is no sampler.
    """

    upper: float
    alternatives: Mapping[str, float]
    escaped: frozenset[str]
    outside: int | None
    steps: tuple[Step, ...] = ()


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
    read = [Draw(draw.ids[: longest + 1], draw.ended) for draw in draws]
    # Behind the last token that any limit allows, no EOS is looked for.
    targets = [(*draw.ids, eos_token_id)[: max(len(draw.ids), longest)] for draw in read]
    rows = _Rows(model, prompt_ids, targets)
    tables = _token_log_probs(rows, targets, null, alternatives, margin)
    bends = _Bent(rows, null, eos_token_id) if isinstance(null, Sampler) else None
    scores = []
    for draw, target, table in zip(read, targets, tables, strict=True):
        score = _score(draw, table, limits, max_new_tokens)
        if bends is not None and score.outside is None:
            score = replace(score, steps=bends.steps(target[: _n_tokens(draw, max_new_tokens)], table["upper"]))
        scores.append(score)
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
    tokens = table["upper"][: _n_tokens(draw, max_new_tokens)]
    outside = None
    if upper == -math.inf:
        outside = tokens.index(-math.inf) if -math.inf in tokens else len(tokens)
    return Score(
        upper=upper,
        alternatives={name: total(f"mixed:{name}", limit) for name, limit in limits.items()},
        escaped=frozenset(name for name, limit in limits.items() if total(f"asked:{name}", limit) == -math.inf),
        outside=outside,
    )


def _n_tokens(draw: Draw, max_new_tokens: int) -> int:
    """How many tokens of the draw count, EOS included where the limit asks for it."""
    return len(draw.ids) + bool(draw.took_eos(max_new_tokens))


class _Rows:
    """The logits behind every beginning of the targets; equal beginnings share a row.

    Args:
        logits: (rows, V) float32. index: beginning → row.
    """

    def __init__(self, model: Any, prompt_ids: Sequence[int], targets: Sequence[Sequence[int]]) -> None:
        import torch

        inputs = list(dict.fromkeys(tuple(target[:-1]) for target in targets if target))
        self.index: dict[tuple[int, ...], int] = {}
        kept: list[Tensor] = []
        for start in range(0, len(inputs), BATCH):
            batch = inputs[start : start + BATCH]
            blocks = token_logits(model, prompt_ids, [(*one, 0) for one in batch])
            for one, block in zip(batch, blocks, strict=True):
                for length in range(len(one) + 1):
                    if one[:length] not in self.index:
                        self.index[one[:length]] = len(kept)
                        kept.append(block[length])
        self.logits = torch.stack(kept) if kept else torch.zeros(0, model.config.vocab_size)


def _token_log_probs(
    rows: _Rows,
    targets: Sequence[Sequence[int]],
    null: Sampler | Greedy,
    alternatives: Mapping[str, Sampler | Greedy | Cut],
    margin: Margin,
) -> list[dict[str, list[float]]]:
    """For each draw, the columns upper, asked:<name>, mixed:<name>: one number for each target token."""
    import torch

    asked: dict[int, dict[int, None]] = {}  # row → the tokens whose numbers are wanted there
    places = [[rows.index[tuple(target[:t])] for t in range(len(target))] for target in targets]
    for target, place in zip(targets, places, strict=True):
        for token, row in zip(target, place, strict=True):
            asked.setdefault(row, {})[token] = None
    found: dict[tuple[int, int], dict[str, float]] = {}
    waiting = sorted(asked, key=lambda row: len(asked[row]))  # so that a block's rows want about equally many
    for start in range(0, len(waiting), ROWS):
        block = waiting[start : start + ROWS]
        width = max(len(asked[row]) for row in block)
        tokens = torch.tensor([[*asked[row], *[0] * (width - len(asked[row]))] for row in block])
        ordered, order = rows.logits[block].sort(dim=-1, descending=True, stable=True)
        rank = torch.empty_like(order).scatter_(-1, order, torch.arange(order.shape[-1]).expand_as(order))
        columns = _columns(Ranking(ordered), rank.gather(-1, tokens), null, alternatives, margin)
        values = {name: column.tolist() for name, column in columns.items()}
        for number, row in enumerate(block):
            for place_in_row, token in enumerate(asked[row]):
                found[row, token] = {name: column[number][place_in_row] for name, column in values.items()}
    names = ["upper", *(f"{kind}:{name}" for name in alternatives for kind in ("asked", "mixed"))]
    return [
        {name: [found[row, token][name] for token, row in zip(target, place, strict=True)] for name in names}
        for target, place in zip(targets, places, strict=True)
    ]


class _Bent:
    """The distribution asked for behind every beginning, and the families around it, made when they are needed."""

    def __init__(self, rows: _Rows, null: Sampler, eos_token_id: int) -> None:
        self._rows, self._null, self._eos = rows, null, eos_token_id
        self._bends: dict[int, Bends] = {}
        self._steps: dict[tuple[int, int], Step] = {}

    def steps(self, target: Sequence[int], upper: Sequence[float]) -> tuple[Step, ...]:
        """The steps of one draw, whose tokens have the bounds `upper`."""
        return tuple(self._step(self._rows.index[tuple(target[:t])], token, upper[t]) for t, token in enumerate(target))

    def _step(self, row: int, token: int, upper: float) -> Step:
        if (row, token) not in self._steps:
            self._steps[row, token] = self._made(row, token, upper)
        return self._steps[row, token]

    def _made(self, row: int, token: int, upper: float) -> Step:
        if row not in self._bends:
            p = self._null.log_probs(self._rows.logits[row]).exp().numpy()
            self._bends[row] = Bends(p / p.sum(), self._eos if self._eos < len(p) else -1)
        bends = self._bends[row]
        if bends.p[token] > 0:
            return Step(bends.at(token), math.log(bends.p[token]), upper, bends.best)
        unfiltered = Sampler(self._null.temperature).log_probs(self._rows.logits[row])
        return Step(None, float(unfiltered[token]), upper, bends.best)


def _columns(
    ranking: Ranking,
    rank: Tensor,
    null: Sampler | Greedy,
    alternatives: Mapping[str, Sampler | Greedy | Cut],
    margin: Margin,
) -> dict[str, Tensor]:
    """Log-probabilities (rows, tokens of a row) by column."""
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
