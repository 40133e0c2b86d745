"""Typical mistakes of basics/manual_tokenization."""

import torch

from autograder.mistakes import mistake


def tensors(ids):
    """The right pair of tensors for these ids."""
    input_ids = torch.tensor([ids], dtype=torch.int64)
    return {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}


@mistake(
    of="encode",
    caught_by="test_gives_the_ids_of_the_example",
    ja="先頭の BOS がありません。tokenize は BOS を付けないので、bos が True のときは自分で置きます。",
    en="BOS is missing at the front. tokenize does not add it, so you put it there when bos is True.",
)
def leaves_out_bos(tokenizer, prompt, bos=True):
    return tensors(tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt)))


@mistake(
    of="encode",
    caught_by="test_bos_is_the_callers_choice",
    ja="引数 bos を見ずに、いつも BOS を付けています。BOS を使わないモデルもあるので、bos が False なら付けません。",
    en="BOS is always added, whatever bos says. Some models use none, so with bos=False it must stay away.",
)
def always_adds_bos(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    return tensors([tokenizer.bos_token_id, *ids])


@mistake(
    of="encode",
    caught_by="test_gives_the_ids_of_the_example",
    ja="BOS が 2 つ並んでいます。どこか 2 か所で付けていないか確かめてください。",
    en="There are two BOS in a row. Look for a second place that adds one.",
)
def puts_bos_twice(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    if bos:
        ids = [tokenizer.bos_token_id, tokenizer.bos_token_id, *ids]
    return tensors(ids)


@mistake(
    of="encode",
    caught_by="test_the_mask_covers_every_id",
    ja="attention_mask が 1 つ短くなっています。マスクは BOS を置いたあとの ID 列に合わせて作ります。",
    en="The attention_mask is one short. Make it for the ids with BOS already in front.",
)
def makes_the_mask_before_bos(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    mask = torch.ones(1, len(ids), dtype=torch.int64)
    if bos:
        ids = [tokenizer.bos_token_id, *ids]
    return {"input_ids": torch.tensor([ids], dtype=torch.int64), "attention_mask": mask}


@mistake(
    of="encode",
    caught_by="test_gives_the_ids_of_the_example",
    ja="テンソルの形が (n,) です。モデルは文の束を受け取るので、1 文だけでも (1, n) にします。",
    en="The tensors have shape (n,). A model takes a batch of texts, so even a single one has shape (1, n).",
)
def forgets_the_batch_axis(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    if bos:
        ids = [tokenizer.bos_token_id, *ids]
    input_ids = torch.tensor(ids, dtype=torch.int64)
    return {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}


@mistake(
    of="encode",
    caught_by="test_the_empty_string_gives_integers_too",
    ja="空のリストから作ったテンソルは、整数ではなく float32 になります。型を言葉で指定してください。",
    en="A tensor made from an empty list is float32, not integers. State the dtype.",
)
def gives_floats_for_the_empty_string(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    if bos:
        ids = [tokenizer.bos_token_id, *ids]
    input_ids = torch.tensor([ids])
    return {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}


@mistake(
    of="encode",
    caught_by="test_agrees_with_the_tokenizer_on_any_text",
    ja="文の前後の空白や改行を消してから分けています。空白も改行もトークンになるので、文には手を加えません。",
    en="Spaces and newlines around the text are removed before splitting. They are tokens too: leave the text as it is.",
)
def strips_the_prompt(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt.strip()))
    if bos:
        ids = [tokenizer.bos_token_id, *ids]
    return tensors(ids)


@mistake(
    of="encode",
    caught_by="test_the_mask_covers_every_id",
    ja="トークナイザをそのまま呼んでいます。この課題では、呼び出しの中で起きている 5 つの手順を自分で書きます。",
    en="The tokenizer itself is called. Here you write out the five steps that happen inside that call.",
)
def calls_the_tokenizer(tokenizer, prompt, bos=True):
    return dict(tokenizer(prompt, return_tensors="pt"))


@mistake(
    of="subwords",
    caught_by="test_subwords_are_the_tokenizers_own",
    ja="サブワードから語の区切りの記号を取り除いています。記号は語の境目を表すので、そのまま返します。",
    en="The marker of word boundaries is removed from the subwords. It carries information: return them unchanged.",
)
def removes_the_marker(tokenizer, word):
    return [piece.replace("▁", "").replace("Ġ", "") for piece in tokenizer.tokenize(word)]


@mistake(
    of="subwords",
    caught_by="test_splits_a_long_word",
    ja="特殊トークン（BOS など）が混ざっています。ここで知りたいのは、語そのものの分かれ方です。",
    en="A special token such as BOS got in. What is asked for is how the word itself is split.",
)
def shows_special_tokens(tokenizer, word):
    return tokenizer.tokenize(word, add_special_tokens=True)


@mistake(
    of="encode",
    caught_by="test_gives_the_ids_of_the_example",
    ja="辞書ではなく、2 つのテンソルの組を返しています。キーが input_ids と attention_mask の辞書にしてください。",
    en="A pair of tensors comes back. Return a dictionary with the keys input_ids and attention_mask.",
)
def returns_a_pair(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    both = tensors([tokenizer.bos_token_id, *ids] if bos else ids)
    return both["input_ids"], both["attention_mask"]


@mistake(
    of="encode",
    caught_by="test_bos_is_the_callers_choice",
    ja="引数 bos を使わず、トークナイザの普段の動作に従っています。先頭の BOS は bos だけで決まります。",
    en="The argument bos is not used: BOS stands there as the tokenizer usually has it. bos alone decides.",
)
def follows_the_tokenizer(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt))
    return tensors([tokenizer.bos_token_id, *ids] if "▁" in tokenizer.get_vocab() else ids)


@mistake(
    of="encode",
    caught_by="test_gives_the_ids_of_the_example",
    ja="分ける前に、小文字に直しています。文を書き換えずに、そのまま分けてください。",
    en="The text is put into lower case before it is split. Split it as it is.",
)
def lower_cases_the_prompt(tokenizer, prompt, bos=True):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(prompt.lower()))
    return tensors([tokenizer.bos_token_id, *ids] if bos else ids)


@mistake(
    of="subwords",
    caught_by="test_splits_a_long_word",
    ja="1 文字ずつに分けています。トークナイザの分け方をたずねてください。",
    en="The word is split into characters. Ask the tokenizer how it splits.",
)
def splits_into_characters(tokenizer, word):
    return list(word)


@mistake(
    of="subwords",
    caught_by="test_splits_a_long_word",
    ja="トークナイザを直接呼んでいます。ID に直さずに、サブワードに分けるだけのメソッドがあります。",
    en="The tokenizer itself is called. There is a method that only splits into subwords, without ids.",
)
def calls_the_tokenizer_for_subwords(tokenizer, word):
    return tokenizer.convert_ids_to_tokens(tokenizer(word, add_special_tokens=False)["input_ids"])
