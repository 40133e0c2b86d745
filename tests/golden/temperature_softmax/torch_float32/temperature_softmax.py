import torch


def softmax(scores, temperature=1.0):
    if len(scores) == 0 or temperature <= 0:
        raise ValueError("no scores, or a temperature that is not above 0")
    return torch.softmax(torch.tensor(scores) / temperature, dim=0).tolist()


def apply_temperature(probs, temperature):
    if len(probs) == 0 or temperature <= 0:
        raise ValueError("empty table, or a temperature that is not above 0")
    tokens, weights = zip(*probs)
    w = torch.tensor(weights)
    if not (w > 0).any():
        raise ValueError("every weight is 0")
    p = torch.softmax(torch.log(w) / temperature, dim=-1)  # log 0 = -inf, exp(-inf) = 0
    return list(zip(tokens, p.tolist()))
