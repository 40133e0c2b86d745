import random
from bisect import bisect_right
from itertools import accumulate


def draw(probs: list[tuple[str, float]], u: float) -> str:
    if u < 0 or u >= 1:
        raise ValueError("u is outside [0, 1)")
    able = [pair for pair in probs if pair[1]]
    if not able:
        raise ValueError("nothing to draw from")
    sums = list(accumulate(weight for _, weight in able))
    return able[min(bisect_right(sums, u), len(able) - 1)][0]


def draw_many(probs: list[tuple[str, float]], n: int, seed: int) -> list[str]:
    if not probs or n <= 0:
        raise ValueError
    random.seed(seed)
    return random.choices([token for token, _ in probs], weights=[weight for _, weight in probs], k=n)
