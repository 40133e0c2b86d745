"""Powers of the weights, which all vanish at a very low temperature."""
# explained by: lets_every_value_vanish

import math


def softmax(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError("scores or temperature")
    m = max(scores)
    e = [math.exp((s - m) / temperature) for s in scores]
    z = sum(e)
    return [x / z for x in e]


def apply_temperature(probs, temperature):
    if temperature <= 0 or sum(w for _, w in probs) == 0:
        raise ValueError("probs or temperature")
    powers = [math.pow(w, 1 / temperature) for _, w in probs]
    z = sum(powers)
    return [(probs[i][0], powers[i] / z) for i in range(len(probs))]
