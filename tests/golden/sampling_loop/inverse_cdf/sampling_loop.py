"""引いた一様乱数を、累積確率の表で引き当てる。"""

import numpy as np
import torch


def candidates(z, top_k, top_p):
    order = np.argsort(-z)
    if top_k:
        order = order[:top_k]
    p = np.exp(z[order] - z[order[0]])
    p /= p.sum()
    n = min(int(np.searchsorted(np.cumsum(p), top_p)) + 1, len(p))
    return order[:n], p[:n] / p[:n].sum()


@torch.inference_mode()
def sample_decode(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    ok = max_new_tokens >= 1 and input_ids.numel() >= 1 and temperature > 0 and top_k >= 0 and 0 < top_p <= 1
    if not ok:
        raise ValueError("使えない引数があります")
    rng = np.random.default_rng(seed)
    ids = input_ids[0].tolist()
    for _ in range(max_new_tokens):
        logits = model(torch.tensor([ids])).logits[0, -1]
        tokens, p = candidates(logits.double().numpy() / temperature, top_k, top_p)
        u = rng.random()
        place = min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)
        ids.append(int(tokens[place]))
        if ids[-1] == eos_token_id:
            break
    return torch.tensor([ids])
