import torch
from transformers import DynamicCache, PreTrainedModel


def greedy_decode(model: PreTrainedModel, input_ids: torch.Tensor, max_new_tokens: int, eos_token_id: int) -> torch.Tensor:
    n = input_ids.size(-1)
    if n == 0:
        raise ValueError("the prompt is empty")
    if max_new_tokens <= 0:
        raise ValueError("max_new_tokens must be positive")

    out = torch.full((1, n + max_new_tokens), eos_token_id)
    out[:, :n] = input_ids
    cache = DynamicCache(config=model.config)
    start, end = 0, n
    with torch.no_grad():
        while end < n + max_new_tokens:
            result = model(
                input_ids=out[:, start:end],
                attention_mask=torch.ones(1, end, dtype=torch.long),
                past_key_values=cache,
                use_cache=True,
            )
            probs = torch.softmax(result.logits[0, -1], dim=0)
            out[0, end] = torch.argmax(probs)
            start, end = end, end + 1
            if out[0, end - 1] == eos_token_id:
                break
    return out[:, :end]
