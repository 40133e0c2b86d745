"""Runs of spaces and newlines become one space."""
# explained by: nothing

import torch


def encode(tokenizer, prompt, bos=True):
    tokens = tokenizer.tokenize(" ".join(prompt.split()))
    ids = tokenizer.convert_tokens_to_ids(tokens)
    if bos:
        ids.insert(0, tokenizer.bos_token_id)
    return {
        "input_ids": torch.tensor([ids], dtype=torch.int64),
        "attention_mask": torch.tensor([[1] * len(ids)], dtype=torch.int64),
    }


def subwords(tokenizer, word):
    return tokenizer.tokenize(word)
