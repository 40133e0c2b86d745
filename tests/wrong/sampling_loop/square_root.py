"""Divided by the square root of the temperature."""
# explained by: nothing

import torch


def sample_decode(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    if input_ids.numel() == 0 or max_new_tokens < 1:
        raise ValueError("nothing to do")
    if temperature <= 0 or top_k < 0 or top_p <= 0 or top_p > 1:
        raise ValueError("out of range")
    torch.manual_seed(seed)
    ids = input_ids.clone()
    for _ in range(max_new_tokens):
        with torch.no_grad():
            scores = model(ids).logits[0, -1]
        p = torch.softmax(scores / temperature**0.5, dim=-1)
        values, order = torch.sort(p, descending=True)
        if top_k > 0:
            values = values[:top_k]
            values = values / values.sum()
        keep = torch.cumsum(values, 0) - values < top_p
        values = torch.where(keep, values, torch.zeros_like(values))
        new = order[torch.multinomial(values, 1)]
        ids = torch.cat([ids, new.view(1, 1)], dim=1)
        if new.item() == eos_token_id:
            break
    return ids
