import numpy as np


def min_p_filter(probs, min_p):
    if not probs or not 0 <= min_p <= 1:
        raise ValueError
    tokens = [t for t, _ in probs]
    q = np.array([x for _, x in probs], dtype=np.float32)
    mask = q >= np.float32(min_p) * q.max()
    q = np.where(mask, q, 0)
    q /= q.sum()
    order = [i for i in np.argsort(-q) if mask[i]]
    return [(tokens[i], float(q[i])) for i in order]


def min_p_softmax(scores, temperature, min_p):
    if not len(scores) or temperature <= 0 or not 0 <= min_p <= 1:
        raise ValueError
    x = np.asarray(scores, dtype=np.float64) / temperature
    w = np.exp(x - x.max())
    w[w < min_p] = 0
    return (w / w.sum()).tolist()
