"""numpy, with > where >= is due."""
# explained by: drops_exactly_epsilon

import numpy as np


def epsilon_filter(probs, epsilon):
    if len(probs) == 0 or epsilon < 0 or epsilon >= 1:
        raise ValueError
    tokens = [t for t, _ in probs]
    q = np.array([x for _, x in probs])
    order = np.argsort(-q, kind="stable")
    chosen = order[q[order] > epsilon]
    if len(chosen) == 0:
        chosen = order[:1]
    return [(tokens[i], float(q[i] / q[chosen].sum())) for i in chosen]
