"""Subwords are kept apart by a character that no subword holds, and runs of bytes found by one regular expression."""

import re

END = "\x00"
RUN = re.compile(rf"(?:(?<![^{END}])<0x[0-9A-F]{{2}}>{END})+")


def _characters(match):
    run = bytes.fromhex("".join(re.findall(r"<0x(..)>", match[0])))
    text = run.decode("utf-8", "surrogateescape")
    return text if all(not "\udc80" <= one <= "\udcff" for one in text) else "\N{REPLACEMENT CHARACTER}" * len(run)


def join_subwords(tokens):
    marked = "".join(token.translate({0x2581: " "}) + END for token in tokens)
    return re.sub("^ ", "", RUN.sub(_characters, marked).replace(END, ""), count=1)


def decode(tokenizer, ids, skip_special_tokens):
    vocabulary = {number: piece for piece, number in tokenizer.get_vocab().items()}
    special = set(tokenizer.all_special_ids) if skip_special_tokens else ()
    return join_subwords([vocabulary[one] for one in ids if one not in special])
