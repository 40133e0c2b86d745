"""Powers of 2 instead of e."""
# explained by: nothing

import math


def softmax(scores, temperature=1.0):
    if not scores or temperature <= 0:
        raise ValueError("bad")
    top = max(scores)
    weights = [2 ** ((s - top) / temperature) for s in scores]
    return [w / sum(weights) for w in weights]


def apply_temperature(probs, temperature):
    positive = [(t, w) for t, w in probs if w > 0]
    if not positive:
        raise ValueError("bad")
    new = dict(zip([t for t, _ in positive], softmax([math.log(w) for _, w in positive], temperature)))
    return [(t, new.get(t, 0.0)) for t, _ in probs]
