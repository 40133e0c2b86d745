"""Forgets to add up, so draw gives the last token whatever u is; draw_many itself is right."""
# explained by: nothing

import random


def draw(probs, u):
    if len(probs) == 0 or u < 0 or u >= 1:
        raise ValueError("probs or u")
    total = 0
    answer = None
    for token, p in probs:
        if u < total:
            return answer
        if p > 0:
            answer = token
    return answer


def draw_many(probs, n, seed):
    if n < 1:
        raise ValueError("n")
    generator = random.Random(seed)
    return [draw(probs, generator.random()) for _ in range(n)]
