"""BOS is inserted whatever the argument says."""
# explained by: always_adds_bos

import torch


def encode(tokenizer, prompt, bos=True):
    pieces = tokenizer.tokenize(prompt)
    ids = [tokenizer.convert_tokens_to_ids(p) for p in pieces]
    ids.insert(0, tokenizer.bos_token_id)
    t = torch.LongTensor(ids).unsqueeze(0)
    return dict(input_ids=t, attention_mask=torch.ones(t.shape, dtype=torch.long))


def subwords(tokenizer, word):
    return tokenizer.tokenize(word)
