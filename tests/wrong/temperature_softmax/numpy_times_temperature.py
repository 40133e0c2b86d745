"""The scores are multiplied by the temperature, in numpy; the table goes through the same softmax."""
# explained by: multiplies_by_the_temperature

import numpy as np


def softmax(scores, temperature=1.0):
    if len(scores) == 0 or temperature <= 0:
        raise ValueError
    x = np.array(scores, dtype=float) * temperature
    e = np.exp(x - x.max())
    return (e / e.sum()).tolist()


def apply_temperature(probs, temperature):
    w = np.array([x for _, x in probs], dtype=float)
    if not (w > 0).any():
        raise ValueError
    out = np.zeros(len(w))
    out[w > 0] = softmax(np.log(w[w > 0]).tolist(), temperature)
    return [(t, float(o)) for (t, _), o in zip(probs, out)]
