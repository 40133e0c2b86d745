"""Counts words, by a regular expression."""
# explained by: counts_words

import re

import torch


def count_tokens(tokenizer, text):
    return len(re.findall(r"\S+", text))


def new_tokens_left(tokenizer, prompt, max_length):
    left = max_length - count_tokens(tokenizer, prompt)
    return left if left > 0 else 0


def generate_within(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    if max_length is None and max_new_tokens is None:
        raise ValueError("no limit")
    if max_length is not None and max_new_tokens is not None:
        raise ValueError("two limits")
    n = max_new_tokens if max_new_tokens is not None else new_tokens_left(tokenizer, prompt, max_length)
    if n == 0:
        return "", 0, "length"
    ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=n, do_sample=False)[0][ids.shape[1] :]
    why = "eos" if out[-1].item() == tokenizer.eos_token_id else "length"
    return tokenizer.decode(out, skip_special_tokens=True), len(out), why
