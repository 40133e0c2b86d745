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
    # ここに書いてください / Write your code here
    raise NotImplementedError


def subwords(tokenizer: PreTrainedTokenizerBase, word: str) -> list[str]:
    """1 つの語がどんなサブワードに分かれるかを返す。

    The subwords that a word is split into, as the tokenizer writes them.

    Args:
        tokenizer: as in `encode`.
        word: the text to split.

    Returns: the subwords in order, markers such as ▁ included, no special tokens.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
