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
    # BEGIN SOLUTION
    if not values or not all(0 < value <= 1 for value in values):
        raise ValueError(f"values must be a non-empty list of numbers in (0, 1], got {values}")
    if n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    if temperature <= 0:
        raise ValueError(f"temperature must be positive, got {temperature}")

    from transformers import set_seed

    set_seed(seed)  # once, in front of the loop: the texts of one value must not repeat each other
    found = {}
    for value in values:
        texts = sample_texts(model, tokenizer, prompt, n, max_new_tokens, temperature, value)
        found[value] = texts, average_self_bleu(texts)
    return found
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
