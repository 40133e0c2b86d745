import numpy as np


def draw(probs, u):
    if not probs or u < 0 or u >= 1:
        raise ValueError("u in [0, 1)")
    edges = np.cumsum([q for _, q in probs], dtype=np.float32)
    last = max(i for i, (_, q) in enumerate(probs) if q > 0)
    return np.str_(probs[min(np.searchsorted(edges, u, side="right"), last)][0])


def draw_many(probs, n, seed):
    if n < 1 or not probs:
        raise ValueError("n >= 1")
    generator = np.random.RandomState(seed)
    weights = np.array([q for _, q in probs])
    return generator.choice(np.array([t for t, _ in probs]), size=n, p=weights / weights.sum())
