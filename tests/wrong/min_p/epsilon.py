"""min_p is compared with the probabilities themselves, with torch."""
# explained by: takes_min_p_for_the_floor

import math

import torch


def min_p_filter(probs, min_p):
    if not probs or not 0 <= min_p <= 1:
        raise ValueError("bad")
    q = torch.tensor([x for _, x in probs], dtype=torch.float64)
    keep = q >= min_p
    keep[q.argmax()] = True
    q = torch.where(keep, q, 0.0)
    q = q / q.sum()
    order = q.argsort(descending=True).tolist()
    return [(probs[i][0], q[i].item()) for i in order if keep[i]]


def min_p_softmax(scores, temperature, min_p):
    if not scores or temperature <= 0 or not 0 <= min_p <= 1:
        raise ValueError("bad")
    top = max(scores)
    w = [math.exp((s - top) / temperature) for s in scores]
    w = [x if x >= min_p else 0.0 for x in w]
    return [x / sum(w) for x in w]
