"""公開チェック / public checks: manual_tokenization"""

import pytest

from autograder.checks import by_hand, fail, forbid, points, read_dict, read_tensor, read_texts, require

PROMPT = "Tell me a story about a dragon."
WORD = "Supercalifragilisticexpialidocious"

# Whatever does the whole job at once is out of reach in these checks.
FORBIDDEN = ("__call__", "encode", "_encode_plus", "apply_chat_template")


@pytest.fixture
def student(student):
    """The student, who does by hand what the tokenizer does, without going behind it."""
    return by_hand(
        student, *(f"tokenizers.Tokenizer.{name}" for name in ("encode", "encode_batch", "encode_batch_fast"))
    )


def adds_bos(tokenizer):
    """Whether calling the tokenizer puts BOS in front."""
    return tokenizer("x")["input_ids"][:1] == [tokenizer.bos_token_id]


def read_encoding(value):
    """`value` as what `encode` returns: the two tensors, each int64 of shape (1, n)."""
    encoding = read_dict(value, "encode")
    for key in ("input_ids", "attention_mask"):
        require(
            key in encoding,
            ja=f"encode: 返す辞書に {key!r} がありません。input_ids と attention_mask の 2 つを入れてください。",
            en=f"encode: the dictionary has no {key!r}. Return both input_ids and attention_mask.",
        )
    return (
        read_tensor(encoding["input_ids"], 'encode(…)["input_ids"]', dtype="int64", shape=(1, None)),
        read_tensor(encoding["attention_mask"], 'encode(…)["attention_mask"]', dtype="int64", shape=(1, None)),
    )


@points(1)
def test_gives_the_ids_of_the_example(student, lm):
    """例文の ID 列が、トークナイザを直接呼んだときと同じになります。

    The ids of the example are those that calling the tokenizer gives.
    """
    expected = lm.tokenizer(PROMPT)["input_ids"]
    bos = adds_bos(lm.tokenizer)
    input_ids, _ = read_encoding(student.encode(forbid(lm.tokenizer, *FORBIDDEN), PROMPT, bos))
    ids = input_ids[0].tolist()
    if bos and ids == expected[1:]:
        fail(
            ja=f"encode: 先頭に BOS の ID {expected[0]} がありません。bos が True なら、先頭に 1 つ置いてください。",
            en=f"encode: the BOS id {expected[0]} is missing at the front. When bos is True, put one there.",
        )
    require(
        ids == expected,
        ja=f"encode(tokenizer, {PROMPT!r}): {expected} のはずですが、{ids} でした。サブワードに分け、順に ID に直してください。",
        en=f"encode(tokenizer, {PROMPT!r}): expected {expected}, got {ids}. Split into subwords, then turn them into ids in order.",
    )


@points(1)
def test_the_mask_covers_every_id(student, lm):
    """attention_mask は input_ids と同じ形で、すべて 1 です。

    The attention_mask has the shape of input_ids and is 1 everywhere.
    """
    bos = adds_bos(lm.tokenizer)
    input_ids, mask = read_encoding(student.encode(forbid(lm.tokenizer, *FORBIDDEN), PROMPT, bos))
    require(
        mask.shape == input_ids.shape,
        ja=f"encode: attention_mask の形は input_ids と同じ {tuple(input_ids.shape)} のはずですが、{tuple(mask.shape)} でした。"
        "BOS にも 1 が要ります。",
        en=f"encode: expected attention_mask to have the shape of input_ids, {tuple(input_ids.shape)}, got {tuple(mask.shape)}. "
        "BOS needs a 1 as well.",
    )
    require(
        mask.tolist() == [[1] * input_ids.shape[1]],
        ja=f"encode: attention_mask はすべて 1 のはずですが、{mask.tolist()} でした。パディングがないので、隠すトークンはありません。",
        en=f"encode: expected attention_mask to be 1 everywhere, got {mask.tolist()}. Without padding no token is hidden.",
    )


@points(1)
def test_splits_a_long_word(student, lm, other_lm):
    """長い語が、それぞれのトークナイザのサブワードに分かれます。

    A long word is split into the subwords of each tokenizer.
    """
    for tokenizer in (lm.tokenizer, other_lm.tokenizer):
        expected = tokenizer.convert_ids_to_tokens(tokenizer(WORD, add_special_tokens=False)["input_ids"])
        pieces = read_texts(student.subwords(forbid(tokenizer, *FORBIDDEN), WORD), "subwords")
        require(
            pieces == expected,
            ja=f"subwords(tokenizer, {WORD!r}): {expected} のはずですが、{pieces} でした。"
            "トークナイザが書いたとおり、記号も残してください。",
            en=f"subwords(tokenizer, {WORD!r}): expected {expected}, got {pieces}. "
            "Keep them as the tokenizer writes them, markers included.",
        )
