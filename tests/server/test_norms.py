"""Norms in one kernel give what transformers writes out, up to rounding; norms of another formula are left alone."""

from __future__ import annotations

import pytest
import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from autograder.server.norms import fuse_norms

SIZES = {
    "vocab_size": 128,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "head_dim": 16,
}


def made(kind: type, config: object, dtype: torch.dtype) -> torch.nn.Module:
    """With random weights, those of norms included."""
    torch.manual_seed(0)
    model: torch.nn.Module = kind._from_config(config, dtype=dtype).eval()
    for name, weight in model.named_parameters():
        if "norm" in name:
            torch.nn.init.normal_(weight, 1.0, 0.1)
    return model


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize(
    ("kind", "config", "n_norms"),
    [(LlamaForCausalLM, LlamaConfig, 5), (Qwen3ForCausalLM, Qwen3Config, 9)],
    ids=["llama", "qwen3"],
)
def test_logits_stay_the_same_up_to_rounding(kind: type, config: type, n_norms: int, dtype: torch.dtype):
    """Two norms of each layer (and two of queries and keys), and the last one."""
    model = made(kind, config(**SIZES), dtype)
    ids = torch.arange(3, 35)[None]
    with torch.inference_mode():
        before = model(ids).logits
        assert fuse_norms(model) == n_norms
        after = model(ids).logits
    # As far apart as two ways to round every norm lead.
    assert (before.float() - after.float()).abs().max() <= 32 * torch.finfo(dtype).eps * before.abs().max()


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (Gemma2ForCausalLM, Gemma2Config(**SIZES)),
        (GPTNeoXForCausalLM, GPTNeoXConfig(**{name: size for name, size in SIZES.items() if name != "head_dim"})),
    ],
    ids=["gemma", "gpt-neox"],
)
def test_another_formula_is_left_alone(kind: type, config: object):
    """One plus the weight; mean and bias."""
    model = made(kind, config, torch.float32)
    ids = torch.arange(3, 35)[None]
    with torch.inference_mode():
        before = model(ids).logits
        assert fuse_norms(model) == 0
        assert torch.equal(before, model(ids).logits)
