"""The scores are cut first and warmed afterwards."""
# explained by: cuts_before_the_temperature

import math


def min_p_filter(probs, min_p):
    if not probs or not 0 <= min_p <= 1:
        raise ValueError("bad")
    best = max(x for _, x in probs)
    kept = sorted([(t, x) for t, x in probs if x >= min_p * best], key=lambda a: a[1], reverse=True)
    z = sum(x for _, x in kept)
    return [(t, x / z) for t, x in kept]


def min_p_softmax(scores, temperature, min_p):
    if not scores or temperature <= 0 or not 0 <= min_p <= 1:
        raise ValueError("bad")
    top = max(scores)
    stays = [math.exp(s - top) >= min_p for s in scores]
    w = [math.exp((s - top) / temperature) if ok else 0.0 for s, ok in zip(scores, stays)]
    return [x / sum(w) for x in w]
