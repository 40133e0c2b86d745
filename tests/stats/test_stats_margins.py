"""Margins of half precision: they cover what honest runs differ by, and honest runs pass."""

import pytest
import torch

from autograder.models import load
from autograder.stats import BFLOAT16, FLOAT16, FLOAT32, Sampler, judge_texts, judge_tokens, margin_of

PROMPTS = ["Tell me a story about a dragon.", "Once"]
MARGINS = {"float32": FLOAT32, "float16": FLOAT16, "bfloat16": BFLOAT16}


@pytest.fixture(scope="module", params=MARGINS)
def lm(request):
    return load("tiny-chat", dtype=request.param)


def generated(lm, sampler, n, prompt=PROMPTS[0], n_tokens=12):
    torch.manual_seed(61)
    inputs = lm.tokenizer(prompt, return_tensors="pt")
    options = {"temperature": sampler.temperature, "top_p": sampler.top_p, "top_k": sampler.top_k}
    return lm.model.generate(
        **inputs,
        do_sample=True,
        num_return_sequences=n,
        max_new_tokens=n_tokens,
        pad_token_id=lm.tokenizer.pad_token_id,
        **options,
    )[:, inputs["input_ids"].shape[1] :].tolist()


def test_a_dtype_has_its_margin():
    """A model in double precision is at least as exact as float32; integers are refused."""
    assert {name: margin_of(getattr(torch, name)) for name in MARGINS} == MARGINS
    assert margin_of(torch.float64) is FLOAT32
    with pytest.raises(ValueError, match="int8"):
        margin_of(torch.int8)


def test_logits_token_by_token_in_a_padded_batch_are_within_the_margin(lm):
    """Against each text at once, over 60 positions of two prompts of different lengths."""
    pad, n_tokens = lm.tokenizer.pad_token_id, 30
    prompts = [lm.tokenizer(prompt)["input_ids"] for prompt in PROMPTS]
    new = [generated(lm, Sampler(1.2), 1, prompt, n_tokens)[0] for prompt in PROMPTS]
    width = max(map(len, prompts))
    step = torch.tensor([[pad] * (width - len(ids)) + ids for ids in prompts])
    mask = torch.tensor([[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts])
    with torch.inference_mode():
        whole = [
            lm.model(torch.tensor([ids + row])).logits[0, len(ids) - 1 : -1]
            for ids, row in zip(prompts, new, strict=True)
        ]
        cache, off = None, 0.0
        for index in range(n_tokens):
            positions = (mask.cumsum(-1) - 1).clamp(min=0)[:, -step.shape[1] :]
            output = lm.model(step, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            off = max(
                off,
                *(
                    float((one[index] - logits[-1]).abs().max())
                    for one, logits in zip(whole, output.logits, strict=True)
                ),
            )
            step = torch.tensor([[row[index]] for row in new])
            mask = torch.cat([mask, torch.ones(2, 1, dtype=mask.dtype)], dim=1)
    assert 0 < off <= margin_of(lm.model.dtype).logit


@pytest.mark.parametrize("sampler", [Sampler(0.7, 0.9), Sampler(2.0, top_k=5)], ids=str)
def test_honest_generations_pass_by_the_model_of_their_dtype(lm, sampler):
    """12 draws, as ids and as texts, against the usual alternatives."""
    rows = generated(lm, sampler, 12)
    alternatives = {"plain": Sampler(), "hot": Sampler(2.0), "narrow": Sampler(sampler.temperature, 0.3)}
    options = {"null": sampler, "alternatives": alternatives, "max_new_tokens": 12}
    ids = lm.tokenizer(PROMPTS[0])["input_ids"]
    assert not judge_tokens(lm.model, ids, rows, eos_token_id=lm.tokenizer.eos_token_id, **options).failed
    texts = lm.tokenizer.batch_decode(rows, skip_special_tokens=True)
    assert not judge_texts(lm.model, lm.tokenizer, PROMPTS[0], texts, recoding=0.3, **options).failed


def test_a_wrong_sampler_is_found_in_half_precision():
    """top_p ignored at 0.3, in float16: a wider margin does not hide it."""
    lm = load("tiny-chat", dtype="float16")
    rows = generated(lm, Sampler(1.5), 24)
    judged = judge_tokens(
        lm.model,
        lm.tokenizer(PROMPTS[0])["input_ids"],
        rows,
        null=Sampler(1.5, 0.3),
        alternatives={"top_p_ignored": Sampler(1.5)},
        max_new_tokens=12,
        eos_token_id=lm.tokenizer.eos_token_id,
    )
    assert judged.alternative == "top_p_ignored"
