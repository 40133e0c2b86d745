from heapq import nlargest
from itertools import accumulate


def _shares(pairs):
    total = sum(weight for _, weight in pairs)
    return [(token, weight / total) for token, weight in pairs]


def top_k_filter(probs: list[tuple[str, float]], k: int) -> list[tuple[str, float]]:
    if k < 1 or not probs:
        raise ValueError("expected k >= 1 and at least one token")
    return _shares(nlargest(k, probs, key=lambda pair: pair[1]))


def top_k_top_p_filter(probs: list[tuple[str, float]], k: int, p: float) -> list[tuple[str, float]]:
    if p <= 0 or p > 1:
        raise ValueError("expected 0 < p <= 1")
    pairs = top_k_filter(probs, k)
    n_below = sum(mass < p for mass in accumulate(weight for _, weight in pairs))
    return _shares(pairs[: n_below + 1])
