"""トークン数の予算の中で文を生成する / Generate text within a budget of tokens."""

from transformers import PreTrainedModel, PreTrainedTokenizerBase


def count_tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> int:
    """文がモデルに入るときのトークン数を数える。

    Count the tokens of a text as the model receives it.

    Args:
        tokenizer: of any family.
        text: any text, possibly empty.

    Returns: number of tokens, with the special tokens that calling the tokenizer adds, such as BOS.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def new_tokens_left(tokenizer: PreTrainedTokenizerBase, prompt: str, max_length: int) -> int:
    """max_length のうち、プロンプトのあとに残るトークン数を求める。

    The room that `max_length` leaves after the prompt.

    Args:
        tokenizer: as in `count_tokens`.
        prompt: any text, possibly empty.
        max_length: limit of tokens, the prompt's included, at least 0.

    Returns: number of tokens that may still be generated, never negative.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def generate_within(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompt: str,
    *,
    max_length: int | None = None,
    max_new_tokens: int | None = None,
) -> tuple[str, int, str]:
    """上限の中で貪欲法により生成し、なぜ止まったかも返す。

    Continue the prompt greedily within a limit, and say why it stopped.

    Args:
        model: a causal language model.
        tokenizer: its tokenizer.
        prompt: goes to the model as it is.
        max_length: limit of tokens, the prompt's included, at least 0.
        max_new_tokens: limit of new tokens, at least 0. Exactly one of the two limits is given.

    Returns: the new text without special tokens; the number of new tokens, EOS included; "eos" if EOS came, else
        "length". Without room for a single token: `("", 0, "length")`.
    Raises: ValueError if both limits or none are given.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
