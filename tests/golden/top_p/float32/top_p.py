import numpy as np


def top_p_filter(probs, p):
    if not len(probs) or not 0 < p <= 1:
        raise ValueError("nothing to filter, or a p outside (0, 1]")
    weights = np.array([q for _, q in probs], dtype=np.float32)
    order = np.argsort(weights)[::-1]
    ranked = weights[order]
    # a token stays while the mass behind it, itself included, is more than 1 - p
    behind = np.cumsum(ranked[::-1])[::-1]
    n = max(1, int((behind > np.float32(1 - p)).sum()))
    kept = ranked[:n] / ranked[:n].sum()
    return tuple((np.str_(probs[i][0]), q) for i, q in zip(order[:n], kept))
