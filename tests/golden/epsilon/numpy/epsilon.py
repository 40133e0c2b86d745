import numpy as np


def epsilon_filter(probs, epsilon):
    if not probs:
        raise ValueError("empty")
    if not (0.0 <= epsilon < 1.0):
        raise ValueError("epsilon")
    tokens = [t for t, _ in probs]
    q = np.asarray([x for _, x in probs], dtype=np.float32)
    mask = q >= np.float32(epsilon)
    mask[q.argmax()] = True
    q = np.where(mask, q, 0)
    q = q / q.sum()
    return [(tokens[i], q[i]) for i in np.argsort(-q) if mask[i]]
