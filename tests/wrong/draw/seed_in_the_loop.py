"""The seed is set again before each draw."""
# explained by: repeats_one_draw

import torch


def draw(probs, u):
    if not probs or not 0 <= u < 1:
        raise ValueError("u")
    total = 0
    last = None
    for token, x in probs:
        total += x
        if x > 0:
            last = token
        if u < total:
            return token
    return last


def draw_many(probs, n, seed):
    if n < 1 or not probs:
        raise ValueError("n")
    tokens = []
    for _ in range(n):
        torch.manual_seed(seed)
        tokens.append(draw(probs, torch.rand(1).item()))
    return tokens
