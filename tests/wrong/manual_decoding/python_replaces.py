"""errors="replace" for a whole run of bytes."""
# explained by: lets_python_replace_broken_bytes


def join_subwords(tokens):
    text = ""
    pending = bytearray()
    for token in [*tokens, None]:
        if token is not None and len(token) == 6 and token[:3] == "<0x" and token[5] == ">" and is_hex(token[3:5]):
            pending.append(int(token[3:5], 16))
            continue
        text += pending.decode("utf-8", errors="replace")
        pending = bytearray()
        if token is not None:
            text += token.replace("\u2581", " ")
    return text[1:] if text.startswith(" ") else text


def is_hex(two):
    return all(c in "0123456789ABCDEF" for c in two)


def decode(tokenizer, ids, skip_special_tokens):
    tokens = tokenizer.convert_ids_to_tokens(ids)
    if skip_special_tokens:
        tokens = [t for t, i in zip(tokens, ids) if i not in tokenizer.all_special_ids]
    return join_subwords(tokens)
