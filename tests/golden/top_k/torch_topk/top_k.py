import torch


def top_k_filter(probs, k):
    if len(probs) == 0:
        raise ValueError("probs is empty")
    if k <= 0:
        raise ValueError("k must be positive")
    values, index = torch.tensor([p for _, p in probs]).topk(min(k, len(probs)))
    values = values / values.sum()
    return [(probs[i][0], v) for i, v in zip(index.tolist(), values.tolist(), strict=False)]


def top_k_top_p_filter(probs, k, p):
    if not 0 < p <= 1:
        raise ValueError("p must be in (0, 1]")
    narrowed = top_k_filter(probs, k)
    values = torch.tensor([q for _, q in narrowed])
    in_front = values.cumsum(0) - values  # what lies before each token
    keep = int((in_front < p).sum())
    values = values[:keep] / values[:keep].sum()
    return [(token, value) for (token, _), value in zip(narrowed, values.tolist(), strict=False)]
