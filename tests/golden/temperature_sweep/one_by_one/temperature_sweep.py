"""温度を変えながら文をサンプリングして多様さを測り、図にする / Sweep the temperature, measure the diversity, draw it."""

import matplotlib
import numpy as np
import torch
from sacrebleu.metrics import BLEU

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def self_bleu(texts):
    bleu = BLEU(effective_order=True)
    return [bleu.sentence_score(t, [u for j, u in enumerate(texts) if j != i]).score for i, t in enumerate(texts)]


def sweep_temperature(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    ok = bool(values) and all(t > 0.0 for t in values) and n >= 2 and 0.0 < top_p <= 1.0
    if not ok:
        raise ValueError("sweep_temperature: arguments")

    torch.manual_seed(seed)
    ids = tokenizer(prompt, return_tensors="pt")
    sweep = {}
    for t in values:
        texts = []
        while len(texts) < n:
            out = model.generate(
                ids["input_ids"],
                attention_mask=ids["attention_mask"],
                do_sample=True,
                temperature=t,
                top_p=top_p,
                top_k=0,
                max_new_tokens=max_new_tokens,
                pad_token_id=tokenizer.eos_token_id,
            )
            whole = tokenizer.decode(out[0], skip_special_tokens=True)
            texts.append(whole[len(prompt) :].strip())
        sweep[float(t)] = [texts, np.mean(self_bleu(texts))]
    return sweep


def plot_sweep(points, path, *, xlabel):
    if not points:
        raise ValueError("plot_sweep: points")
    with plt.style.context("ggplot"):
        fig, ax = plt.subplots(layout="constrained")
        keys = np.array(sorted(points))
        ax.scatter(keys, [points[k] for k in keys], s=60, zorder=3)
        ax.plot(keys, [points[k] for k in keys])
        ax.set(xlabel=xlabel, ylabel="average Self-BLEU (0-100)")
        fig.savefig(path)
        plt.close(fig)
