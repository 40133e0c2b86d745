import torch
from transformers import GenerationConfig


def sample(model, input_ids, n, max_new_tokens, *, temperature=1.0, top_p=1.0, top_k=0, seed=None):
    if input_ids.numel() == 0:
        raise ValueError("empty prompt")
    if temperature <= 0:
        raise ValueError("temperature")
    if not 0 < top_p <= 1:
        raise ValueError("top_p")
    if top_k < 0:
        raise ValueError("top_k")
    if n < 1 or max_new_tokens < 1:
        raise ValueError("n and max_new_tokens must be positive")
    config = GenerationConfig(
        do_sample=True,
        temperature=temperature,
        top_p=top_p,
        top_k=top_k,
        num_return_sequences=n,
        max_new_tokens=max_new_tokens,
        eos_token_id=model.generation_config.eos_token_id,
        pad_token_id=model.generation_config.pad_token_id,
    )
    if seed is not None:
        torch.manual_seed(seed)
    with torch.no_grad():
        return model.generate(inputs=input_ids, generation_config=config, attention_mask=torch.ones_like(input_ids))
