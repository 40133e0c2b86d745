"""Bets that nobody named: they find strangers' mistakes, and their mean is worth at most 1 under right samplers."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from autograder.power.strangers import DEPENDENT, SHAPED, Stranger, Task
from autograder.power.unknown import N_BETS, N_CLASSES
from autograder.stats import Sampler, weigh_draws, weigh_tokens
from autograder.stats.families import SIZES, Bends
from autograder.stats.steps import table_of
from autograder.stats.unnamed import _bets, contexts, unnamed_evidence

BAR = math.log(2e6)
PROBS = [("a", 0.02), ("b", 0.5), ("c", 0.0), ("d", 0.28), ("e", 0.15), ("f", 0.05)]


class Small:
    """A model of 40 tokens whose logits depend on the last token alone; EOS is 0."""

    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self) -> None:
        self.table = 1.5 * torch.randn(40, 40, generator=torch.Generator().manual_seed(2))
        self.config = SimpleNamespace(vocab_size=40)

    def __call__(self, input_ids, **options):
        return SimpleNamespace(logits=self.table[input_ids], past_key_values=None)


MODEL = Small()
TASK = Task(MODEL, (1,), Sampler(), 5, 0)


def evidence(stranger: Stranger, n: int, seed: int = 0, task: Task = TASK):
    unit = stranger.unit or n
    rng = np.random.default_rng(seed)
    rows = [row for one in stranger.units(task, n // unit, unit, rng) for row in one]
    return weigh_tokens(
        task.model,
        task.prompt_ids,
        rows,
        null=task.null,
        alternatives={},
        max_new_tokens=task.max_new_tokens,
        eos_token_id=task.eos,
    )


# With so few draws of a small model the smallest differences stay below reach.
SEEN = [
    "uniform inside the support",
    "20 % moved to the best token",
    "5 % moved to the last token",
    "first token greedy",
    "greedy where it is sure",
    "one random number for a draw",
    "one random number for a draw, by id",
    "antithetic pairs",
    "antithetic halves",
    "every draw twice",
    "the second half is the first",
    "four different seeds",
]


@pytest.mark.parametrize("name", SEEN)
def test_a_stranger_is_found(name):
    """500 draws of five tokens show it, whoever named it or not."""
    found = evidence({**SHAPED, **DEPENDENT}[name], 500)
    assert found.outside is not None or unnamed_evidence(found.calls) >= BAR


def test_a_right_sampler_gains_nothing():
    """Over 200 right submissions the mean e-value stays near or below 1, and none comes near the bar."""
    values = [unnamed_evidence(evidence(Stranger(), 20, seed).calls) for seed in range(200)]
    assert np.mean(np.exp(values)) < 1.5
    assert max(values) < BAR / 2


@pytest.mark.parametrize("eos", [-1, 3])
def test_every_member_of_every_family_is_a_distribution(eos):
    """The probabilities P(x) exp(gain) of each member sum to 1 over the tokens, or to less where rounding keeps some back."""
    p = np.array([0.02, 0.5, 0.0, 0.28, 0.15, 0.05])
    bends = Bends(p, eos)
    total = sum(p[token] * np.exp(bends.at(token).gains) for token in range(6) if p[token] > 0)
    assert len(total) == sum(SIZES.values())
    assert np.all(total <= 1 + 1e-9)
    assert np.all(total >= 0.9)


def test_what_one_call_shows_serves_the_next():
    """Evidence in many small calls adds up to more than their sum: what was learned is carried on."""
    parts = [evidence(SHAPED["20 % moved to the best token"], 8, seed) for seed in range(30)]
    together = parts[0]
    for part in parts[1:]:
        together = together + part
    assert together.log_mean() > sum(part.log_mean() for part in parts) + 10


def test_the_recorded_number_of_bets_covers_them():
    """What the power figures divide by is at least the number of bets, and classes are as many as there are."""
    found = evidence(Stranger(), 12)
    table = table_of(found.calls)
    assert len(list(_bets(table, by_row=False))) <= N_BETS
    assert [int(context.max()) < n for context, n in zip(contexts(table), N_CLASSES, strict=True)] == [True] * 3


@pytest.mark.parametrize("power", [1.1, 1 / 1.1])
def test_bent_random_numbers_are_found_in_a_list(power):
    """18,000 draws tell u from u ** 1.1."""
    rng = np.random.default_rng(4)
    sums = np.cumsum([p for _, p in PROBS])
    total = None
    for _ in range(6):
        drawn = [PROBS[int(np.searchsorted(sums, one, side="right"))][0] for one in rng.random(3000) ** power]
        weighed = weigh_draws(drawn, PROBS, alternatives={})
        total = weighed if total is None else total + weighed
    assert total.judge().failed


def test_texts_are_bets_within_their_cap():
    """A text is worth at most 1 / recoding, whatever it says."""
    call = evidence(SHAPED["uniform inside the support"], 6).calls[0]
    capped = unnamed_evidence([replace(call, recoding=0.05)])
    assert capped <= len(call.draws) * math.log(1 / 0.05)


@pytest.mark.parametrize("name", ["antithetic pairs", "antithetic halves", "every draw twice", "stratified"])
def test_partners_are_found_behind_a_draw_that_is_left_out(name):
    """A text that cannot have come from the question's ids has no steps; it keeps its place, so that pairs stay pairs."""
    (call,) = evidence(DEPENDENT[name], 500).calls
    draws = [replace(draw, steps=() if place == 101 else draw.steps) for place, draw in enumerate(call.draws)]
    whole, left_out = (unnamed_evidence([replace(call, draws=tuple(some))]) for some in (call.draws, draws))
    assert left_out > 0.9 * whole - 1
    table = table_of([replace(call, draws=tuple(draws))])
    assert [int(one) for one in table.place[[100, 101, -1]]] == [100, 102, 499]
    assert set(table.size.tolist()) == {500}
