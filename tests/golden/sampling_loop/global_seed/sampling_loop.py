from __future__ import annotations

import torch
import torch.nn.functional as F

NEG_INF = float("-inf")


def validate(input_ids, max_new_tokens, temperature, top_k, top_p):
    if not input_ids.numel():
        raise ValueError("input_ids must not be empty")
    if max_new_tokens < 1:
        raise ValueError("max_new_tokens must be >= 1")
    if temperature <= 0.0:
        raise ValueError("temperature must be > 0")
    if top_k < 0:
        raise ValueError("top_k must be >= 0")
    if top_p <= 0 or top_p > 1:
        raise ValueError("top_p must be in (0, 1]")


def filter_scores(scores, top_k, top_p):
    if top_k > 0:
        kth = torch.topk(scores, min(top_k, scores.numel())).values.min()
        scores = torch.where(scores < kth, NEG_INF, scores)
    if top_p < 1.0:
        # least probable first; drop while the sum stays within 1 - p
        ascending, index = torch.sort(scores)
        low = F.softmax(ascending, dim=0).cumsum(0) <= 1 - top_p
        low[-1] = False
        scores = scores.clone()
        scores[index[low]] = NEG_INF
    return scores


def sample_decode(
    model,
    input_ids: torch.Tensor,
    max_new_tokens: int,
    *,
    temperature: float,
    top_k: int,
    top_p: float,
    eos_token_id: int,
    seed: int,
) -> torch.Tensor:
    validate(input_ids, max_new_tokens, temperature, top_k, top_p)
    torch.manual_seed(seed)
    n_prompt = input_ids.shape[1]
    while input_ids.shape[1] < n_prompt + max_new_tokens:
        with torch.no_grad():
            logits = model(input_ids=input_ids).logits[0, -1, :]
        scores = filter_scores(logits / temperature, top_k, top_p)
        token = torch.distributions.Categorical(logits=scores).sample()
        input_ids = torch.cat([input_ids, token.view(1, 1)], dim=1)
        if token == eos_token_id:
            break
    return input_ids
