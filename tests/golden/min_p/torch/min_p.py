import torch


def min_p_filter(probs, min_p):
    if not probs:
        raise ValueError("probs is empty")
    if min_p < 0.0 or min_p > 1.0:
        raise ValueError("min_p must be between 0 and 1")
    values, order = torch.tensor([v for _, v in probs], dtype=torch.float64).sort(descending=True)
    n = int((values >= min_p * values[0]).sum())
    values = values[:n] / values[:n].sum()
    return [(probs[i][0], v) for i, v in zip(order[:n].tolist(), values.tolist())]


def min_p_softmax(scores, temperature, min_p):
    if not scores or temperature <= 0 or min_p < 0.0 or min_p > 1.0:
        raise ValueError("bad arguments")
    p = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, dim=-1)
    p = torch.where(p >= min_p * p.max(), p, torch.zeros_like(p))
    return (p / p.sum()).tolist()
