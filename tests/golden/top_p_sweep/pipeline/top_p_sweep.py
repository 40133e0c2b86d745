"""top_p を変えながら文をサンプリングし、多様さを測る / Sweep top_p and measure the diversity."""

import sacrebleu
from transformers import pipeline, set_seed


def sweep_top_p(model, tokenizer, prompt, values, n, max_new_tokens, temperature, seed):
    if len(values) == 0:
        raise ValueError("no values")
    for top_p in values:
        if top_p <= 0 or top_p > 1:
            raise ValueError("bad top_p")
    if n <= 1 or temperature <= 0:
        raise ValueError("bad n or temperature")

    pipe = pipeline("text-generation", model=model, tokenizer=tokenizer)
    results = {}
    for top_p in values:
        set_seed(seed)
        outputs = pipe(
            prompt,
            do_sample=True,
            return_full_text=False,
            num_return_sequences=n,
            max_new_tokens=max_new_tokens,
            top_p=top_p,
            top_k=0,
            temperature=temperature,
        )
        texts = [output["generated_text"].strip() for output in outputs]

        scores = []
        for i, hypo in enumerate(texts):
            refs = [[ref] for j, ref in enumerate(texts) if j != i]
            scores.append(sacrebleu.corpus_bleu([hypo], refs, use_effective_order=True).score)
        results[top_p] = (texts, sum(scores) / len(scores))
    return results
