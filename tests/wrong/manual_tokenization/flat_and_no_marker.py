"""Two mistakes in two functions: no batch axis, and the marker is gone."""
# explained by: forgets_the_batch_axis, removes_the_marker

import torch


def encode(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    if bos:
        ids = [tokenizer.bos_token_id] + ids
    ids = torch.tensor(ids, dtype=torch.int64)
    return {"input_ids": ids, "attention_mask": torch.ones(len(ids), dtype=torch.int64)}


def subwords(tokenizer, word):
    pieces = []
    for piece in tokenizer.tokenize(word):
        pieces.append(piece.replace("\u2581", "").replace("\u0120", ""))
    return pieces
