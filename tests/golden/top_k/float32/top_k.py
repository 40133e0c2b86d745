import torch


def top_k_filter(probs, k):
    if not probs or k < 1:
        raise ValueError("k, probs")
    values, places = torch.topk(torch.tensor([q for _, q in probs]), min(k, len(probs)))
    return [[probs[i][0], q] for i, q in zip(places.tolist(), torch.softmax(values.log(), 0))]


def top_k_top_p_filter(probs, k, p):
    if p <= 0 or p > 1:
        raise ValueError("p")
    best = top_k_filter(probs, k)
    values = torch.stack([q for _, q in best])
    in_front = torch.cat([torch.zeros(1), values.cumsum(0)[:-1]])
    n = int((in_front < p).sum())
    left = values[:n] / values[:n].sum()
    return [(token, q.item()) for (token, _), q in zip(best, left)]
