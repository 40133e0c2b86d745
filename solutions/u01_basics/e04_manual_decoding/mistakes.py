"""Typical mistakes of basics/manual_decoding."""

import re

from autograder.mistakes import mistake


def joined(tokens, text_of_run):
    """Subwords joined without touching the front; `text_of_run` decodes a run of bytes."""
    text, run = "", b""
    for token in tokens:
        if re.fullmatch("<0x[0-9A-F]{2}>", token):
            run += bytes([int(token[3:5], 16)])
        else:
            text += text_of_run(run) + token.replace("▁", " ")
            run = b""
    return text + text_of_run(run)


@mistake(
    of="join_subwords",
    caught_by="test_the_marker_becomes_a_space",
    ja="文の先頭に空白が残っています。最初の ▁ は、トークナイザが文の前に足したものです。",
    en="A space is left at the front. The first ▁ was put there by the tokenizer.",
)
def keeps_the_first_space(tokens):
    return joined(tokens, text_of_run)


@mistake(
    of="join_subwords",
    caught_by="test_several_bytes_make_one_character",
    ja="文の前後の空白や改行を、すべて消しています。消してよいのは、先頭の空白 1 つだけです。",
    en="All spaces and newlines around the text are removed. Only one space at the front may go.",
)
def strips_the_whole_text(tokens):
    return joined(tokens, text_of_run).strip()


@mistake(
    of="join_subwords",
    caught_by="test_the_marker_becomes_a_space",
    ja="サブワードの間に空白を入れています。空白を表すのは ▁ だけで、▁ のないサブワードは前とつながります。",
    en="Spaces are put between subwords. Only ▁ stands for a space; a subword without it continues the one before.",
)
def puts_spaces_between_subwords(tokens):
    return " ".join(tokens).replace("▁", "")


@mistake(
    of="join_subwords",
    caught_by="test_every_marker_is_a_space",
    ja="サブワードごとに ▁ を 1 つしか空白に直していません。1 つのサブワードに ▁ がいくつもあることがあります。",
    en="Only one ▁ of each subword becomes a space. A subword may hold several.",
)
def expects_one_marker_for_each_subword(tokens):
    return joined([token.replace("▁", " ", 1).replace("▁", "") for token in tokens], text_of_run).removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_several_bytes_make_one_character",
    ja="改行 <0x0A> だけを直していて、ほかのバイトがそのまま残っています。バイトは 256 通りあります。",
    en="Only the newline <0x0A> is treated, and other bytes are left as they are. There are 256 of them.",
)
def knows_only_the_newline(tokens):
    return "".join(tokens).replace("▁", " ").replace("<0x0A>", "\n").removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_several_bytes_make_one_character",
    ja="バイトを 1 つずつ文字に直しています。日本語や絵文字は何バイトかで 1 文字なので、並んだバイトをまとめてから直してください。",
    en="Each byte is decoded on its own. Emoji and many letters take several bytes: put neighbouring bytes together first.",
)
def decodes_each_byte_alone(tokens):
    return joined(tokens, lambda run: "".join(text_of_run(bytes([byte])) for byte in run)).removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_several_bytes_make_one_character",
    ja="最後に並んだバイトが消えています。バイトのあとに普通のサブワードが来ないまま終わることもあります。",
    en="The bytes at the very end are lost. The list may end without an ordinary subword behind them.",
)
def loses_the_last_bytes(tokens):
    kept = list(tokens)
    while kept and re.fullmatch("<0x[0-9A-F]{2}>", kept[-1]):
        kept.pop()
    return joined(kept, text_of_run).removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_only_a_whole_token_is_a_byte",
    ja="つないだあとの文字列でバイトを探しています。人が書いた <0x0A> という文字までバイトに化けるので、つなぐ前にサブワードごとに見分けてください。",
    en="Bytes are looked for in the joined text. Then even the letters <0x0A> that somebody wrote turn into a byte: tell them apart subword by subword, before joining.",
)
def looks_for_bytes_in_the_joined_text(tokens):
    pieces = re.split("(<0x[0-9A-F]{2}>)", "".join(tokens))
    return joined([piece for piece in pieces if piece], text_of_run).removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_broken_bytes_become_replacement_characters",
    ja='U+FFFD の数が違います。errors="replace" は、読めるバイトを残し、読めないバイトをいくつかまとめて 1 つに置き換えますが、トークナイザは並び全体を 1 バイトずつ置き換えます。',
    en='The number of U+FFFD is not right. errors="replace" keeps the bytes that it can read and joins some that it cannot, whereas the tokenizer replaces every byte of the run.',
)
def lets_python_replace_broken_bytes(tokens):
    return joined(tokens, lambda run: run.decode(errors="replace")).removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_broken_bytes_become_replacement_characters",
    ja="読めないバイトを黙って捨てています。読めなかったことが分かるように、U+FFFD に置き換えます。",
    en="Bytes that cannot be read are silently dropped. U+FFFD in their place shows that something was there.",
)
def drops_broken_bytes(tokens):
    return joined(tokens, lambda run: run.decode(errors="ignore")).removeprefix(" ")


