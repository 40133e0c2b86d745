import numpy as np


def epsilon_filter(probs, epsilon):
    if len(probs) < 1 or epsilon < 0 or epsilon >= 1:
        raise ValueError
    tokens = np.array([t for t, _ in probs])
    weights = np.array([q for _, q in probs], dtype=np.float32)
    keep = weights >= np.float32(epsilon)
    if not keep.any():
        keep[weights.argmax()] = True
    tokens, weights = tokens[keep], weights[keep]
    order = np.argsort(-weights)
    return list(zip(tokens[order], weights[order] / np.sum(weights, dtype=np.float32)))
