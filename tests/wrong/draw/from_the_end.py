"""Adds up from the end of the list."""
# explained by: nothing

import random


def draw(probs, u):
    if not probs or not 0 <= u < 1:
        raise ValueError("u")
    s = 0.0
    for t, x in reversed(probs):
        s += x
        if u < s:
            return t
    return [t for t, x in probs if x > 0][0]


def draw_many(probs, n, seed):
    if n < 1:
        raise ValueError("n")
    random.seed(seed)
    return [draw(probs, random.random()) for _ in range(n)]
