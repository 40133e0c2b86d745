"""The whole texts come back, prompt included."""
# explained by: returns_the_whole_text

import sacrebleu
from transformers import set_seed


def self_bleu(texts):
    return [sacrebleu.sentence_bleu(t, texts[:i] + texts[i + 1 :]).score for i, t in enumerate(texts)]


def sweep_top_p(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    if not values or any(v <= 0 or v > 1 for v in values) or n < 2 or temperature <= 0:
        raise ValueError("bad arguments")
    set_seed(seed)
    inputs = tokenizer(prompt, return_tensors="pt")
    m = inputs["input_ids"].shape[1]
    result = {}
    for v in values:
        out = model.generate(
            **inputs,
            do_sample=True,
            num_return_sequences=n,
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            top_p=v,
            top_k=0,
        )
        texts = tokenizer.batch_decode(out, skip_special_tokens=True)
        bleu = self_bleu(texts)
        result[v] = (texts, sum(bleu) / n)
    return result
