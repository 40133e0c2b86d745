import torch
from transformers import EpsilonLogitsWarper


def epsilon_filter(probs, epsilon):
    if not probs:
        raise ValueError("no tokens")
    scores = torch.log(torch.tensor([[q for _, q in probs]]))
    if epsilon != 0:
        scores = EpsilonLogitsWarper(epsilon)(None, scores)
    q = scores.softmax(dim=-1).squeeze(0).tolist()
    kept = [(token, new) for (token, _), new in zip(probs, q, strict=False) if new > 0]
    kept.sort(key=lambda pair: pair[1])
    if epsilon > max(q for _, q in probs):  # the warper keeps all that tie for the best
        return [(kept[-1][0], 1.0)]
    return kept[::-1]
