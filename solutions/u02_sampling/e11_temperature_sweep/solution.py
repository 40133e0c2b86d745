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
    # BEGIN SOLUTION
    if not values or not all(value > 0 for value in values):
        raise ValueError(f"values must be a non-empty list of numbers above 0, got {values}")
    if n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must lie in (0, 1], got {top_p}")

    from transformers import set_seed

    set_seed(seed)  # once, in front of the loop: the texts of one temperature must not repeat each other
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, value, top_p)
        found[value] = texts, average_self_bleu(texts)
    return found
    # END SOLUTION


def plot_sweep(points: dict[float, float], path: str, *, xlabel: str) -> None:
    """値ごとの平均 Self-BLEU を図にし、path に PNG として保存する。

    Draw the average Self-BLEU of each value and save the picture as a PNG at `path`.

    Args:
        points: value → average Self-BLEU, in any order; at least one.
        path: where to write the picture; ends in `.png`.
        xlabel: the name of the x axis. The y axis is named, too.

    Raises: ValueError if `points` is empty.
    """
    # BEGIN SOLUTION
    if not points:
        raise ValueError("points must not be empty")

    from matplotlib.figure import Figure  # a figure of its own: pyplot would keep it for the next call

    figure = Figure()
    axes = figure.subplots()
    axes.plot(sorted(points), [points[value] for value in sorted(points)], marker="o")
    axes.set_xlabel(xlabel)
    axes.set_ylabel("average Self-BLEU")
    figure.savefig(path)
    # END SOLUTION


# BEGIN SOLUTION
def sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, top_p):
    """n new texts, drawn with the generator's present state."""
    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
    output_ids = model.generate(
        **inputs,
        do_sample=True,
        num_return_sequences=n,
        max_new_tokens=max_new_tokens,
        temperature=temperature,
        top_p=top_p,
        top_k=0,  # without it, generate keeps only the 50 most probable tokens
        pad_token_id=tokenizer.pad_token_id,
    )
    new_ids = output_ids[:, inputs["input_ids"].shape[1] :]
    return tokenizer.batch_decode(new_ids, skip_special_tokens=True)


def average_self_bleu(texts):
    """Mean of the sentence BLEU of each text against all the others, 0 to 100."""
    import sacrebleu

    scores = [
        sacrebleu.sentence_bleu(text, texts[:index] + texts[index + 1 :], use_effective_order=True).score
        for index, text in enumerate(texts)
    ]
    return sum(scores) / len(scores)


# END SOLUTION
