"""文を手作業でトークン ID の列にする / Turn a text into token ids by hand."""

import torch


def encode(tokenizer, prompt, bos=True):
    # 1. サブワードに分ける
    tokens = tokenizer.tokenize(prompt)

    # 2. ID に直す
    input_ids = []
    for token in tokens:
        input_ids.append(tokenizer.convert_tokens_to_ids(token))

    # 3. BOS
    if bos:
        input_ids.insert(0, tokenizer.bos_token_id)

    # 4. テンソル
    input_ids_tensor = torch.tensor([input_ids], dtype=torch.long)

    # 5. マスク
    attention_mask = torch.ones_like(input_ids_tensor)

    return {
        "input_ids": input_ids_tensor,
        "attention_mask": attention_mask,
    }


def subwords(tokenizer, word):
    result = []
    for piece in tokenizer.tokenize(word):
        result.append(piece)
    return result
