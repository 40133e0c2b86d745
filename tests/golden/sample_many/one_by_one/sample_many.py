import torch
from torch.nn.utils.rnn import pad_sequence


def sample(
    model, input_ids: torch.Tensor, n: int, max_new_tokens: int, *, temperature=1.0, top_p=1.0, top_k=0, seed=None
) -> torch.Tensor:
    if n <= 0 or top_p <= 0 or top_p > 1 or input_ids.size(1) < 1:
        raise ValueError("a wrong argument")
    if seed is not None:
        torch.manual_seed(seed)  # once, not in the loop
    rows = []
    for _ in range(n):
        output = model.generate(
            input_ids, do_sample=True, max_new_tokens=max_new_tokens, temperature=temperature, top_p=top_p, top_k=top_k
        )
        rows.append(output[0])
    return pad_sequence(rows, batch_first=True, padding_value=model.config.pad_token_id)
