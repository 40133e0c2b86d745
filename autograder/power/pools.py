"""Pools of draws from an alternative, each with its log e-values: what the resampling draws from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.grading.run import seed_of
from autograder.stats import Copy, Cut, Greedy, Question, Repeated, Sampler, weigh_draws
from autograder.stats.scoring import Score, ended_draw, score_draws
from autograder.stats.texts import bounded, scored_texts
from autograder.stats.tokens import unbounded
from autograder.stats.weighing import scored_alternatives

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
    limit = source.max_new_tokens if isinstance(source, Cut) else question.max_new_tokens
    prompt_ids = question.prompt_ids or tuple(question.tokenizer(question.prompt)["input_ids"])
    eos = _eos(question)
    options = _options(sampler)
    ids = torch.tensor([list(prompt_ids)], device=question.model.device)
    rows: list[list[int]] = []
    n_wanted = n if isinstance(sampler, Sampler) else 1
    while len(rows) < n_wanted:
        size = min(BATCH, n_wanted - len(rows))
        output = question.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            num_return_sequences=size,
            max_new_tokens=max(1, limit),
            eos_token_id=eos,
            pad_token_id=eos,
            **options,
        )
        rows += output[:, ids.shape[1] :].tolist()
    return rows


def _options(sampler: Sampler | Greedy) -> dict[str, Any]:
    """What `generate` has to be told to draw from `sampler`."""
    if isinstance(sampler, Greedy):
        return {"do_sample": False}
    if type(sampler) is not Sampler:  # a sampler of a check's own, which no argument of `generate` describes
        return {
            "do_sample": True,
            "top_k": 0,
            "logits_processor": [lambda _, logits: sampler.log_probs(logits).float()],
        }
    asked = {"do_sample": True, "temperature": sampler.temperature, "top_p": sampler.top_p, "top_k": sampler.top_k}
    return asked | ({"epsilon_cutoff": sampler.epsilon} if sampler.epsilon else {})


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
