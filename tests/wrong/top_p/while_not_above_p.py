"""Goes on while the sum is not above p, so a sum of exactly p is not enough."""
# explained by: waits_until_p_is_exceeded

import torch


def top_p_filter(probs, p):
    if len(probs) == 0:
        raise ValueError("empty")
    if not (p > 0 and p <= 1):
        raise ValueError("p out of range")
    values, order = torch.tensor([x for _, x in probs], dtype=torch.float64).sort(descending=True)
    n = 0
    mass = 0.0
    while n < len(values) and mass <= p:
        mass += values[n].item()
        n += 1
    return [(probs[order[i]][0], values[i].item() / mass) for i in range(n)]
