"""The asked distribution equals transformers' own, and its upper bound covers every honest run."""

import math
import subprocess
import sys

import pytest
import torch
from transformers import EpsilonLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from autograder.stats import EXACT, FLOAT32, Greedy, Margin, Sampler

SAMPLERS = [
    Sampler(),
    Sampler(temperature=0.3),
    Sampler(temperature=1.7),
    Sampler(top_k=1),
    Sampler(top_k=7),
    Sampler(top_k=1000),
    Sampler(top_p=0.1),
    Sampler(top_p=0.9),
    Sampler(epsilon=0.02),
    Sampler(epsilon=0.9),
    Sampler(temperature=1.5, top_p=0.8),
    Sampler(temperature=0.7, top_k=12, top_p=0.95),
    Sampler(temperature=1.3, top_k=30, top_p=0.9, epsilon=0.01),
]


def warped(sampler, logits):
    """transformers' own warpers, in transformers' own order."""
    warpers = [TemperatureLogitsWarper(sampler.temperature)] if sampler.temperature != 1.0 else []
    warpers += [TopKLogitsWarper(sampler.top_k)] if sampler.top_k else []
    warpers += [TopPLogitsWarper(sampler.top_p)] if sampler.top_p < 1 else []
    warpers += [EpsilonLogitsWarper(sampler.epsilon)] if sampler.epsilon else []
    for warper in warpers:
        logits = warper(None, logits)
    return logits.log_softmax(-1)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_log_probs_are_those_of_the_warpers_of_transformers(sampler):
    """Same support and same log-probabilities on 200 random rows, in float64."""
    logits = 3 * torch.randn(200, 60, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected, found = warped(sampler, logits), sampler.log_probs(logits)
    assert torch.equal(expected.isinf(), found.isinf())
    kept = ~found.isinf()
    assert torch.allclose(expected[kept], found[kept], atol=1e-10, rtol=0)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_without_a_margin_the_upper_bound_is_the_probability(sampler):
    """EXACT leaves nothing to allow for."""
    logits = 3 * torch.randn(200, 60, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    assert torch.allclose(sampler.log_probs(logits), sampler.log_upper(logits, EXACT), atol=1e-9, rtol=0)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_upper_bound_covers_every_run_within_the_margin(sampler):
    """Logits moved by up to the margin, p by the mass margin: no probability exceeds the bound."""
    generator = torch.Generator().manual_seed(3)
    margin = Margin(logit=0.05, mass=0.01, draw=0.0)
    for _ in range(60):
        logits = 2 * torch.randn(40, 30, generator=generator, dtype=torch.float64)
        noise = margin.logit * (2 * torch.rand(40, 30, generator=generator, dtype=torch.float64) - 1)
        if sampler.top_p < 1:
            shift = margin.mass * (2 * torch.rand(1, generator=generator).item() - 1)
            honest = Sampler(sampler.temperature, sampler.top_p + shift, sampler.top_k, sampler.epsilon)
        else:
            honest = sampler
        assert bool((honest.log_probs(logits + noise) <= sampler.log_upper(logits, margin) + 1e-9).all())


def test_token_at_the_edge_of_the_nucleus_is_possible_with_its_own_probability():
    """0.5 + 0.3 = p: rounding decides on the third token, so it may be drawn; the fourth may not."""
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=torch.float64).log()
    upper = Sampler(top_p=0.8).log_upper(logits, FLOAT32).exp()
    assert upper.tolist() == pytest.approx([0.5 / 0.8, 0.3 / 0.8, 0.15 / 0.95, 0.0], rel=1e-3)


def test_upper_bound_is_tight_away_from_edges():
    """The float32 margin costs less than 0.1 % of a probability above 0.01."""
    logits = torch.randn(100, 50, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    sampler = Sampler(temperature=1.0, top_p=0.9)
    exact, upper = sampler.log_probs(logits), sampler.log_upper(logits, FLOAT32)
    likely = exact > math.log(0.01)
    assert float((upper - exact)[likely].quantile(0.9)) < 1e-3


def test_greedy_takes_the_best_token():
    """All mass on the most probable token."""
    assert Greedy().log_probs(torch.tensor([[0.0, 2.0, 1.0]])).exp().tolist() == [[0.0, 1.0, 0.0]]


def test_best_token_may_be_either_in_a_tie():
    """Within the margin either of two tied tokens may be the greedy one, and either may fill top_k = 1."""
    tied = torch.tensor([1.0, 1.00001, 0.0], dtype=torch.float64)
    assert Greedy().log_upper(tied, FLOAT32).exp().tolist() == [1.0, 1.0, 0.0]
    assert Sampler(top_k=1).log_upper(tied, FLOAT32).exp().tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": 0.0}, {"temperature": -1.0}, {"top_p": 0.0}, {"top_p": 1.1}, {"top_k": -1}, {"epsilon": 1.0}],
    ids=str,
)
def test_arguments_out_of_range_are_refused(wrong):
    """ValueError names the argument."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Sampler(**wrong)


def test_import_loads_no_torch():
    """Importing autograder.stats must stay cheap."""
    code = "import sys, autograder.stats; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
