import torch
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper


def sample_decode(model, input_ids, max_new_tokens, *, temperature, top_k, top_p, eos_token_id, seed):
    if input_ids.shape[-1] == 0 or max_new_tokens < 1:
        raise ValueError("nothing to continue, or nothing to add")
    if top_k < 0:
        raise ValueError("top_k")
    if not (0 < top_p <= 1):
        raise ValueError("top_p")
    if temperature <= 0:
        raise ValueError("temperature")
    warpers = LogitsProcessorList([TemperatureLogitsWarper(float(temperature))])
    if top_k > 0:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p < 1.0:
        warpers.append(TopPLogitsWarper(top_p))
    rng = torch.Generator()
    rng.manual_seed(seed)
    ids = input_ids.clone()
    past = None
    with torch.no_grad():
        for _ in range(max_new_tokens):
            out = model(ids if past is None else ids[:, -1:], past_key_values=past, use_cache=True)
            past = out.past_key_values
            scores = warpers(ids, out.logits[:, -1, :])
            token = torch.multinomial(scores.softmax(dim=-1), num_samples=1, generator=rng)
            ids = torch.cat((ids, token), dim=1)
            if token.item() == eos_token_id:
                break
    return ids
