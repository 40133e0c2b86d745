import torch


def softmax(scores, temperature=1.0):
    if len(scores) == 0 or temperature <= 0:
        raise ValueError("no scores, or a temperature that is not above 0")
    return normalised(torch.tensor(scores) / temperature).tolist()


def apply_temperature(probs, temperature):
    if len(probs) == 0 or temperature <= 0:
        raise ValueError("empty table, or a temperature that is not above 0")
    tokens, weights = zip(*probs)
    w = torch.tensor(weights)
    if not (w > 0).any():
        raise ValueError("every weight is 0")
    p = normalised(torch.log(w) / temperature)  # log 0 = -inf, exp(-inf) = 0
    return list(zip(tokens, p.tolist()))


def normalised(logits):
    # what torch.softmax does
    e = torch.exp(logits - torch.max(logits))
    return e / e.sum()
