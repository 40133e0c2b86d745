"""文を手作業でトークン ID の列にする / Turn a text into token ids by hand."""

import torch
from transformers import PreTrainedTokenizerBase


def encode(tokenizer: PreTrainedTokenizerBase, prompt: str, bos: bool = True) -> dict[str, torch.Tensor]:
    """プロンプトを、モデルにそのまま渡せる input_ids と attention_mask にする。

    Turn a prompt into the input_ids and attention_mask that a model takes.

    Args:
        tokenizer: calling it, `.encode` and `.encode_plus` are not allowed here.
        prompt: any text, possibly empty.
        bos: put the tokenizer's BOS id in front, whatever the tokenizer does by itself.

    Returns: `input_ids` and `attention_mask`, each int64 of shape (1, n); the mask is 1 everywhere.
    """
    # BEGIN SOLUTION
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    if bos:
        ids = [tokenizer.bos_token_id, *ids]
    input_ids = torch.tensor([ids], dtype=torch.int64)  # an empty list would become float32
    return {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
    # END SOLUTION


def subwords(tokenizer: PreTrainedTokenizerBase, word: str) -> list[str]:
    """1 つの語がどんなサブワードに分かれるかを返す。

    The subwords that a word is split into, as the tokenizer writes them.

    Args:
        tokenizer: as in `encode`.
        word: the text to split.

    Returns: the subwords in order, markers such as ▁ included, no special tokens.
    """
    # BEGIN SOLUTION
    return tokenizer.tokenize(word)
    # END SOLUTION
