"""searchsorted from the wrong side: a boundary belongs to the token before."""
# explained by: gives_the_boundary_to_the_token_before

import random

import numpy as np


def draw(probs, u):
    if len(probs) == 0 or u < 0 or u >= 1:
        raise ValueError
    sums = np.cumsum([x for _, x in probs])
    i = int(np.searchsorted(sums, u, side="left"))
    if i == len(probs):
        i = max(j for j, (_, x) in enumerate(probs) if x > 0)
    return probs[i][0]


def draw_many(probs, n, seed):
    if n < 1 or len(probs) == 0:
        raise ValueError
    r = random.Random(seed)
    return [draw(probs, r.random()) for _ in range(n)]
