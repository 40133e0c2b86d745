"""log p = s/T - logsumexp(s/T)."""

import math

MINUS_INFINITY = float("-inf")


def logsumexp(values):
    top = max(values)
    return top + math.log(sum(math.exp(v - top) for v in values))


def softmax(scores, temperature=1.0):
    check(scores, temperature)
    divided = [s / temperature for s in scores]
    normaliser = logsumexp(divided)
    return [math.exp(d - normaliser) for d in divided]


def apply_temperature(probs, temperature):
    check(probs, temperature)
    if all(p == 0 for _, p in probs):
        raise ValueError("all zero")
    names = [name for name, _ in probs]
    scores = [math.log(p) if p else MINUS_INFINITY for _, p in probs]
    return list(zip(names, softmax(scores, temperature)))


def check(items, temperature):
    if not items or temperature <= 0:
        raise ValueError(f"{len(items)} items at temperature {temperature}")
