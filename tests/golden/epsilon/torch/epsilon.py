import torch


def epsilon_filter(probs, epsilon):
    if len(probs) < 1 or epsilon < 0 or epsilon >= 1:
        raise ValueError("bad arguments")
    values, order = torch.tensor([v for _, v in probs], dtype=torch.float64).sort(descending=True)
    n = max(1, int((values >= epsilon).sum()))
    values = values[:n] / values[:n].sum()
    result = []
    for rank in range(n):
        result.append([probs[int(order[rank])][0], values[rank].item()])
    return result