@mistake(
    of="decode",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="skip_special_tokens を見ずに、いつも特殊トークンを残しています。",
    en="Special tokens always stay, whatever skip_special_tokens says.",
)
def always_keeps_special_tokens(tokenizer, ids, skip_special_tokens):
    return join_subwords(tokenizer.convert_ids_to_tokens(ids))


@mistake(
    of="decode",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="skip_special_tokens を見ずに、いつも特殊トークンを取り除いています。",
    en="Special tokens always go, whatever skip_special_tokens says.",
)
def always_skips_special_tokens(tokenizer, ids, skip_special_tokens):
    return join_subwords(tokenizer.convert_ids_to_tokens(ids, skip_special_tokens=True))


@mistake(
    of="decode",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="つないだあとの文から特殊トークンの文字を消しています。BOS のうしろの空白が先頭に残るので、つなぐ前に取り除いてください。",
    en="The letters of special tokens are removed from the joined text. The space behind BOS is then left at the front: remove them before joining.",
)
def removes_special_tokens_from_the_text(tokenizer, ids, skip_special_tokens):
    text = join_subwords(tokenizer.convert_ids_to_tokens(ids))
    for token in tokenizer.all_special_tokens if skip_special_tokens else []:
        text = text.replace(token, "")
    return text


@mistake(
    of="decode",
    caught_by="test_decodes_any_ids",
    ja="BOS と EOS だけを取り除いています。特殊トークンはほかにもあります（all_special_ids で分かります）。",
    en="Only BOS and EOS are removed. There are other special tokens (all_special_ids lists them).",
)
def skips_only_bos_and_eos(tokenizer, ids, skip_special_tokens):
    if skip_special_tokens:
        ids = [one for one in ids if one not in (tokenizer.bos_token_id, tokenizer.eos_token_id)]
    return join_subwords(tokenizer.convert_ids_to_tokens(ids))


@mistake(
    of="join_subwords",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="<s> という文字列を捨てています。つなぐときは、そのまま残してください。",
    en="The string <s> is dropped. When joining, leave it as it is.",
)
def drops_strings_of_special_tokens(tokens):
    return joined([token for token in tokens if token != "<s>"], text_of_run).removeprefix(" ")


@mistake(
    of="join_subwords",
    caught_by="test_joins_the_subwords_of_any_text",
    ja="空のリストで止まっています。サブワードがなければ、空の文字列です。",
    en="It stops at an empty list. Without subwords the text is empty.",
)
def fails_on_nothing(tokens):
    first, *others = tokens
    return joined([first, *others], text_of_run).removeprefix(" ")


@mistake(
    of="decode",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="文字列ではなく、サブワードのリストを返しています。つないで 1 つの文字列にしてください。",
    en="A list of subwords comes back. Join them into one string.",
)
def returns_the_subwords(tokenizer, ids, skip_special_tokens):
    return tokenizer.convert_ids_to_tokens(ids, skip_special_tokens=skip_special_tokens)


@mistake(
    of="decode",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="ID を 1 つずつ別々に文字列に直してつないでいます。先頭の空白やバイトの並びは、全体を見ないと分かりません。",
    en="Each id is turned into a string alone. The space at the front and runs of bytes show only in the whole.",
)
def joins_each_token_alone(tokenizer, ids, skip_special_tokens):
    tokens = tokenizer.convert_ids_to_tokens(ids, skip_special_tokens=skip_special_tokens)
    return "".join(join_subwords([token]) for token in tokens)


@mistake(
    of="decode",
    caught_by="test_special_tokens_stay_or_go_as_asked",
    ja="tokenizer.decode に任せています。この課題では、サブワードを自分でつなぎます。",
    en="tokenizer.decode does the work. Here you join the subwords yourself.",
)
def calls_decode(tokenizer, ids, skip_special_tokens):
    return tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)


@mistake(
    of="decode",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストそのものから、特殊トークンを取り除いています。新しいリストを作ってください。",
    en="Special tokens are removed from the very list that was passed. Make a new list.",
)
def removes_special_tokens_in_place(tokenizer, ids, skip_special_tokens):
    if skip_special_tokens:
        ids[:] = [one for one in ids if one not in tokenizer.all_special_ids]
    return join_subwords(tokenizer.convert_ids_to_tokens(ids))
