"""サンプリングの生成ループ / The loop of sampling."""

import torch
from transformers import PreTrainedModel


def sample_decode(
    model: PreTrainedModel,
    input_ids: torch.Tensor,
    max_new_tokens: int,
    *,
    temperature: float,
    top_k: int,
    top_p: float,
    eos_token_id: int,
    seed: int,
) -> torch.Tensor:
    """温度、top-k、top-p の順に分布を作り、くじ引きでトークンを 1 つずつ加える。

    Add tokens one at a time, drawn from the distribution after temperature, top-k and top-p, in this order.

    Args:
        model: `model(ids).logits` has shape (1, n, V); `.generate` is not allowed here.
        input_ids: the prompt, int64 of shape (1, n), n >= 1.
        max_new_tokens: the largest number of new tokens, at least 1.
        temperature: above 0; the scores are divided by it.
        top_k: how many of the most probable tokens stay; 0 is off, and more than V cut nothing.
        top_p: nucleus mass, 0 < top_p <= 1, after top-k and renormalised; 1 is off.
        eos_token_id: the id that ends the text; it belongs to the result.
        seed: the same seed gives the same result, other seeds give other draws.

    Returns: the prompt and the m new tokens, int64 of shape (1, n + m).
    Raises: ValueError if `input_ids` is empty, `max_new_tokens` is below 1, `temperature` is 0 or less,
        `top_k` is negative or `top_p` is outside (0, 1].
    """
    # BEGIN SOLUTION
    if input_ids.shape[1] < 1 or max_new_tokens < 1:
        raise ValueError("expected a prompt of at least one token, and max_new_tokens of at least 1")
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    if top_k < 0:
        raise ValueError(f"top_k must be 0 or more, got {top_k}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must be in (0, 1], got {top_p}")
    generator = torch.Generator().manual_seed(seed)
    new, cache = input_ids, None
    with torch.inference_mode():
        for _ in range(max_new_tokens):
            output = model(new, past_key_values=cache)
            cache = output.past_key_values
            new = draw(output.logits[:, -1] / temperature, top_k, top_p, generator)
            input_ids = torch.cat([input_ids, new], dim=1)
            if new.item() == eos_token_id:
                break
    return input_ids
    # END SOLUTION


# BEGIN SOLUTION
def draw(scores: torch.Tensor, top_k: int, top_p: float, generator: torch.Generator) -> torch.Tensor:
    """One id, shape (1, 1), from softmax(scores) after top-k and top-p; `scores` has shape (1, V)."""
    ranked, order = scores.sort(descending=True)
    probs = ranked[:, : top_k or None].softmax(dim=1)
    # a token stays while the mass in front of it is short of p, so the one that crosses p stays
    in_front = probs.cumsum(dim=1) - probs
    place = torch.multinomial(probs.where(in_front < top_p, 0), 1, generator=generator)
    return order.gather(1, place)


# END SOLUTION
