"""温度を変えながら文をサンプリングして多様さを測り、図にする / Sweep the temperature, measure the diversity, draw it."""

import statistics

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sacrebleu import sentence_bleu


def nucleus(logits, temperature, top_p):
    probs = torch.softmax(logits / temperature, dim=-1)
    ranked, order = torch.sort(probs, dim=-1, descending=True)
    in_front = torch.cumsum(ranked, dim=-1) - ranked
    ranked[in_front >= top_p] = 0.0
    return torch.zeros_like(probs).scatter(-1, order, ranked)


@torch.no_grad()
def sample(model, tokenizer, prompt, n, max_new_tokens, temperature, top_p, generator):
    step = tokenizer([prompt] * n, return_tensors="pt")["input_ids"].to(model.device)
    rows = [[] for _ in range(n)]
    finished = [False] * n
    cache = None
    for _ in range(max_new_tokens):
        output = model(step, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        step = torch.multinomial(nucleus(output.logits[:, -1].float(), temperature, top_p), 1, generator=generator)
        for row, token in enumerate(step[:, 0].tolist()):
            if token == tokenizer.eos_token_id:
                finished[row] = True
            if not finished[row]:
                rows[row].append(token)
        if all(finished):
            break
    return [tokenizer.decode(row, skip_special_tokens=True) for row in rows]


def sweep_temperature(model, tokenizer, prompt, values, n, max_new_tokens, top_p, seed):
    if not values or min(values) <= 0:
        raise ValueError("temperatures must be positive")
    if n < 2:
        raise ValueError("Self-BLEU needs two texts")
    if not 0 < top_p <= 1:
        raise ValueError("top_p outside (0, 1]")
    generator = torch.Generator(device=model.device).manual_seed(seed)
    result = {}
    for value in values:
        news = sample(model, tokenizer, prompt, n, max_new_tokens, value, top_p, generator)
        texts = list(news)
        bleu = statistics.fmean(sentence_bleu(t, texts[:i] + texts[i + 1 :]).score for i, t in enumerate(texts))
        result[value] = (texts, bleu)
    return result


def plot_sweep(points, path, *, xlabel):
    if points == {}:
        raise ValueError("nothing to draw")
    canvas = FigureCanvasAgg(Figure(figsize=(5, 3.5), dpi=120))
    axes = canvas.figure.add_axes((0.18, 0.2, 0.75, 0.72))
    ordered = sorted(points.items())
    axes.plot([x for x, _ in ordered], [y for _, y in ordered], color="black", marker="x", markersize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(xlabel, fontsize=12)
    axes.set_ylabel("mean Self-BLEU", fontsize=12)
    with open(path, "wb") as file:
        canvas.print_png(file)
