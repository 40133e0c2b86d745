"""All rows step by step: one forward call for the whole batch, positions counted from the mask."""

import torch


@torch.inference_mode()
def generate_batch(model, tokenizer, prompts, max_new_tokens):
    if not prompts:
        return []
    batch = tokenizer.pad(
        {"input_ids": [tokenizer.encode(one) for one in prompts]}, padding_side="left", return_tensors="pt"
    )
    ids, mask = batch["input_ids"], batch["attention_mask"]
    n, end = ids.shape[1], tokenizer.eos_token_id
    ended = torch.zeros(len(prompts), dtype=torch.bool)
    for _ in range(max_new_tokens):
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        best = model(ids, attention_mask=mask, position_ids=positions).logits[:, -1].argmax(-1)
        best = torch.where(ended, end, best)
        ended |= best == end
        ids = torch.cat([ids, best[:, None]], dim=1)
        mask = torch.cat([mask, torch.ones_like(best)[:, None]], dim=1)
        if ended.all():
            break
    return [tokenizer.decode(row, skip_special_tokens=True) for row in ids[:, n:]]
