"""top_p を変えながら文をサンプリングし、多様さを測る / Sweep top_p and measure the diversity."""

import numpy as np
import torch
from sacrebleu.metrics import BLEU


def self_bleu(texts):
    bleu = BLEU(effective_order=True)
    return [bleu.sentence_score(t, [u for j, u in enumerate(texts) if j != i]).score for i, t in enumerate(texts)]


def sweep_top_p(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    ok = bool(values) and all(0.0 < v <= 1.0 for v in values) and n >= 2 and temperature > 0.0
    if not ok:
        raise ValueError("sweep_top_p: arguments")

    torch.manual_seed(seed)
    ids = tokenizer(prompt, return_tensors="pt")
    sweep = {}
    for v in values:
        texts = []
        while len(texts) < n:
            out = model.generate(
                ids["input_ids"],
                attention_mask=ids["attention_mask"],
                do_sample=True,
                temperature=temperature,
                top_p=v,
                top_k=0,
                max_new_tokens=max_new_tokens,
                pad_token_id=tokenizer.eos_token_id,
            )
            whole = tokenizer.decode(out[0], skip_special_tokens=True)
            texts.append(whole[len(prompt) :].strip())
        sweep[float(v)] = [texts, np.mean(self_bleu(texts))]
    return sweep
