import numpy as np


def draw(probs, u):
    if len(probs) == 0 or not 0 <= u < 1:
        raise ValueError
    p = np.array([q for _, q in probs])
    above = np.cumsum(p) > u
    index = np.argmax(above) if above.any() else np.flatnonzero(p)[-1]
    return probs[index][0]


def draw_many(probs, n, seed):
    if len(probs) == 0:
        raise ValueError("probs is empty")
    if n < 1:
        raise ValueError("n must be positive")
    tokens, p = zip(*probs)
    return np.random.default_rng(seed).choice(tokens, size=n, p=p).tolist()
