"""トークン ID の列を手作業で文に戻す / Turn token ids back into a text by hand."""

from transformers import PreTrainedTokenizerBase


def join_subwords(tokens: list[str]) -> str:
    """サブワードの列を 1 つの文につなぐ。

    Join subwords into one text.

    Args:
        tokens: subwords as a tokenizer of the ▁ family writes them, byte tokens such as <0x0A> included, possibly none.

    Returns: the text; if it begins with a space, that one space is dropped.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def decode(tokenizer: PreTrainedTokenizerBase, ids: list[int], skip_special_tokens: bool) -> str:
    """ID の列を文に戻す。

    Turn ids back into a text.

    Args:
        tokenizer: of the ▁ family; its own decoding is not allowed here.
        ids: any ids of its vocabulary, possibly none.
        skip_special_tokens: leave special tokens out before joining.

    Returns: what `tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)` returns.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
