"""温度を変えながら文をサンプリングして多様さを測り、図にする / Sweep the temperature, measure the diversity, draw it."""

import matplotlib.pyplot as plt
import sacrebleu
from transformers import pipeline, set_seed


def sweep_temperature(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    if len(values) == 0:
        raise ValueError("no values")
    for temperature in values:
        if temperature <= 0:
            raise ValueError("bad temperature")
    if n <= 1 or top_p <= 0 or top_p > 1:
        raise ValueError("bad n or top_p")

    pipe = pipeline("text-generation", model=model, tokenizer=tokenizer)
    results = {}
    for temperature in values:
        set_seed(seed)
        outputs = pipe(
            prompt,
            do_sample=True,
            return_full_text=False,
            num_return_sequences=n,
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            top_p=top_p,
            top_k=0,
        )
        texts = [output["generated_text"].strip() for output in outputs]

        scores = []
        for i, hypo in enumerate(texts):
            refs = [[ref] for j, ref in enumerate(texts) if j != i]
            scores.append(sacrebleu.corpus_bleu([hypo], refs, use_effective_order=True).score)
        results[temperature] = (texts, sum(scores) / len(scores))
    return results


def plot_sweep(points, path, *, xlabel):
    if len(points) == 0:
        raise ValueError("no points")
    xs, ys = zip(*sorted(points.items()))
    plt.figure(figsize=(8, 5))
    plt.plot(xs, ys, "s--", color="darkred", label="Self-BLEU")
    plt.title(f"Self-BLEU by {xlabel}")
    plt.xlabel(xlabel)
    plt.ylabel("Self-BLEU")
    plt.ylim(0, 105)
    plt.grid(True)
    plt.legend()
    plt.tight_layout()
    plt.savefig(path, dpi=150)
    plt.close()
