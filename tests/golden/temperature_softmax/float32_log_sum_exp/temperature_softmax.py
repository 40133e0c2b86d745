import numpy as np


def softmax(scores, temperature=1.0):
    if len(scores) == 0 or temperature <= 0:
        raise ValueError
    z = np.array(scores, dtype=np.float32) / np.float32(temperature)
    return np.exp(z - (z.max() + np.log(np.exp(z - z.max()).sum())))


def apply_temperature(probs, temperature):
    if not probs or temperature <= 0:
        raise ValueError
    w = np.array([q for _, q in probs], dtype=np.float32)
    if w.max() == 0:
        raise ValueError
    p = np.zeros_like(w)
    p[w > 0] = softmax(np.log(w[w > 0]), temperature)
    return [(t, x) for (t, _), x in zip(probs, p)]
