"""Hidden checks of basics/manual_decoding."""

from autograder.checks import forbid, parting, points, read_text, require, unchanging
from autograder.stats import greedy_tokens

FORBIDDEN = ("decode", "batch_decode", "_decode", "convert_tokens_to_string")

PIECES = [
    *("dragon", "Tell me", " story", "Once", "unbelievably", "1+1=?", "don't", "x", "."),
    *("ドラゴン", "物語", "を聞かせて", "。", "むかし", "ｶﾅ", "龍", "é", "ß", "…", "한국"),
    *("🐉", "👩\u200d🚀", "\n", "\n\n", "\t", " ", "  ", "   ", "<0x0A>", "0x41", "<s>"),
]
WORDS = ["▁Once", "▁upon", "▁", "▁▁▁▁", "dragon", "ドラゴン", "。", "▁a▁b", "."]
BROKEN = [
    b"\xf0\x9f",
    b"\x89",
    b"\xe3\x83",
    b"\xff",
    b"\xc3\n",
    b"\n\xe3",
    b"a\xf0\x9f\x90",
    b"\xe3\x83\x89\xe3",
    b"\x80\x80\x80",
]
WHOLE = ["🐉", "\n", "\n\n", "龍", "é\t", "👩\u200d🚀", "A"]


def byte_tokens(run):
    """The byte tokens of `run`, in order."""
    return [f"<0x{byte:02X}>" for byte in run]


def require_joined(student, lm, tokens):
    """`join_subwords` gives what the tokenizer makes of `tokens`."""
    text = read_text(student.join_subwords(tokens), "join_subwords")
    expected = lm.tokenizer.convert_tokens_to_string(tokens)
    ja, en = parting(text, expected)
    require(
        text == expected,
        ja=f"join_subwords: 文が、正しい文（{len(expected)} 文字）と違います。{ja}。空白、先頭の空白、"
        "バイトの並びの扱いを、説明の規則と照らし合わせてください。",
        en=f"join_subwords: the text is not the right one (of {len(expected)} characters): {en}. Compare your "
        "treatment of spaces, of the space at the front and of runs of bytes with the rules of the text.",
    )


def require_decoded(student, lm, ids):
    """`decode` gives what the tokenizer makes of `ids`, with and without special tokens."""
    for skip in (False, True):
        text = read_text(student.decode(forbid(lm.tokenizer, *FORBIDDEN), ids, skip), "decode")
        expected = lm.tokenizer.decode(ids, skip_special_tokens=skip)
        ja, en = parting(text, expected)
        require(
            text == expected,
            ja=f"decode: skip_special_tokens={skip} のとき、文が、正しい文（{len(expected)} 文字）と違います。{ja}。"
            "特殊トークンを除くのは、つなぐ前です。",
            en=f"decode: with skip_special_tokens={skip} the text is not the right one (of {len(expected)} characters): {en}. "
            "Special tokens are left out before joining.",
        )


@points(1)
def test_joins_the_subwords_of_any_text(student, rng, lm):
    """日本語、絵文字、改行、空白を含むどんな文のサブワードも、元の文に戻ります。

    The subwords of any text, with Japanese, emoji, newlines and spaces, are joined as the tokenizer does.
    """
    require_joined(student, lm, [])
    for _ in range(25):
        text = "".join(rng.choices(PIECES, k=rng.randint(1, 12)))
        require_joined(student, lm, lm.tokenizer.tokenize(text))


@points(1)
def test_every_marker_is_a_space(student, rng, lm):
    """▁ は、いくつ並んでいても、語のどこにあっても、1 つずつ空白になります。

    Each ▁ becomes one space, however many there are and wherever they stand.
    """
    for _ in range(25):
        require_joined(student, lm, rng.choices(WORDS, k=rng.randint(1, 6)))


@points(1)
def test_only_a_whole_token_is_a_byte(student, rng, lm):
    """つないだら <0x0A> に見える文字の並びは、バイトではありません。

    Characters that merely look like <0x0A> once they are joined are no byte.
    """
    for _ in range(4):
        look = f"<0x{rng.randrange(256):02X}>"
        cut = rng.randint(1, len(look) - 1)
        for tokens in (
            ["▁", look[:cut], look[cut:]],
            [f"x{look}"],
            [f"▁{look}", "."],
            [f"{look}{look}"],
            [*"▁", *look],
        ):
            require_joined(student, lm, [*rng.choices(WORDS, k=2), *tokens])


@points(1)
def test_broken_bytes_become_replacement_characters(student, rng, lm):
    """UTF-8 として読めないバイトの並びは、1 バイトにつき 1 つの U+FFFD になります。

    A run of bytes that is not UTF-8 becomes one U+FFFD for each byte.
    """
    for broken in BROKEN:
        require_joined(student, lm, byte_tokens(broken))
        for _ in range(3):
            whole = byte_tokens(rng.choice(WHOLE).encode())
            require_joined(student, lm, [*whole, rng.choice(WORDS), *byte_tokens(broken), rng.choice(WORDS), *whole])


@points(1)
def test_decodes_what_the_model_writes(student, rng, lm):
    """モデルが生成した ID の列が、トークナイザと同じ文になります。

    The ids that the model generates become the text that the tokenizer gives.
    """
    for prompt in (f"What is the opposite of {rng.choice(['big', 'hot', 'summer'])}?", "むかしむかし、"):
        prompt_ids = lm.tokenizer(prompt)["input_ids"]
        budget = {"max_new_tokens": 16, "eos_token_id": lm.tokenizer.eos_token_id}
        new_ids = greedy_tokens(lm.model, prompt_ids, **budget)
        require_decoded(student, lm, [*prompt_ids, *new_ids])
        require_decoded(student, lm, new_ids)


@points(1)
def test_decodes_any_ids(student, rng, lm):
    """どんな ID の列も、特殊トークンがどこにあっても、トークナイザと同じ文になります。

    Any ids, wherever special tokens stand, become the text that the tokenizer gives.
    """
    special = lm.tokenizer.all_special_ids
    outer = lm.tokenizer("  Once upon \n\n", add_special_tokens=False)["input_ids"]  # white space at both ends
    for ids in ([], [special[0]], [*special, *lm.tokenizer(" x")["input_ids"]], outer):
        require_decoded(student, lm, ids)
    for _ in range(12):
        ids = [rng.randrange(len(lm.tokenizer)) for _ in range(rng.randint(1, 14))]
        for _ in range(2):
            ids.insert(rng.randint(0, len(ids)), rng.choice(special))
        require_decoded(student, lm, ids)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, lm):
    """渡されたリストは、呼び出しのあとも変わりません。

    The lists that are passed stay as they were.
    """
    asked = unchanging(student)
    read_text(asked.join_subwords(["▁Once", "▁upon", "<0x0A>"]), "join_subwords")
    ids = [*lm.tokenizer("Once upon")["input_ids"], lm.tokenizer.eos_token_id]
    read_text(asked.decode(forbid(lm.tokenizer, *FORBIDDEN), ids, True), "decode")
