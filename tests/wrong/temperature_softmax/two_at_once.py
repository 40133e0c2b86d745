"""The probabilities are taken for scores, and the result is sorted."""
# explained by: forgets_the_log

import math


def softmax(scores, temperature=1.0):
    if not scores or temperature <= 0:
        raise ValueError("bad arguments")
    m = max(scores)
    e = [math.exp((s - m) / temperature) for s in scores]
    return [x / math.fsum(e) for x in e]


def apply_temperature(probs, temperature):
    if not any(w for _, w in probs):
        raise ValueError("no weight")
    values = softmax([w for _, w in probs], temperature)
    return sorted(zip([t for t, _ in probs], values), key=lambda a: a[1], reverse=True)
