"""The floor is one minus min_p times the best, as if min_p were a top_p."""
# explained by: nothing

import math


def min_p_filter(probs, min_p):
    if not probs or not 0 <= min_p <= 1:
        raise ValueError("bad")
    best = max(x for _, x in probs)
    kept = sorted([(t, x) for t, x in probs if x >= (1 - min_p) * best], key=lambda a: a[1], reverse=True)
    z = sum(x for _, x in kept)
    return [(t, x / z) for t, x in kept]


def min_p_softmax(scores, temperature, min_p):
    if not scores or temperature <= 0 or not 0 <= min_p <= 1:
        raise ValueError("bad")
    top = max(scores)
    w = [math.exp((s - top) / temperature) for s in scores]
    w = [x if x >= 1 - min_p else 0.0 for x in w]
    return [x / sum(w) for x in w]
