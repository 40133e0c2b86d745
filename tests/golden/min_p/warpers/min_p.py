import torch
from transformers import LogitsProcessorList, MinPLogitsWarper, TemperatureLogitsWarper


def min_p_filter(probs, min_p):
    if not probs:
        raise ValueError("no tokens")
    logits = torch.tensor([[q for _, q in probs]], dtype=torch.float64).log()
    kept = MinPLogitsWarper(min_p)(None, logits).softmax(-1)[0].tolist()
    pairs = [(token, q) for (token, _), q in zip(probs, kept) if q > 0]
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)


def min_p_softmax(scores, temperature, min_p):
    if not scores:
        raise ValueError("no scores")
    warpers = LogitsProcessorList([TemperatureLogitsWarper(float(temperature)), MinPLogitsWarper(min_p)])
    return warpers(None, torch.tensor([scores], dtype=torch.float64)).softmax(dim=-1)[0].tolist()
