from itertools import accumulate, takewhile
from operator import itemgetter


def top_p_filter(probs: list[tuple[str, float]], p: float) -> list[tuple[str, float]]:
    if not probs:
        raise ValueError("expected at least one token")
    if not 0 < p <= 1:
        raise ValueError(f"expected 0 < p <= 1, got {p!r}")
    ranked = sorted(probs, key=itemgetter(1), reverse=True)
    sums = list(accumulate(q for _, q in ranked))
    n = len(list(takewhile(lambda s: s < p, sums))) + 1
    nucleus = ranked[:n]
    mass = sum(q for _, q in nucleus)
    return [(token, q / mass) for token, q in nucleus]
