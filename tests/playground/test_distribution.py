"""What the page shows of a distribution is what transformers draws from."""

from __future__ import annotations

import pytest
import torch

from autograder.models import LoadedModel
from autograder.playground.distribution import distribution, effective_choices, next_token_logits
from autograder.stats import Sampler

SETTINGS = [
    Sampler(),
    Sampler(temperature=0.3),
    Sampler(temperature=10.0, top_p=0.5),
    Sampler(top_k=3),
    Sampler(top_p=0.8),
    Sampler(top_p=0.01),
    Sampler(epsilon=0.1),
    Sampler(epsilon=0.9),
    Sampler(temperature=1.5, top_k=20, top_p=0.9, epsilon=0.05),
]


def named(sampler: Sampler) -> str:
    return f"T{sampler.temperature}-k{sampler.top_k}-p{sampler.top_p}-e{sampler.epsilon}"


@pytest.fixture(scope="module")
def logits(chat: LoadedModel, ids: list[int]) -> torch.Tensor:
    return next_token_logits(chat, ids)


@pytest.mark.parametrize("sampler", SETTINGS, ids=named)
def test_it_is_the_distribution_that_generate_draws_from(
    chat: LoadedModel, ids: list[int], logits: torch.Tensor, sampler: Sampler
):
    """`generate` says which scores it drew the first token from."""
    prompt = torch.tensor([ids])
    output = chat.model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        do_sample=True,
        max_new_tokens=1,
        temperature=sampler.temperature,
        top_k=sampler.top_k,
        top_p=sampler.top_p,
        epsilon_cutoff=sampler.epsilon,
        output_scores=True,
        return_dict_in_generate=True,
    )
    theirs = output.scores[0][0].double().softmax(dim=-1)
    ours = distribution(logits, sampler).final
    assert torch.equal(ours > 0, theirs > 0)
    # The forward pass with a cache rounds otherwise than the one without.
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("sampler", SETTINGS, ids=named)
def test_it_agrees_with_the_distribution_that_grades(logits: torch.Tensor, sampler: Sampler):
    """`autograder.stats` computes the same numbers in another way, in float64."""
    graded = sampler.log_probs(logits).exp()
    ours = distribution(logits, sampler).final
    assert torch.equal(ours > 0, graded > 0)
    torch.testing.assert_close(ours, graded, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("sampler", [one for one in SETTINGS if one != Sampler()], ids=named)
def test_what_a_stage_cuts_and_what_it_stretches_add_up(logits: torch.Tensor, sampler: Sampler):
    """Cut mass and kept mass are 1 together, and what stays keeps its ratios, unless the temperature changes them."""
    for stage in distribution(logits, sampler).stages:
        kept = stage.before * stage.kept
        assert float(kept.sum()) + stage.cut_mass == pytest.approx(1, abs=1e-9)
        assert float(stage.after.sum()) == pytest.approx(1, abs=1e-9)
        if stage.name == "temperature":
            assert stage.n_cut == 0
        else:
            torch.testing.assert_close(stage.after, kept / kept.sum(), rtol=1e-5, atol=1e-9)


def test_stages_follow_each_other_as_in_generate(logits: torch.Tensor):
    """Each begins with what the one before left; a setting that does nothing is no stage."""
    found = distribution(logits, SETTINGS[-1])
    assert [stage.name for stage in found.stages] == ["temperature", "top_k", "top_p", "epsilon"]
    states = [found.model, *(stage.after for stage in found.stages)]
    assert all(torch.equal(stage.before, state) for stage, state in zip(found.stages, states, strict=False))
    assert distribution(logits, Sampler()).stages == ()


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8, 0.99])
def test_the_nucleus_is_the_smallest_that_reaches_p(logits: torch.Tensor, p: float):
    """Without its least probable token it would fall short of p."""
    (stage,) = distribution(logits, Sampler(top_p=p)).stages
    kept = stage.before[stage.kept]
    assert float(kept.sum()) >= p > float(kept.sum() - kept.min())


def test_a_low_temperature_leaves_the_greedy_token(logits: torch.Tensor):
    """T → 0 is greedy decoding; a high one comes near the uniform distribution."""
    found = distribution(logits, Sampler(temperature=0.01))
    assert int(found.order[0]) == int(logits.argmax())
    assert float(found.final[logits.argmax()]) == pytest.approx(1, abs=1e-6)
    flat = distribution(logits, Sampler(temperature=1000.0)).final
    assert float(flat.max() / flat.min()) < 1.1


def test_each_token_names_the_stage_that_cut_it(logits: torch.Tensor):
    """The first one that did; none for a token that may be drawn."""
    found = distribution(logits, Sampler(top_k=4, top_p=0.5))
    order = found.order.tolist()
    assert found.cut_by(order[0]) is None
    assert found.cut_by(order[3]) == "top_p"
    assert found.cut_by(order[4]) == "top_k"
    assert found.cut_mass == pytest.approx(1 - float(found.model[found.final > 0].sum()), abs=1e-9)


def test_effective_choices_count_equally_likely_tokens():
    """Exactly, where they are equally likely."""
    assert effective_choices(torch.tensor([0.25, 0.25, 0.25, 0.25, 0.0]).double()) == pytest.approx(4)
    assert effective_choices(torch.tensor([1.0, 0.0]).double()) == pytest.approx(1)
