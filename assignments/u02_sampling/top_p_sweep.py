"""top_p を変えながら文をサンプリングし、多様さを測る / Sweep top_p and measure the diversity."""


def sweep_top_p(
    model,
    tokenizer,
    prompt: str,
    values: list[float],
    n: int,
    max_new_tokens: int,
    temperature: float,
    seed: int,
) -> dict[float, tuple[list[str], float]]:
    """top_p の値ごとに n 個の文をサンプリングし、その文と平均 Self-BLEU を返す。

    Sample `n` texts for each value of top_p; return them with their average Self-BLEU.

    Args:
        model: a causal language model (transformers).
        tokenizer: its tokenizer; `prompt` is encoded as it stands, without a chat template.
        prompt: the text in front.
        values: values of top_p, each in (0, 1]; at least one.
        n: number of texts for each value, at least 2.
        max_new_tokens: limit on the new tokens of each text.
        temperature: > 0, the same for all values.
        seed: one seed, one result.

    Returns: for each value of top_p, the n new texts (without the prompt and without special tokens)
        and their average Self-BLEU, 0 to 100, each text against all the others of the same value.
    Raises: ValueError if `values` is empty, a value lies outside (0, 1], `n` < 2 or `temperature` <= 0.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
