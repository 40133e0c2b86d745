"""Not even generate: one forward call after another, with the cache."""

import torch


@torch.inference_mode()
def generate_text(model, tokenizer, prompt, max_length):
    ids = tokenizer.encode(prompt)
    step, cache = ids, None
    while len(ids) < max_length:
        output = model(torch.tensor([step]), past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        step = [torch.argmax(output.logits[0, -1]).item()]
        if step[0] == model.generation_config.eos_token_id:
            break
        ids = ids + step
    return tokenizer.decode(ids, skip_special_tokens=True)
