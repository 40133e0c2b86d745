"""BLEU is measured in lower case."""
# explained by: nothing

import sacrebleu
import torch


def sweep_top_p(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    if len(values) == 0 or any(v <= 0 or v > 1 for v in values) or n < 2 or temperature <= 0:
        raise ValueError("wrong arguments")
    torch.manual_seed(seed)
    inputs = tokenizer(prompt, return_tensors="pt")
    length = inputs["input_ids"].shape[1]
    result = {}
    for v in values:
        out = model.generate(
            **inputs, do_sample=True, top_p=v, top_k=0, temperature=temperature, max_new_tokens=max_new_tokens, num_return_sequences=n
        )
        texts = [tokenizer.decode(ids[length:], skip_special_tokens=True) for ids in out]
        result[v] = (texts, average(texts))
    return result


def average(texts):
    scores = []
    for i, text in enumerate(texts):
        others = [t for j, t in enumerate(texts) if j != i]
        scores.append(sacrebleu.sentence_bleu(text, others, lowercase=True).score)
    return sum(scores) / len(scores)
