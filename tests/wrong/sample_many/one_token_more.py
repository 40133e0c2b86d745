"""One new token more than allowed."""
# explained by: generates_one_more

import torch


def sample(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    if n < 1 or max_new_tokens < 1 or input_ids.shape[1] < 1:
        raise ValueError("n, max_new_tokens or input_ids")
    if temperature <= 0 or not 0 < top_p <= 1 or top_k < 0:
        raise ValueError("temperature, top_p or top_k")
    if seed is not None:
        torch.manual_seed(seed)
    rows = input_ids.repeat(n, 1)
    return model.generate(rows, attention_mask=torch.ones_like(rows), do_sample=True, max_new_tokens=max_new_tokens + 1, top_p=top_p, top_k=top_k, temperature=temperature)
