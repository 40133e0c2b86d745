"""Leaves the counting to generate's own arguments, and its error to say that there is no room."""

import torch
from transformers import GenerationConfig


def count_tokens(tokenizer, text):
    return len(tokenizer.encode(text))


def new_tokens_left(tokenizer, prompt, max_length):
    left = max_length - count_tokens(tokenizer, prompt)
    return left if left > 0 else 0


@torch.inference_mode()
def generate_within(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    limits = {"max_length": max_length, "max_new_tokens": max_new_tokens}
    given = {name: value for name, value in limits.items() if value is not None}
    if len(given) != 1:
        raise ValueError(f"exactly one limit, please: {given}")
    ids = torch.tensor([tokenizer.encode(prompt)], device=model.device)
    try:
        config = GenerationConfig(
            do_sample=False, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, **given
        )
        output = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config)
    except ValueError:  # the limit leaves no room
        return "", 0, "length"
    new = output[0][ids.size(1) :]
    stopped = "eos" if new[-1].item() == tokenizer.eos_token_id else "length"
    return tokenizer.decode(new, skip_special_tokens=True).strip(), new.numel(), stopped
