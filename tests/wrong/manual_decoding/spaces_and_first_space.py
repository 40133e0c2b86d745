"""Two mistakes at once: the first space stays, and only the newline byte is known."""
# explained by: nothing


def join_subwords(tokens):
    text = ""
    for token in tokens:
        if token == "<0x0A>":
            text += "\n"
        else:
            text += token.replace("\u2581", " ")
    return text


def decode(tokenizer, ids, skip_special_tokens):
    tokens = []
    for i in ids:
        token = tokenizer.convert_ids_to_tokens(i)
        if skip_special_tokens and token in tokenizer.all_special_tokens:
            continue
        tokens.append(token)
    return join_subwords(tokens)
