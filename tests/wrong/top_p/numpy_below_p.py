"""Keeps what lies below p, with numpy: the token that crosses p is lost."""
# explained by: drops_the_crossing_token

import numpy as np


def top_p_filter(probs, p):
    if len(probs) == 0 or p <= 0 or p > 1:
        raise ValueError("bad input")
    q = np.array([x for _, x in probs])
    order = np.argsort(-q)
    inside = np.cumsum(q[order]) <= p + 1e-9
    inside[0] = True
    chosen = order[inside]
    return [(probs[i][0], float(q[i] / q[chosen].sum())) for i in chosen]
