"""Right samplers in every arithmetic stay within the bounds of every question that the course's checks ask."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.course import read_course
from autograder.power.table import _recorded, asks_statistics
from autograder.stats import FLOAT32, Sampler

SOLUTIONS = Path(__file__).parents[2] / "solutions"
EXTREME = (Sampler(1e5, 1.0, 3), Sampler(1e5, 0.6, 4), Sampler(1e5, 0.9), Sampler(1e3, 1.0, 7), Sampler(0.05, 0.9, 3))
N_PREFIXES = 5


def by_logits(z: torch.Tensor, null: Sampler) -> torch.Tensor:
    """Logits masked one filter after the other, softmax last."""
    z = z / null.temperature
    if null.top_k:
        kth = z.topk(min(null.top_k, len(z))).values[-1]
        z = z.masked_fill(z < kth, -math.inf)
    ranked, order = z.sort(descending=True)
    probs = ranked.softmax(0)
    drop = (probs.cumsum(0) - probs) >= null.top_p
    drop[0] = False
    return z.scatter(0, order, ranked.masked_fill(drop, -math.inf)).softmax(0)


def by_probabilities(z: torch.Tensor, null: Sampler) -> torch.Tensor:
    """Softmax first; the k largest probabilities, renormalised, then the nucleus of these."""
    p, order = torch.softmax(z / null.temperature, -1).topk(min(null.top_k or len(z), len(z)))
    p = p / p.sum()
    if null.top_p < 1:
        n = max(1, int((p.cumsum(0) - p < null.top_p).sum()))
        p, order = p[:n], order[:n]
    return torch.zeros_like(z).scatter(0, order, p / p.sum())


def ascending(z: torch.Tensor, null: Sampler) -> torch.Tensor:
    """From the rarest token upwards, as transformers does."""
    z = z / null.temperature
    if null.top_k:
        z = z.masked_fill(z < z.topk(min(null.top_k, len(z))).values[-1], -math.inf)
    ranked, order = z.sort(descending=False)
    drop = ranked.softmax(0).cumsum(0) <= 1 - null.top_p
    drop[-1] = False
    return z.scatter(0, order, ranked.masked_fill(drop, -math.inf)).softmax(0)


def in_numpy(z: torch.Tensor, null: Sampler) -> torch.Tensor:
    """numpy in the dtype of z: argsort, exp, cumsum, renormalised after each filter."""
    scores = z.numpy() / z.numpy().dtype.type(null.temperature)
    order = np.argsort(-scores, kind="stable")[: null.top_k or None]
    p = np.exp(scores[order] - scores[order].max())
    p = p / p.sum()
    n = len(p) if null.top_p == 1 else int(np.searchsorted(np.cumsum(p), null.top_p, side="left")) + 1
    found = np.zeros_like(scores)
    found[order[:n]] = p[:n] / p[:n].sum()
    return torch.from_numpy(found)


def in_a_batch(z: torch.Tensor, null: Sampler) -> torch.Tensor:
    """Rows of a batch, weights multiplied by the inverse of the temperature."""
    rows = torch.stack([z, z]) * (1 / null.temperature)
    p = torch.exp(rows - rows.logsumexp(-1, keepdim=True))
    ranked, order = p.sort(dim=-1, descending=True, stable=True)
    ranked[:, null.top_k or len(z) :] = 0
    ranked = ranked / ranked.sum(-1, keepdim=True)
    ranked = torch.where(ranked.cumsum(-1) - ranked < null.top_p, ranked, 0.0)
    return torch.zeros_like(p).scatter(1, order, ranked / ranked.sum(-1, keepdim=True))[1]


HONEST: list[Callable[[torch.Tensor, Sampler], torch.Tensor]] = [
    by_logits,
    by_probabilities,
    ascending,
    in_numpy,
    in_a_batch,
]


def asked_settings(models) -> dict[tuple[tuple[int, ...], Sampler], None]:
    """(prompt ids, sampler) of every question that a check of the course asks of a model."""
    found: dict[tuple[tuple[int, ...], Sampler], None] = {}
    for unit in read_course(SOLUTIONS).units:
        for exercise in filter(asks_statistics, unit.exercises):
            for check in exercise.checks:
                for question in _recorded(exercise, check, models).questions:
                    if isinstance(question.null, Sampler):
                        ids = question.prompt_ids or tuple(question.tokenizer(question.prompt)["input_ids"])
                        found[ids, question.null] = None
    return found


@pytest.fixture(scope="module")
def settings(bench):
    ids = tuple(bench.models.lm.tokenizer("Once upon a time")["input_ids"])
    return [*asked_settings(bench.models), *((ids, one) for one in EXTREME)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("sampler", HONEST, ids=lambda one: one.__name__)
def test_no_right_sampler_leaves_the_bounds(settings, bench, sampler, dtype):
    """Whatever the order of the operations, no token is likelier than its bound, which is 0 for what cannot be drawn."""
    source = torch.Generator().manual_seed(5)
    for ids, null in settings:
        prefix = list(ids)
        for _ in range(N_PREFIXES):
            with torch.inference_mode():
                logits = bench.models.lm.model(torch.tensor([prefix])).logits[0, -1].clone()
            p = sampler(logits.to(dtype), null).double()
            upper = null.log_upper(logits, FLOAT32).exp()
            assert bool((p <= upper + 1e-12).all()), (null, float((p - upper).max()))
            prefix.append(int(torch.multinomial(p, 1, generator=source)))


def test_a_float32_sort_of_equal_probabilities_is_no_proof():
    """Logits that a high temperature brings together may come out of a float32 sort in either order."""
    logits = torch.tensor([1.0, 1.0025, 1.5, 1.6, 0.0, -3.0])
    null = Sampler(temperature=1e5, top_k=3)
    assert bool(torch.isfinite(null.log_upper(logits, FLOAT32))[:2].all())
