"""The second function works on the scores alone: what stays is what lies within T * log(1 / min_p) of the best."""

import math
from operator import itemgetter


def min_p_filter(probs, min_p):
    if not (probs and 0 <= min_p <= 1):
        raise ValueError(f"cannot cut {len(probs)} tokens by {min_p}")
    table = dict(probs)
    floor = min_p * max(table.values())
    table = {token: p for token, p in table.items() if p >= floor}
    mass = math.fsum(table.values())
    return sorted(((token, p / mass) for token, p in table.items()), key=itemgetter(1), reverse=True)


def min_p_softmax(scores, temperature, min_p):
    if not (scores and temperature > 0 and 0 <= min_p <= 1):
        raise ValueError("bad arguments")
    best = max(scores)
    reach = -temperature * math.log(min_p) if min_p else math.inf
    weights = [math.exp((s - best) / temperature) if best - s <= reach else 0.0 for s in scores]
    return [w / math.fsum(weights) for w in weights]
