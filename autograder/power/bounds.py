"""Correct submissions, made by the thousand, and how many of them fail: a test of the proven bound."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from autograder.models import LoadedModel
from autograder.power.pools import Floats
from autograder.power.resampling import log_mean_exp, upper_limit
from autograder.power.synthetic import PieceTokenizer, TableModel, small_model
from autograder.stats import (
    ALPHA,
    Alternative,
    Cut,
    Greedy,
    Repeated,
    Sampler,
    judge_draws,
    recoded_draws,
    weigh_texts,
    weigh_tokens,
)
from autograder.stats.steps import Call
from autograder.stats.trend import BETS, bleu_of_pairs
from autograder.stats.unnamed import unnamed_evidence

SIMULATED = 100_000  # submissions of each kind
GENERATED = 2_000  # draws of the real model
HIGH_ALPHA = 0.01  # so that false fails are there to be counted
N_DRAWS = 6
LIMIT = 4
NULLS = {
    "exact": (Sampler(temperature=1.3, top_p=0.8), 0.0),
    "logits moved by the margin": (Sampler(temperature=1.3, top_p=0.8), 1e-4),
    "a token on the edge of the nucleus": (Sampler(top_p=0.8), 1e-4),
    "top_k": (Sampler(temperature=0.7, top_k=3), 1e-4),
    "epsilon": (Sampler(temperature=1.3, epsilon=0.1), 1e-4),
}
REAL = (
    Sampler(),
    Sampler(temperature=0.7, top_p=0.9),
    Sampler(top_p=0.1),
    Sampler(top_p=0.5),
    Sampler(temperature=0.3, top_p=0.9),
    Sampler(temperature=2.0, top_p=0.8),
    Sampler(top_k=5),
    Sampler(temperature=1.3, top_k=50),
    Sampler(epsilon=0.05),
    Sampler(temperature=1.2, top_k=50, top_p=0.9, epsilon=0.01),
)
PROMPTS = ("Tell me a story about a dragon.", "Once upon a time, there was a")
RECODING = 0.3  # assumed for texts of the real model at any of these settings


def verifications(lm: LoadedModel) -> dict[str, Callable[[], dict[str, Any]]]:
    """What `autograder power --bounds` runs, by name."""
    return {
        "tokens": partial(simulated_tokens, SIMULATED),
        "texts": partial(simulated_texts, SIMULATED),
        "unnamed bets": partial(simulated_unnamed, SIMULATED),
        "unnamed bets on texts": partial(simulated_unnamed, SIMULATED, recoding=0.1),
        "draws": partial(simulated_draws, SIMULATED),
        "trend": partial(simulated_trends, SIMULATED),
        "generated tokens": partial(generated_tokens, lm, GENERATED),
        "generated texts": partial(generated_texts, lm, GENERATED),
    }


def simulated_tokens(n: int, alpha: float = HIGH_ALPHA) -> dict[str, Any]:
    """n submissions of `N_DRAWS` draws of a small model, shared out among `NULLS`, judged after every draw."""
    model, failed, share = small_model(), 0, n // len(NULLS)
    for seed, (null, noise) in enumerate(NULLS.values()):
        rows = model.draw(null, N_DRAWS * share, LIMIT, seed=seed, noise=noise)
        distinct = list(dict.fromkeys(map(tuple, rows)))
        options: dict[str, Any] = {"null": null, "max_new_tokens": LIMIT, "eos_token_id": 0}
        found = [weigh_tokens(model, [1], [row], alternatives=_alternatives(null), **options) for row in distinct]
        if any(one.outside is not None for one in found):
            raise AssertionError(f"a correct draw from {null} was judged impossible")
        failed += _n_failed(found, distinct, list(map(tuple, rows)), share, alpha)
    what = f"token ids of a small model, {N_DRAWS} draws each: {', '.join(NULLS)}"
    return _row(what, share * len(NULLS), failed, alpha)


def simulated_texts(n: int, alpha: float = HIGH_ALPHA) -> dict[str, Any]:
    """Like `simulated_tokens`, from texts that do not always give back the ids that were drawn."""
    model, tokenizer = small_model(), PieceTokenizer(["", "P", "a", "b", "ab", "c"])
    null = Sampler(temperature=1.3, top_p=0.8)
    rows = model.draw(null, N_DRAWS * n, LIMIT, seed=11)
    texts = tokenizer.batch_decode(rows)
    options: dict[str, Any] = {"null": null, "max_new_tokens": LIMIT}
    share = _recoded_share(model, tokenizer, rows, texts, options)
    distinct = list(dict.fromkeys(texts))
    found = [
        weigh_texts(model, tokenizer, "P", [text], alternatives=_alternatives(null), recoding=share, **options)
        for text in distinct
    ]
    what = f"texts of a small model, {N_DRAWS} draws each; {share:.1%} do not give back their ids"
    return _row(what, n, _n_failed(found, distinct, texts, n, alpha), alpha)


def simulated_unnamed(n: int, alpha: float = HIGH_ALPHA, *, recoding: float | None = None) -> dict[str, Any]:
    """n submissions of `N_DRAWS` draws of a small model in two calls, judged by the unnamed bets alone.

    Args:
        recoding: as if the draws were texts that give back their ids but at this rate.
    """
    model, failed, share = small_model(), 0, n // len(NULLS)
    for seed, (null, noise) in enumerate(NULLS.values(), start=20):
        rows = list(map(tuple, model.draw(null, N_DRAWS * share, LIMIT, seed=seed, noise=noise)))
        options: dict[str, Any] = {"null": null, "max_new_tokens": LIMIT, "eos_token_id": 0, "alternatives": {}}
        drawn = {row: weigh_tokens(model, [1], [row], **options).calls[0].draws[0] for row in dict.fromkeys(rows)}
        for start in range(0, len(rows), N_DRAWS):
            draws = tuple(drawn[row] for row in rows[start : start + N_DRAWS])
            calls = [Call(null, part, recoding) for part in (draws[: N_DRAWS // 2], draws[N_DRAWS // 2 :])]
            failed += unnamed_evidence(calls) >= -math.log(alpha)
    kind = "texts" if recoding else "token ids"
    what = f"{kind} of a small model, {N_DRAWS} draws each, by the unnamed bets alone: {', '.join(NULLS)}"
    return _row(what, share * len(NULLS), failed, alpha)


def simulated_draws(n: int, alpha: float = HIGH_ALPHA) -> dict[str, Any]:
    """n submissions of 12 draws from four tokens, judged after 6 and after 12."""
    rng, failed = random.Random(12), 0
    tokens, weights = "abcd", (0.6, 0.3, 0.09, 0.01)
    probs = list(zip(tokens, weights, strict=True))
    options: dict[str, Any] = {
        "alternatives": {"flat": [(t, 1.0) for t in "ab"], "repeated": Repeated()},
        "alpha": alpha,
    }
    for _ in range(n):
        draws = rng.choices(tokens, weights, k=12)
        failed += judge_draws(draws[:6], probs, **options).failed or judge_draws(draws, probs, **options).failed
    return _row("draws from four tokens, judged after 6 and 12, with what is learned from them", n, failed, alpha)


def simulated_trends(n: int, alpha: float = HIGH_ALPHA) -> dict[str, Any]:
    """n submissions of 16 pairs of texts without a trend, judged after every pair."""
    rng = np.random.default_rng(13)
    texts = [f"{a} {b} dragon {c}" for a in ("a", "the") for b in ("red", "old") for c in ("flew", "slept")]
    bleu = np.array([bleu_of_pairs([one for other in texts for one in (text, other)]) for text in texts])
    drawn = rng.integers(len(texts), size=(4, n, 16))
    likeness = bleu[drawn[0], drawn[1]] - bleu[drawn[2], drawn[3]]
    path = np.stack([np.log1p(-bet * likeness).cumsum(axis=1) for bet in BETS], axis=2)
    failed = int((log_mean_exp(path) >= -math.log(alpha)).any(axis=1).sum())
    return _row("groups of texts without a trend, 16 pairs each", n, failed, alpha)


def generated_tokens(lm: LoadedModel, n: int, alpha: float = ALPHA) -> dict[str, Any]:
    """About n generations of the real model in batches of 10, judged alone and with those before."""
    failed, made = 0, 0
    eos = int(lm.tokenizer.eos_token_id)
    for null, prompt, rows in _generations(lm, n):
        options: dict[str, Any] = {"null": null, "max_new_tokens": 12, "eos_token_id": eos}
        ids = lm.tokenizer(prompt)["input_ids"]
        found = [weigh_tokens(lm.model, ids, [row], alternatives=_alternatives(null), **options) for row in rows]
        failed += _n_failed_in_a_row(found, alpha)
        made += len(rows)
    return _row(f"token ids generated by {lm.name} with {len(REAL)} samplers", made, failed, alpha)


def generated_texts(lm: LoadedModel, n: int, alpha: float = ALPHA) -> dict[str, Any]:
    """Like `generated_tokens`, as texts."""
    failed, made = 0, 0
    for null, prompt, rows in _generations(lm, n):
        texts = lm.tokenizer.batch_decode(rows, skip_special_tokens=True)
        options: dict[str, Any] = {"null": null, "max_new_tokens": 12, "recoding": RECODING}
        found = [
            weigh_texts(lm.model, lm.tokenizer, prompt, [text], alternatives=_alternatives(null), **options)
            for text in texts
        ]
        failed += _n_failed_in_a_row(found, alpha)
        made += len(texts)
    return _row(f"texts generated by {lm.name} with {len(REAL)} samplers", made, failed, alpha)


def _alternatives(null: Sampler) -> dict[str, Alternative]:
    """What students get wrong: arguments ignored, greedy, one limit for another."""
    return {
        "plain": Sampler(),
        "hot": Sampler(temperature=2.0),
        "narrow": Sampler(null.temperature, 0.5),
        "top_k": Sampler(null.temperature, null.top_p, 2),
        "greedy": Greedy(),
        "short": Cut(null, 2),
    }


def _recoded_share(
    model: TableModel, tokenizer: PieceTokenizer, rows: list[list[int]], texts: list[str], options: dict[str, Any]
) -> float:
    """How many of the draws do not give back their ids, with the uncertainty of counting."""
    distinct = {tuple(row): text for row, text in zip(rows, texts, strict=True)}
    changed = recoded_draws(model, tokenizer, "P", list(distinct), list(distinct.values()), **options)
    lost = {row for row, is_lost in zip(distinct, changed, strict=True) if is_lost}
    return upper_limit(sum(tuple(row) in lost for row in rows), len(rows), 0.9999)


def _n_failed(found: list[Any], distinct: list[Any], drawn: list[Any], n: int, alpha: float) -> int:
    """How many of n submissions ever fail; `found` is the evidence in each of the `distinct` draws."""
    place = {draw: index for index, draw in enumerate(distinct)}
    steps: Floats = np.array([list(one.log_e.values()) for one in found])
    path = steps[np.array([place[draw] for draw in drawn]).reshape(n, N_DRAWS)].cumsum(axis=1)
    return int((log_mean_exp(path) >= -math.log(alpha)).any(axis=1).sum())


def _n_failed_in_a_row(found: list[Any], alpha: float) -> int:
    """How many generations fail, alone or together with those before them."""
    failed, total = 0, None
    for one in found:
        total = one if total is None else total + one
        failed += one.judge(alpha).failed or total.judge(alpha).failed
    return failed


def _generations(lm: LoadedModel, n: int) -> list[tuple[Sampler, str, list[list[int]]]]:
    """Batches of 10 generations of 12 tokens by `generate`, over all samplers and prompts."""
    found = []
    with torch.random.fork_rng():
        torch.manual_seed(14)
        for index in range(math.ceil(n / 10)):
            null, prompt = REAL[index % len(REAL)], PROMPTS[index // len(REAL) % len(PROMPTS)]
            inputs = lm.tokenizer(prompt, return_tensors="pt").to(lm.model.device)
            rows = lm.model.generate(
                **inputs,
                do_sample=True,
                num_return_sequences=10,
                max_new_tokens=12,
                temperature=null.temperature,
                top_p=null.top_p,
                top_k=null.top_k,
                epsilon_cutoff=null.epsilon,
                pad_token_id=lm.tokenizer.pad_token_id,
            )
            _, n_prompt = inputs["input_ids"].shape
            found.append((null, prompt, rows[:, n_prompt:].tolist()))
    return found


def _row(what: str, n: int, failed: int, alpha: float) -> dict[str, Any]:
    return {"what": what, "n": n, "alpha": alpha, "failed": failed, "rate": failed / n, "upper": upper_limit(failed, n)}
