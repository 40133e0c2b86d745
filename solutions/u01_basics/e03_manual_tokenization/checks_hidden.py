"""Hidden checks of basics/manual_tokenization."""

import pytest

from autograder.checks import by_hand, fail, forbid, points, read_dict, read_tensor, read_texts, require

FORBIDDEN = ("__call__", "encode", "_encode_plus", "apply_chat_template")

PIECES = [
    *("dragon", "Tell me", " story", "Once", "unbelievably", "1+1=?", "don't", "x", "."),
    *("ドラゴン", "物語", "を聞かせて", "。", "むかし", "ｶﾅ", "龍", "é", "ß", "…", "한국"),
    *("🐉", "👩\u200d🚀", "\n", "\n\n", "\t", " ", "  ", "   "),
]


@pytest.fixture
def student(student):
    """The student, who does by hand what the tokenizer does, without going behind it."""
    return by_hand(
        student, *(f"tokenizers.Tokenizer.{name}" for name in ("encode", "encode_batch", "encode_batch_fast"))
    )


def random_text(rng):
    """English, Japanese, emoji, newlines and runs of spaces, joined at random."""
    return "".join(rng.choices(PIECES, k=rng.randint(3, 14)))


def adds_bos(tokenizer):
    """Whether calling the tokenizer puts BOS in front."""
    return tokenizer("x")["input_ids"][:1] == [tokenizer.bos_token_id]


def encoded(student, tokenizer, prompt, *bos):
    """The ids that the student's `encode` gives, once dtypes, shapes and mask are right; `bos` may be left out."""
    encoding = read_dict(student.encode(forbid(tokenizer, *FORBIDDEN), prompt, *bos), "encode")
    for key in ("input_ids", "attention_mask"):
        require(
            key in encoding,
            ja=f"encode: 返す辞書に {key!r} がありません。input_ids と attention_mask の 2 つを入れてください。",
            en=f"encode: the dictionary has no {key!r}. Return both input_ids and attention_mask.",
        )
    ids = read_tensor(encoding["input_ids"], 'encode(…)["input_ids"]', dtype="int64", shape=(1, None))[0].tolist()
    mask = read_tensor(encoding["attention_mask"], 'encode(…)["attention_mask"]', dtype="int64", shape=(1, None))
    require(
        mask.tolist() == [[1] * len(ids)],
        ja=f"encode: attention_mask は 1 が {len(ids)} 個並ぶはずです。input_ids の 1 つずつに 1 を置いてください。",
        en=f"encode: expected attention_mask to hold {len(ids)} ones. Put a 1 for each of input_ids.",
    )
    return ids


def require_ids(ids, expected, bos_id):
    """The ids are those expected; the sentence tells where they part."""
    if [bos_id, *ids] == expected:
        fail(
            ja="encode: 先頭に BOS がありません。bos が True なら、先頭に 1 つ置いてください。",
            en="encode: BOS is missing at the front. When bos is True, put one there.",
        )
    if ids == [bos_id, *expected]:
        fail(
            ja="encode: 先頭の BOS が 1 つ多いです。bos が False なら置かず、True なら 1 つだけ置いてください。",
            en="encode: there is one BOS too many at the front. Put none when bos is False, exactly one when it is True.",
        )
    if ids != expected:
        pairs = zip(ids, expected, strict=False)
        same = next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(ids), len(expected)))
        fail(
            ja=f"encode: ID は {len(expected)} 個のはずですが {len(ids)} 個で、位置 {same} から食い違います。"
            "文を書き換えずに、そのままサブワードに分けてください。",
            en=f"encode: expected {len(expected)} ids, got {len(ids)}; they differ from position {same} on. "
            "Split the text as it is, without changing it first.",
        )


@points(2)
def test_agrees_with_the_tokenizer_on_any_text(student, rng, lm, other_lm):
    """日本語、絵文字、改行、空白を含む文でも、トークナイザを直接呼んだときと同じになります。

    Texts with Japanese, emoji, newlines and spaces give what calling the tokenizer gives.
    """
    for tokenizer in (lm.tokenizer, other_lm.tokenizer):
        for _ in range(25):
            prompt = random_text(rng)
            expected = tokenizer(prompt)["input_ids"]
            ids = encoded(student, tokenizer, prompt, adds_bos(tokenizer))
            require_ids(ids, expected, tokenizer.bos_token_id)


@points(1)
def test_bos_is_the_callers_choice(student, rng, lm, other_lm):
    """先頭の BOS は、引数 bos だけで決まります。

    Whether BOS stands in front is decided by the argument bos alone.
    """
    for tokenizer in (lm.tokenizer, other_lm.tokenizer):
        for _ in range(3):
            prompt = random_text(rng)
            expected = tokenizer(prompt, add_special_tokens=False)["input_ids"]
            require_ids(encoded(student, tokenizer, prompt, False), expected, tokenizer.bos_token_id)
            if tokenizer.bos_token_id is not None:
                with_bos = [tokenizer.bos_token_id, *expected]
                require_ids(encoded(student, tokenizer, prompt, True), with_bos, tokenizer.bos_token_id)
                require_ids(encoded(student, tokenizer, prompt), with_bos, tokenizer.bos_token_id)


@points(1)
def test_the_empty_string_gives_integers_too(student, lm, other_lm):
    """空の文字列でも、形と型は変わりません。

    The empty string changes neither shape nor dtype.
    """
    for tokenizer in (lm.tokenizer, other_lm.tokenizer):
        bos = adds_bos(tokenizer)
        require_ids(encoded(student, tokenizer, "", bos), tokenizer("")["input_ids"], tokenizer.bos_token_id)
        require_ids(encoded(student, tokenizer, "", False), [], tokenizer.bos_token_id)


@points(1)
def test_subwords_are_the_tokenizers_own(student, rng, lm, other_lm):
    """どんな語でも、サブワードはトークナイザが書いたとおりです。

    For any word the subwords are just as the tokenizer writes them.
    """
    for tokenizer in (lm.tokenizer, other_lm.tokenizer):
        for _ in range(10):
            word = "".join(rng.choices(PIECES, k=rng.randint(1, 3)))
            expected = tokenizer.convert_ids_to_tokens(tokenizer(word, add_special_tokens=False)["input_ids"])
            pieces = read_texts(student.subwords(forbid(tokenizer, *FORBIDDEN), word), "subwords")
            require(
                pieces == expected,
                ja=f"subwords: {len(expected)} 個のサブワードのはずですが、{len(pieces)} 個か、書き方の違うものが返りました。"
                "記号を取り除いたり、特殊トークンを足したりしないでください。",
                en=f"subwords: expected {len(expected)} subwords, got {len(pieces)}, or some written differently. "
                "Remove no marker and add no special token.",
            )
