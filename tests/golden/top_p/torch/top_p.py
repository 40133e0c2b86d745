import torch


def top_p_filter(probs, p):
    if not probs:
        raise ValueError("probs is empty")
    if not 0.0 < p <= 1.0:
        raise ValueError("p out of range")
    weights = torch.tensor([weight for _, weight in probs])
    ranked, index = torch.sort(weights, descending=True)
    # a token stays if the sum before it is still below p
    before = torch.cumsum(ranked, dim=0) - ranked
    keep = before < p
    ranked, index = ranked[keep], index[keep]
    ranked = ranked / ranked.sum()
    return [(probs[i][0], weight) for i, weight in zip(index.tolist(), ranked.tolist())]
