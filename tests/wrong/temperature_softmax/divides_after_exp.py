"""The temperature divides what comes out of exp, and cancels: it is there, but has no effect."""
# explained by: ignores_the_temperature

import math


def softmax(scores, temperature=1.0):
    if len(scores) < 1:
        raise ValueError("no scores")
    if temperature <= 0:
        raise ValueError("temperature")
    biggest = max(scores)
    exps = []
    for s in scores:
        exps.append(math.exp(s - biggest) / temperature)
    total = sum(exps)
    return [e / total for e in exps]


def apply_temperature(probs, temperature):
    logs = [math.log(w) if w > 0 else None for _, w in probs]
    known = [x for x in logs if x is not None]
    if not known:
        raise ValueError("no weight")
    values = softmax(known, temperature)
    result = []
    for (token, _), x in zip(probs, logs):
        result.append((token, 0.0 if x is None else values.pop(0)))
    return result
