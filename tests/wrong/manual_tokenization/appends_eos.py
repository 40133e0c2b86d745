"""EOS is put at the end as well."""
# explained by: nothing

import torch


def encode(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt)) + [tokenizer.eos_token_id]
    if bos:
        ids = [tokenizer.bos_token_id] + ids
    ids = torch.tensor([ids], dtype=torch.long)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def subwords(tokenizer, word):
    return tokenizer.tokenize(word)
