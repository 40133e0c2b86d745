import numpy as np


def top_p_filter(probs: list[tuple[str, float]], p: float) -> list[tuple[str, float]]:
    if not probs or not (0 < p <= 1):
        raise ValueError("need at least one token and 0 < p <= 1")
    tokens = [token for token, _ in probs]
    values = np.array([value for _, value in probs])
    order = np.argsort(-values, kind="stable")
    cumulative = np.cumsum(values[order])
    size = int(np.searchsorted(cumulative, p)) + 1  # first position where the sum is >= p
    kept = order[:size]
    renormalised = values[kept] / values[kept].sum()
    return [(tokens[i], q) for i, q in zip(kept, renormalised)]
