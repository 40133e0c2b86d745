"""Looks the ids up in the vocabulary itself and joins tensors instead of lists."""

from torch import LongTensor, cat, full


def encode(tokenizer, prompt, bos=True):
    vocabulary = tokenizer.get_vocab()
    row = LongTensor([vocabulary[piece] for piece in subwords(tokenizer, prompt)])
    if bos:
        row = cat((LongTensor([vocabulary[tokenizer.bos_token]]), row))
    return dict(input_ids=row.unsqueeze(0), attention_mask=full((1, len(row)), 1))


def subwords(tokenizer, word):
    return [*tokenizer.tokenize(word, add_special_tokens=False)]
