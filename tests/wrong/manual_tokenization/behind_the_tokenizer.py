"""The backend of the tokenizer encodes."""
# explained by: calls_the_tokenizer

import torch


def encode(tokenizer, prompt, bos=True):
    ids = tokenizer.backend_tokenizer.encode(prompt, add_special_tokens=False).ids
    ids = torch.tensor([[tokenizer.bos_token_id, *ids] if bos else ids], dtype=torch.int64)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def subwords(tokenizer, word):
    return tokenizer.tokenize(word)
