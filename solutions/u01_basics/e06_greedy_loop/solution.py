"""貪欲法の生成ループ / The loop of greedy decoding."""

import torch
from transformers import PreTrainedModel


def greedy_decode(
    model: PreTrainedModel, input_ids: torch.Tensor, max_new_tokens: int, eos_token_id: int
) -> torch.Tensor:
    """最も確率の高いトークンを 1 つずつ、EOS が出るか上限に達するまで続ける。

    Continue with the most probable token, one at a time, until EOS or the limit.

    Args:
        model: `model(ids).logits` has shape (1, n, V); `.generate` is not allowed here.
        input_ids: the prompt, int64 of shape (1, n), n >= 1.
        max_new_tokens: the largest number of new tokens, at least 1.
        eos_token_id: the id that ends the text; it belongs to the result.

    Returns: the prompt and the m new tokens, int64 of shape (1, n + m).
    Raises: ValueError if `input_ids` is empty or `max_new_tokens` is below 1.
    """
    # BEGIN SOLUTION
    if input_ids.shape[1] < 1:
        raise ValueError("input_ids is empty: expected at least one token")
    if max_new_tokens < 1:
        raise ValueError(f"max_new_tokens must be at least 1, got {max_new_tokens}")
    # with the cache only what is new goes through the model
    new, cache = input_ids, None
    with torch.inference_mode():
        for _ in range(max_new_tokens):
            output = model(new, past_key_values=cache)
            cache = output.past_key_values
            new = output.logits[:, -1].argmax(keepdim=True)
            input_ids = torch.cat([input_ids, new], dim=1)
            if new.item() == eos_token_id:
                break
    return input_ids
    # END SOLUTION
