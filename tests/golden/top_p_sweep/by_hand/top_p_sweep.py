"""top_p を変えながら文をサンプリングし、多様さを測る / Sweep top_p and measure the diversity."""

import statistics

import torch
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


def sweep_top_p(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    if not values:
        raise ValueError("values is empty")
    if any(not 0 < value <= 1 for value in values):
        raise ValueError("top_p outside (0, 1]")
    if n < 2:
        raise ValueError("Self-BLEU needs two texts")
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    generator = torch.Generator(device=model.device).manual_seed(seed)
    result = {}
    for value in values:
        news = sample(model, tokenizer, prompt, n, max_new_tokens, temperature, value, generator)
        texts = list(news)
        bleu = statistics.fmean(sentence_bleu(t, texts[:i] + texts[i + 1 :]).score for i, t in enumerate(texts))
        result[value] = (texts, bleu)
    return result
