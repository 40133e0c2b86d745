"""A generator gives one token after the other; the contract's function only collects them."""

from itertools import islice

import torch


def greedy_decode(model, input_ids, max_new_tokens, eos_token_id):
    if not (max_new_tokens >= 1 and input_ids.shape[-1]):
        raise ValueError(f"{max_new_tokens=}, {tuple(input_ids.shape)=}")
    with torch.inference_mode():
        new = list(islice(until(eos_token_id, next_tokens(model, input_ids)), max_new_tokens))
    return torch.hstack([input_ids, *new])


def next_tokens(model, ids):
    past = None
    while True:
        result = model(input_ids=ids, past_key_values=past)
        past = result.past_key_values
        ids = result.logits[:, -1, :].topk(1).indices
        yield ids


def until(end, tokens):
    for token in tokens:
        yield token
        if int(token) == end:
            return
