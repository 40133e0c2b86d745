"""Half precision: an alternative gains nothing from a run's errors, and another model's margins are measured on it."""

from __future__ import annotations

import math

import pytest
import torch
from scipy.stats import beta

from autograder.models import LoadedModel, load
from autograder.stats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    Greedy,
    Sampler,
    departure,
    judge_tokens,
    margin_for,
    margin_of,
    measure_noise,
    tie_margin,
)
from autograder.stats.noise import highest_rate, recoding_for
from autograder.stats.scoring import token_logits

DRAGON, WIDE = "Tell me a story about a dragon.", "Every day, the"
# Prompt, limit, draws, sampler asked for, alternatives of the kinds that checks name.
CASES = {
    "plain": (WIDE, 4, 12, Sampler(), [Sampler(0.5), Sampler(2.0), Sampler(top_p=0.9), Sampler(top_k=50), Greedy()]),
    "cold": (WIDE, 4, 12, Sampler(0.4), [Sampler(), Sampler(2.5), Sampler(0.4, 0.9), Greedy()]),
    "top_k": (WIDE, 4, 12, Sampler(top_k=5), [Sampler(), Sampler(2.0, 1.0, 5), Sampler(top_k=6), Greedy()]),
    "nucleus": (DRAGON, 24, 6, Sampler(top_p=0.5), [Sampler(), Sampler(top_p=0.9), Sampler(top_p=0.1), Greedy()]),
    "hot": (DRAGON, 6, 12, Sampler(2.2, 0.95), [Sampler(2.2), Sampler(1.0, 0.95), Sampler(2.2, 0.95, 50), Greedy()]),
}


@pytest.fixture(scope="module", params=["float16", "bfloat16"])
def half(request: pytest.FixtureRequest) -> LoadedModel:
    """tiny-chat in one of the half-precision formats."""
    return load("tiny-chat", dtype=request.param)


def gains(lm: LoadedModel, case: str) -> list[list[float]]:
    """For each alternative and draw, the sum over its tokens of log sum_x Q(x) P'(x) / U(x), over the whole vocabulary."""
    prompt, n_tokens, n, null, alternatives = CASES[case]
    torch.manual_seed(11)
    inputs = lm.tokenizer(prompt, return_tensors="pt")
    made = lm.model.generate(
        **inputs,
        do_sample=True,
        temperature=null.temperature,
        top_p=null.top_p,
        top_k=null.top_k,
        num_return_sequences=n,
        max_new_tokens=n_tokens,
        pad_token_id=lm.tokenizer.pad_token_id,
        output_logits=True,
        return_dict_in_generate=True,
    )
    rows = made.sequences[:, inputs["input_ids"].shape[1] :].tolist()
    eos = lm.tokenizer.eos_token_id
    targets = [row[: row.index(eos) + 1] if eos in row else row for row in rows]
    ours = token_logits(lm.model, inputs["input_ids"][0].tolist(), targets)
    found: list[list[float]] = [[] for _ in alternatives]
    for index, logits in enumerate(ours):
        theirs = torch.stack(made.logits, 1)[index, : len(logits)].float()
        honest, upper = null.log_probs(theirs), null.log_upper(logits, margin_of(lm.model.dtype))
        for sums, alternative in zip(found, alternatives, strict=True):
            step = alternative.log_probs(logits) + honest - upper
            sums.append(float(step.masked_fill(step.isnan(), -math.inf).logsumexp(-1).sum()))
    return found


@pytest.mark.parametrize("case", CASES)
def test_no_alternative_gains_from_the_errors_of_an_honest_run(half: LoadedModel, case: str) -> None:
    """What the bound assumes of half precision: over every draw of a padded batch with a cache, the sum is below 0."""
    worst = [max(sums) for sums in gains(half, case)]
    assert max(worst) < 0, worst


def test_what_is_measured_is_never_less_than_the_table(half: LoadedModel) -> None:
    """And a second measurement gives the same, and leaves random numbers alone."""
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    first, again = measure_noise(half.model, half.tokenizer), measure_noise(half.model, half.tokenizer)
    assert first == again
    assert torch.equal(before, torch.random.get_rng_state())
    table = {torch.float16: FLOAT16, torch.bfloat16: BFLOAT16}[half.model.dtype]
    assert first.margin.logit >= table.logit
    assert first.margin.typical is not None
    assert first.margin.typical >= (table.typical or 0.0)
    assert first.tie >= tie_margin(half.model.dtype)
    assert margin_for(half.model) == first.margin


def test_a_model_with_larger_logits_gets_wider_margins() -> None:
    """Here: the same model with its last layer made eight times as strong, in bfloat16; float32 keeps its proof."""
    strong = load("tiny-chat", dtype="bfloat16")
    plain = measure_noise(strong.model, strong.tokenizer)
    with torch.no_grad():
        strong.model.model.norm.weight.mul_(8)
    measured = measure_noise(strong.model, strong.tokenizer)
    assert measured.margin.logit > 2 * plain.margin.logit
    assert (measured.margin.typical or 0) > 2 * (plain.margin.typical or 0)
    ids = strong.tokenizer(DRAGON)["input_ids"]
    rows = strong.model.generate(
        torch.tensor([ids]), do_sample=True, top_k=0, num_return_sequences=8, max_new_tokens=8, pad_token_id=2
    )[:, len(ids) :].tolist()
    judged = judge_tokens(
        strong.model,
        ids,
        rows,
        null=Sampler(),
        alternatives={"hot": Sampler(2.0), "greedy": Greedy()},
        max_new_tokens=8,
        eos_token_id=2,
    )
    assert not judged.failed
    run = strong.model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=16)[0, len(ids) :].tolist()
    assert departure(strong.model, ids, run, max_new_tokens=16, eos_token_id=2) is None


def test_float32_keeps_the_margin_that_is_proved() -> None:
    """No typical error there."""
    whole = load("tiny-chat")
    assert measure_noise(whole.model, whole.tokenizer).margin.typical is FLOAT32.typical is None


@pytest.mark.parametrize("k", [0, 3, 40, 200])
def test_the_highest_rate_is_not_below_the_exact_one(k: int) -> None:
    """That of Clopper and Pearson, which it equals where nothing was seen."""
    exact = beta.ppf(1 - 1e-3, k + 1, 200 - k) if k < 200 else 1.0
    assert exact - 1e-6 <= highest_rate(k, 200) <= exact + 0.05
    assert highest_rate(0, 200) == pytest.approx(1 - 1e-3 ** (1 / 200), abs=1e-6)


def test_rates_of_changed_texts_are_the_models_own() -> None:
    """Measured only on a model that is not embedded, never below what the check assumes, and kept."""
    lm = load("tiny-base")
    asked = (lm.model, lm.tokenizer, WIDE, Sampler(1.5), 6)
    assert recoding_for(*asked, assumed=0.01) == 0.01
    noise = measure_noise(lm.model, lm.tokenizer)
    measured = recoding_for(*asked, assumed=0.01)
    assert 0.03 < measured < 1  # 200 draws without a changed one would leave 0.034
    assert recoding_for(*asked, assumed=0.95) == 0.95
    assert list(noise.recoding.values()) == [measured]
    assert recoding_for(lm.model, lm.tokenizer, WIDE, Greedy(), 6, assumed=0.01) == 0.01
