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
    # ここに書いてください / Write your code here
    raise NotImplementedError
