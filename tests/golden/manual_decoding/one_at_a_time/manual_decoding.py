def flush(buffer):
    """たまったバイトを文字に直して、空にする。"""
    if len(buffer) == 0:
        return ""
    try:
        text = buffer.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
        for _ in buffer:
            text = text + "\ufffd"
    buffer.clear()
    return text


def join_subwords(tokens: list[str]) -> str:
    text = ""
    buffer = bytearray()
    for token in tokens:
        if token[:3] == "<0x" and token[5:] == ">":
            buffer.append(int(token[3:5], 16))
            continue
        text += flush(buffer)
        for character in token:
            if character == "▁":
                text += " "
            else:
                text += character
    text += flush(buffer)
    if text.startswith(" "):
        text = text[1:]
    return text


def decode(tokenizer, ids: list[int], skip_special_tokens: bool) -> str:
    tokens = []
    for i in ids:
        token = tokenizer.convert_ids_to_tokens(i)
        if skip_special_tokens and token in tokenizer.all_special_tokens:
            continue
        tokens.append(token)
    return join_subwords(tokens)
