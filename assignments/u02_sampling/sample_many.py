"""generate で n 個の続きをサンプリングする / Sample n continuations with generate."""

from transformers import set_seed


def sample(
    model,
    input_ids,
    n: int,
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    top_p: float = 1.0,
    top_k: int = 0,
    seed: int | None = None,
):
    """model.generate で、1 つのプロンプトの続きを n 個、独立にサンプリングする。

    Sample `n` continuations of one prompt, independently of each other, with `model.generate`.

    Args:
        model: a causal language model (transformers).
        input_ids: the prompt, int64, shape (1, m), m >= 1.
        n: number of sequences, at least 1.
        max_new_tokens: limit on the new tokens of each sequence, at least 1; the prompt does not count.
        temperature: > 0; 1.0 changes nothing.
        top_p: nucleus mass in (0, 1]; 1.0 is off.
        top_k: number of candidates, at least 0; 0 is off, so that the whole vocabulary stays.
        seed: one seed (0 to 2**32 - 1), one result; None fixes nothing.

    Returns: int64, shape (n, length), m < length <= m + max_new_tokens: whole sequences as generate returns
        them, the prompt in front; behind EOS a row is filled with the padding token.
    Raises: ValueError if an argument is outside its range, so for temperature=0 (greedy), too.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
