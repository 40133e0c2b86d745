import torch
from transformers import LogitsProcessorList, TopKLogitsWarper, TopPLogitsWarper


def apply(probs, warpers):
    """Let transformers do the work; -inf marks what has been removed."""
    if not probs:
        raise ValueError("no tokens")
    tokens, values = zip(*probs, strict=False)
    scores = torch.tensor([values]).log()
    scores = LogitsProcessorList(warpers)(None, scores)
    left = [pair for pair in zip(tokens, scores.softmax(-1)[0].tolist(), strict=False) if pair[1] > 0]
    return sorted(left, key=lambda pair: pair[1], reverse=True)


def top_k_filter(probs, k):
    return apply(probs, [TopKLogitsWarper(k)])


def top_k_top_p_filter(probs, k, p):
    if p <= 0:
        raise ValueError("p must be positive")  # the warper itself lets 0 through
    return apply(probs, [TopKLogitsWarper(k), TopPLogitsWarper(p)])
