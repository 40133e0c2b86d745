import torch
from transformers import TopPLogitsWarper


def top_p_filter(probs, p):
    if not probs or p <= 0 or p > 1:
        raise ValueError(f"{len(probs)} tokens, p = {p}")
    logits = torch.tensor([[q for _, q in probs]]).log()
    left = TopPLogitsWarper(top_p=float(p))(None, logits).softmax(-1)[0]
    order = left.argsort(descending=True)
    return [(probs[i][0], left[i]) for i in order.tolist() if left[i] > 0]
