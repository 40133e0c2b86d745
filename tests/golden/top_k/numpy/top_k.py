import numpy as np


def top_k_filter(probs, k):
    if not probs or k < 1:
        raise ValueError
    names = np.array([name for name, _ in probs], dtype=object)
    values = np.array([value for _, value in probs], dtype=np.float64)
    # every token whose probability is not below the k-th largest
    threshold = np.sort(values)[-k] if k < len(values) else 0.0
    order = np.argsort(-values)
    order = order[values[order] >= threshold]
    return list(zip(names[order], values[order] / values[order].sum(), strict=False))


def top_k_top_p_filter(probs, k, p):
    if not (p > 0 and p <= 1):
        raise ValueError
    pairs = top_k_filter(probs, k)
    values = np.array([value for _, value in pairs])
    n = np.searchsorted(np.cumsum(values), p) + 1
    values = values[:n] / np.sum(values[:n])
    return [(name, float(value)) for (name, _), value in zip(pairs, values, strict=False)]
