import numpy as np


def softmax(scores: list[float], temperature: float = 1.0) -> list[float]:
    if not len(scores):
        raise ValueError("empty")
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = np.asarray(scores, dtype=np.float64)
    z = (z - z.max()) / temperature
    e = np.exp(z)
    return list(e / e.sum())


def apply_temperature(probs: list[tuple[str, float]], temperature: float) -> list[tuple[str, float]]:
    weights = np.array([w for _, w in probs], dtype=float)
    if weights.sum() == 0:  # also the empty table
        raise ValueError("nothing to choose from")
    nonzero = weights > 0
    out = np.zeros_like(weights)
    out[nonzero] = softmax(np.log(weights[nonzero]).tolist(), temperature)
    return [(token, p) for (token, _), p in zip(probs, out)]
