"""Pads by hand, on the wrong side."""
# explained by: pads_on_the_right

import torch


def generate_batch(model, tokenizer, prompts, max_new_tokens):
    if len(prompts) == 0:
        return []
    rows = [tokenizer(p)["input_ids"] for p in prompts]
    width = max(len(r) for r in rows)
    ids = torch.tensor([r + [tokenizer.pad_token_id] * (width - len(r)) for r in rows])
    mask = torch.tensor([[1] * len(r) + [0] * (width - len(r)) for r in rows])
    out = model.generate(ids, attention_mask=mask, max_new_tokens=max_new_tokens, do_sample=False)
    return [tokenizer.decode(o[width:], skip_special_tokens=True) for o in out]
