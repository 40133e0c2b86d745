"""Pools of draws from an alternative, each with its log e-values: what the resampling draws from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.grading.run import seed_of
from autograder.stats import Copy, Cut, Greedy, Question, Repeated, Sampler, weigh_draws
from autograder.stats.scoring import Score, ended_draw, score_draws
from autograder.stats.texts import bounded, scored_texts
from autograder.stats.tokens import unbounded
from autograder.stats.weighing import scored_alternatives

if TYPE_CHECKING:
    from torch import Tensor

POOL = 500  # draws of a model in each pool
BATCH = 100  # draws that are generated at a time

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """m draws of which each may be drawn, with probability `weight`.

    Args:
        log_e: log e-values for every name, (m, names); -inf for `Repeated` and `Copy`, which need several draws.
        of_itself: log e-value of an alternative that is sure of the draw, (m,).
        proof: whether the draw lies outside the null's support, (m,).
        n_tokens: mean number of new tokens of a draw; 1 for draws without a model.
        weight: (m,), sum 1.
    """

    log_e: Floats
    of_itself: Floats
    proof: NDArray[np.bool_]
    n_tokens: float
    weight: Floats


class Pools:
    """The pools of one exercise. What is drawn for one question serves others that draw the same, and no draw is scored twice."""

    def __init__(self, n: int = POOL) -> None:
        self._n = n
        self._rows: dict[object, list[list[int]]] = {}
        self._scores: dict[Question, dict[object, Score]] = {}

    def pool(self, question: Question, name: str) -> Pool:
        """Draws from the alternative `name` (from the null for `Repeated` and `Copy`), scored as the check scores its own."""
        alternative = question.alternatives[name]
        source = question.null if isinstance(alternative, Repeated | Copy) else alternative
        if question.kind == "draws":
            return _listed(question, source)
        rows = self._drawn(question, source)
        eos = _eos(question)
        lengths = [row.index(eos) + 1 if eos in row else len(row) for row in rows]
        return _pool(question, self._scored(question, rows), float(np.mean(lengths)))

    def _drawn(self, question: Question, source: Sampler | Greedy | Cut) -> list[list[int]]:
        import torch

        key = (id(question.model), question.prompt, question.prompt_ids, source, question.max_new_tokens)
        if key not in self._rows:
            with torch.random.fork_rng():
                torch.manual_seed(seed_of("pool", *map(repr, key[1:])))
                self._rows[key] = generated(question, source, self._n)
        return self._rows[key]

    def _scored(self, question: Question, rows: list[list[int]]) -> list[Score]:
        draws: list[Any] = [ended_draw(row, _eos(question)) for row in rows]
        if question.kind == "texts":
            draws = question.tokenizer.batch_decode(rows, skip_special_tokens=True)
        known = self._scores.setdefault(question, {})
        new = [draw for draw in dict.fromkeys(draws) if draw not in known]
        known.update(zip(new, _scores(question, new), strict=True))
        return [known[draw] for draw in draws]


def _scores(question: Question, draws: list[Any]) -> list[Score]:
    """Of texts, or of draws of token ids."""
    options: dict[str, Any] = {
        "null": question.null,
        "alternatives": scored_alternatives(question.alternatives),
        "max_new_tokens": question.max_new_tokens,
        "margin": question.margin,
    }
    if question.kind == "texts":
        found = scored_texts(question.model, question.tokenizer, question.prompt, draws, **options)
        return [score for _, score in found]
    return score_draws(question.model, question.prompt_ids, draws, eos_token_id=question.eos_token_id, **options)


def _eos(question: Question) -> int:
    return int(question.tokenizer.eos_token_id if question.kind == "texts" else question.eos_token_id)


def generated(question: Question, source: Sampler | Greedy | Cut, n: int) -> list[list[int]]:
    """New tokens of n draws from `source`, padded with EOS; a single row for `Greedy`."""
    import torch

    sampler = source.sampler if isinstance(source, Cut) else source
    limit = max(1, source.max_new_tokens if isinstance(source, Cut) else question.max_new_tokens)
    prompt_ids = question.prompt_ids or tuple(question.tokenizer(question.prompt)["input_ids"])
    n_wanted = n if isinstance(sampler, Sampler) else 1
    draw = _by_generate if type(sampler) in (Sampler, Greedy) else _by_definition
    rows: list[list[int]] = []
    while len(rows) < n_wanted:
        size = min(BATCH, n_wanted - len(rows))
        ids = torch.tensor([list(prompt_ids)] * size, device=question.model.device)
        rows += draw(question.model, ids, sampler, limit, _eos(question))[:, len(prompt_ids) :].tolist()
    return rows


def _by_generate(model: Any, ids: Tensor, sampler: Sampler | Greedy, limit: int, eos: int) -> Tensor:
    """The rows `ids` with new tokens from transformers' own sampling."""
    options: dict[str, Any] = {"do_sample": False}
    if isinstance(sampler, Sampler):
        names = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "epsilon_cutoff": "epsilon"}
        options = {"do_sample": True} | {name: getattr(sampler, field) for name, field in names.items()}
    mask = ids.new_ones(ids.shape)
    output: Tensor = model.generate(
        ids, attention_mask=mask, max_new_tokens=limit, eos_token_id=eos, pad_token_id=eos, **options
    )
    return output


def _by_definition(model: Any, ids: Tensor, sampler: Sampler | Greedy, limit: int, eos: int) -> Tensor:
    """The rows `ids` with new tokens from the distribution that a sampler of a check's own defines."""
    import torch

    step, cache = ids, None
    ended = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    for _ in range(limit):
        with torch.inference_mode():
            output = model(step, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        drawn = torch.multinomial(sampler.log_probs(output.logits[:, -1]).exp(), 1)[:, 0]
        step = torch.where(ended, eos, drawn)[:, None]
        ended |= step[:, 0] == eos
        ids = torch.cat((ids, step), -1)
    return ids


def _pool(question: Question, scored: Sequence[Score], n_tokens: float) -> Pool:
    def e_value(ratio: float) -> float:
        return bounded(ratio, question.recoding) if question.kind == "texts" else unbounded(ratio)

    def of(score: Score, name: str) -> float:
        if name not in score.alternatives:
            return -math.inf
        return e_value(math.inf if score.upper == -math.inf else score.alternatives[name] - score.upper)

    return Pool(
        np.array([[of(score, name) for name in question.alternatives] for score in scored]),
        np.array([e_value(-score.upper) for score in scored]),
        np.array([score.outside is not None and question.kind == "tokens" for score in scored]),
        n_tokens,
        np.full(len(scored), 1 / len(scored)),
    )


def _listed(question: Question, source: Sequence[tuple[str, float]]) -> Pool:
    """The tokens of `source` themselves, as often as it says. What is learned from the draws counts as nothing."""
    possible = [(token, weight) for token, weight in source if weight > 0]
    named = {name: one for name, one in question.alternatives.items() if not isinstance(one, Repeated | Copy)}
    found = [
        weigh_draws([token], question.null, alternatives=named, tolerance=question.margin) for token, _ in possible
    ]
    sure = [
        weigh_draws([token], question.null, alternatives={"sure": Copy((token,))}, tolerance=question.margin)
        for token, _ in possible
    ]
    log_e = [[one.log_e.get(name, -math.inf) for name in [*question.alternatives, None]] for one in found]
    weights = np.array([weight for _, weight in possible])
    table = np.array(log_e)
    table[:, -1] = -math.inf
    return Pool(
        table,
        np.array([one.log_e["sure"] for one in sure]),
        np.array([one.outside is not None for one in found]),
        1.0,
        weights / weights.sum(),
    )
