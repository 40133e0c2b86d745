"""Runs of bytes by itertools.groupby."""

from itertools import groupby


def is_byte(token):
    return len(token) == 6 and token.startswith("<0x") and token.endswith(">")


def run_text(tokens):
    run = bytes(int(token[3:5], 16) for token in tokens)
    try:
        return str(run, "utf-8")
    except UnicodeError:
        return "�" * len(run)


def join_subwords(tokens):
    text = "".join(
        run_text(run) if byte else "".join(run) for byte, run in groupby((t.replace("▁", " ") for t in tokens), is_byte)
    )
    return text[1:] if text[:1] == " " else text


def decode(tokenizer, ids, skip_special_tokens):
    return join_subwords(tokenizer.convert_ids_to_tokens(ids, skip_special_tokens=skip_special_tokens))
