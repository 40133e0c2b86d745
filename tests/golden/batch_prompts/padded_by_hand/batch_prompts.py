"""Pads lists by hand, sorted by length, and puts the texts back in order."""

import torch


def generate_batch(model, tokenizer, prompts, max_new_tokens):
    rows = sorted(
        ((tokenizer(prompt)["input_ids"], place) for place, prompt in enumerate(prompts)), key=lambda pair: len(pair[0])
    )
    texts = [""] * len(prompts)
    if rows:
        longest = len(rows[-1][0])
        ids = torch.tensor([[0] * (longest - len(row)) + row for row, _ in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row, _ in rows])
        whole = model.generate(ids, attention_mask=mask, max_new_tokens=max_new_tokens, do_sample=False).tolist()
        for (_, place), output in zip(rows, whole, strict=True):
            new = output[longest:]
            if tokenizer.eos_token_id in new:
                new = new[: new.index(tokenizer.eos_token_id)]
            texts[place] = tokenizer.decode(new)
    return texts
