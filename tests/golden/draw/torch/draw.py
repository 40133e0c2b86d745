import torch


def draw(probs, u):
    if not probs:
        raise ValueError("probs")
    if not (u >= 0 and u < 1):
        raise ValueError("u")
    p = torch.tensor([x for _, x in probs])
    index = int(torch.searchsorted(p.cumsum(0), torch.tensor(u), right=True))
    last = int(p.nonzero()[-1])
    return probs[min(index, last)][0]


def draw_many(probs, n, seed):
    if not probs or n < 1:
        raise ValueError("probs or n")
    generator = torch.Generator().manual_seed(seed)
    p = torch.tensor([x for _, x in probs])
    indices = torch.multinomial(p, n, replacement=True, generator=generator)
    return [probs[i][0] for i in indices]
