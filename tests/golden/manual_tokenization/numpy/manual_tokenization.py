import numpy as np
import torch


def encode(tokenizer, prompt: str, bos: bool = True):
    front = [tokenizer.bos_token] if bos else []
    ids = np.array(tokenizer.convert_tokens_to_ids(front + tokenizer.tokenize(prompt)), dtype=np.int64).reshape(1, -1)
    return {
        "input_ids": torch.from_numpy(ids),
        "attention_mask": torch.from_numpy(np.ones(ids.shape, dtype=np.int64)),
    }


def subwords(tokenizer, word: str):
    ids = encode(tokenizer, word, bos=False)["input_ids"][0]
    return tokenizer.convert_ids_to_tokens(ids.tolist())
