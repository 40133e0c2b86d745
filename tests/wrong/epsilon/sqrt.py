"""The floor is the square root of epsilon."""
# explained by: nothing

import math


def epsilon_filter(probs, epsilon):
    if not probs or not 0 <= epsilon < 1:
        raise ValueError("bad")
    ranked = sorted(probs, key=lambda a: a[1], reverse=True)
    kept = [(t, x) for t, x in ranked if x >= math.sqrt(epsilon)] or [ranked[0]]
    z = sum(x for _, x in kept)
    return [(t, x / z) for t, x in kept]
