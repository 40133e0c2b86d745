"""トークン ID の列を手作業で文に戻す / Turn token ids back into a text by hand."""

# BEGIN SOLUTION
import re

# END SOLUTION
from transformers import PreTrainedTokenizerBase

# BEGIN SOLUTION
BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>")


def text_of_run(run: bytes) -> str:
    """The text of neighbouring byte tokens: one U+FFFD for each byte if they are not UTF-8 together."""
    try:
        return run.decode()
    except UnicodeDecodeError:
        return "\ufffd" * len(run)


# END SOLUTION


def join_subwords(tokens: list[str]) -> str:
    """サブワードの列を 1 つの文につなぐ。

    Join subwords into one text.

    Args:
        tokens: subwords as a tokenizer of the ▁ family writes them, byte tokens such as <0x0A> included, possibly none.

    Returns: the text; if it begins with a space, that one space is dropped.
    """
    # BEGIN SOLUTION
    text, run = "", b""
    for token in tokens:
        byte = BYTE_TOKEN.fullmatch(token)
        if byte:
            run += bytes.fromhex(byte[1])
        else:
            text += text_of_run(run) + token.replace("▁", " ")
            run = b""
    text += text_of_run(run)
    return text.removeprefix(" ")
    # END SOLUTION


def decode(tokenizer: PreTrainedTokenizerBase, ids: list[int], skip_special_tokens: bool) -> str:
    """ID の列を文に戻す。

    Turn ids back into a text.

    Args:
        tokenizer: of the ▁ family; its own decoding is not allowed here.
        ids: any ids of its vocabulary, possibly none.
        skip_special_tokens: leave special tokens out before joining.

    Returns: what `tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)` returns.
    """
    # BEGIN SOLUTION
    if skip_special_tokens:
        ids = [one for one in ids if one not in tokenizer.all_special_ids]
    return join_subwords(tokenizer.convert_ids_to_tokens(ids))
    # END SOLUTION
