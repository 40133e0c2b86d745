"""All spaces at the front go, not one."""
# explained by: nothing

import re


def text_of(run):
    try:
        return bytes(run).decode("utf-8")
    except UnicodeDecodeError:
        return "\ufffd" * len(run)


def join_subwords(tokens):
    out, run = [], []
    for token in tokens:
        if re.fullmatch(r"<0x[0-9A-F]{2}>", token):
            run.append(int(token[3:5], 16))
            continue
        out.append(text_of(run))
        run = []
        out.append(token.replace("\u2581", " "))
    out.append(text_of(run))
    return "".join(out).lstrip(" ")


def decode(tokenizer, ids, skip_special_tokens):
    special = set(tokenizer.all_special_ids) if skip_special_tokens else set()
    return join_subwords(tokenizer.convert_ids_to_tokens([i for i in ids if i not in special]))
