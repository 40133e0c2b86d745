"""numpy, with > where >= is due."""
# explained by: drops_exactly_the_floor

import numpy as np


def min_p_filter(probs, min_p):
    if len(probs) == 0 or min_p < 0 or min_p > 1:
        raise ValueError
    q = np.array([x for _, x in probs])
    order = np.argsort(-q)
    chosen = [i for i in order if q[i] > min_p * q[order[0]]] or [order[0]]
    return [(probs[i][0], float(q[i] / q[chosen].sum())) for i in chosen]


def min_p_softmax(scores, temperature, min_p):
    if len(scores) == 0 or temperature <= 0 or min_p < 0 or min_p > 1:
        raise ValueError
    w = np.exp((np.array(scores) - max(scores)) / temperature)
    w = np.where(w >= min_p, w, 0)
    return (w / w.sum()).tolist()
