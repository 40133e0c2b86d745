"""1 トークンずつ自分で生成する。"""

import torch


def count_tokens(tokenizer, text: str) -> int:
    count = 0
    for _ in tokenizer(text).input_ids:
        count += 1
    return count


def new_tokens_left(tokenizer, prompt: str, max_length: int) -> int:
    n = count_tokens(tokenizer, prompt)
    if n >= max_length:
        return 0
    return max_length - n


def generate_within(model, tokenizer, prompt, *, max_length=None, max_new_tokens=None):
    if max_length is not None and max_new_tokens is not None:
        raise ValueError("max_length と max_new_tokens は同時に使えません")
    if max_length is None and max_new_tokens is None:
        raise ValueError("max_length か max_new_tokens を指定してください")
    if max_length is not None:
        max_new_tokens = new_tokens_left(tokenizer, prompt, max_length)

    prompt_ids = tokenizer(prompt).input_ids
    new_ids = []
    reason = "length"
    while len(new_ids) < max_new_tokens:
        with torch.no_grad():
            logits = model(torch.tensor([prompt_ids + new_ids])).logits
        next_id = int(logits[0, -1].argmax())
        new_ids.append(next_id)
        if next_id == tokenizer.eos_token_id:
            reason = "eos"
            break

    return tokenizer.decode(new_ids, skip_special_tokens=True), len(new_ids), reason
