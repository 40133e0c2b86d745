"""argsort without a minus sign: the least probable ones are kept."""
# explained by: sorts_the_wrong_way

import numpy as np


def top_k_filter(probs, k):
    if len(probs) == 0 or k < 1:
        raise ValueError
    q = np.array([x for _, x in probs])
    chosen = np.argsort(q)[:k]
    return [(probs[i][0], float(q[i] / q[chosen].sum())) for i in chosen]


def top_k_top_p_filter(probs, k, p):
    if p <= 0 or p > 1:
        raise ValueError
    kept, mass = [], 0
    for token, x in top_k_filter(probs, k):
        if mass >= p:
            break
        kept.append((token, x))
        mass += x
    return [(token, x / mass) for token, x in kept]
