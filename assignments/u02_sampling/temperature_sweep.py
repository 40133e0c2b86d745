"""温度を変えながら文をサンプリングして多様さを測り、図にする / Sweep the temperature, measure the diversity, draw it."""


def sweep_temperature(
    model,
    tokenizer,
    prompt: str,
    values: list[float],
    n: int,
    max_new_tokens: int,
    top_p: float,
    seed: int,
) -> dict[float, tuple[list[str], float]]:
    """温度の値ごとに n 個の文をサンプリングし、その文と平均 Self-BLEU を返す。

    Sample `n` texts for each temperature; return them with their average Self-BLEU.

    Args:
        model: a causal language model (transformers).
        tokenizer: its tokenizer; `prompt` is encoded as it stands, without a chat template.
        prompt: the text in front.
        values: temperatures, each > 0; at least one.
        n: number of texts for each temperature, at least 2.
        max_new_tokens: limit on the new tokens of each text.
        top_p: in (0, 1], the same for all temperatures.
        seed: one seed, one result.

    Returns: for each temperature, the n new texts (without the prompt and without special tokens)
        and their average Self-BLEU, 0 to 100, each text against all the others of the same temperature.
    Raises: ValueError if `values` is empty, a value is 0 or less, `n` < 2 or `top_p` lies outside (0, 1].
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def plot_sweep(points: dict[float, float], path: str, *, xlabel: str) -> None:
    """値ごとの平均 Self-BLEU を図にし、path に PNG として保存する。

    Draw the average Self-BLEU of each value and save the picture as a PNG at `path`.

    Args:
        points: value → average Self-BLEU, in any order; at least one.
        path: where to write the picture; ends in `.png`.
        xlabel: the name of the x axis. The y axis is named, too.

    Raises: ValueError if `points` is empty.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
