"""The y axis runs downwards."""
# explained by: nothing

import sacrebleu
import torch


def sweep_temperature(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    if len(values) == 0 or min(values) <= 0 or n < 2 or top_p <= 0 or top_p > 1:
        raise ValueError("wrong arguments")
    torch.manual_seed(seed)
    inputs = tokenizer(prompt, return_tensors="pt")
    length = inputs["input_ids"].shape[1]
    result = {}
    for v in values:
        out = model.generate(
            **inputs, do_sample=True, temperature=v, top_p=top_p, top_k=0, max_new_tokens=max_new_tokens, num_return_sequences=n
        )
        texts = [tokenizer.decode(ids[length:], skip_special_tokens=True) for ids in out]
        scores = []
        for i, text in enumerate(texts):
            scores.append(sacrebleu.sentence_bleu(text, texts[:i] + texts[i + 1 :]).score)
        result[v] = (texts, sum(scores) / n)
    return result


def plot_sweep(points, path, *, xlabel):
    if len(points) == 0:
        raise ValueError("no points")
    import matplotlib.pyplot as plt

    plt.figure()
    x = sorted(points)
    plt.plot(x, [points[v] for v in x], "o-")
    plt.gca().invert_yaxis()
    plt.xlabel(xlabel)
    plt.ylabel("Self-BLEU")
    plt.savefig(path)
    plt.close()
