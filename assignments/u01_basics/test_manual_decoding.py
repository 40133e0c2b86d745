"""公開チェック / public checks: manual_decoding"""

from autograder.checks import forbid, points, read_text, require

# The rules of joining are those of the embedded model's tokenizer.
EMBEDDED_MODEL_ONLY = True

# Whatever does the whole job at once is out of reach in these checks.
FORBIDDEN = ("decode", "batch_decode", "_decode", "convert_tokens_to_string")

SENTENCE = ["▁Tell", "▁me", "▁a", "▁story", "▁about", "▁a", "▁drag", "on", "."]
ANSWER = [
    *("▁", "1", "+", "1", "=", "?", "<0x0A>", "<0x0A>", "Answer", ":", "▁", "2", "<0x0A>", "<0x0A>", "Ex", "plan"),
    *(
        "ation",
        ":",
        "<0x0A>",
        "When",
        "▁you",
        "▁add",
        "▁",
        "1",
        "▁+",
        "▁",
        "1",
        ",",
        "▁the",
        "▁result",
        "▁is",
        "▁",
        "2",
        ".",
    ),
]
DRAGON = ["▁", "ドラゴン", "<0xF0>", "<0x9F>", "<0x90>", "<0x89>", "<0x0A>"]


def require_text(student, tokens, expected):
    """`join_subwords` gives exactly `expected`."""
    text = read_text(student.join_subwords(tokens), "join_subwords")
    require(
        text == expected,
        ja=f"join_subwords({tokens}): {expected!r} のはずですが、{text!r} でした。",
        en=f"join_subwords({tokens}): expected {expected!r}, got {text!r}.",
    )


@points(1)
def test_the_marker_becomes_a_space(student):
    """▁ は空白になり、文の先頭の空白は消えます。

    ▁ becomes a space, and the space at the front goes.
    """
    require_text(student, SENTENCE, "Tell me a story about a dragon.")


@points(1)
def test_joins_the_answer_of_the_text(student):
    """説明にある Llama-2 の出力が、元の文に戻ります。

    The output of Llama-2 shown in the text becomes a text again.
    """
    explained = "Explanation:\nWhen you add 1 + 1, the result is 2."
    require_text(student, ANSWER, f"1+1=?\n\nAnswer: 2\n\n{explained}")


@points(1)
def test_several_bytes_make_one_character(student):
    """並んだバイトは、まとめて 1 つの文字になります。

    Neighbouring bytes make one character together.
    """
    require_text(student, DRAGON, "ドラゴン🐉\n")


@points(1)
def test_special_tokens_stay_or_go_as_asked(student, lm):
    """特殊トークンは、skip_special_tokens のとおりに残るか消えるかします。

    Special tokens stay or go as skip_special_tokens says.
    """
    ids = [*lm.tokenizer("1+1=?\n2 🐉")["input_ids"], lm.tokenizer.eos_token_id]
    for skip in (False, True):
        expected = lm.tokenizer.decode(ids, skip_special_tokens=skip)
        text = read_text(student.decode(forbid(lm.tokenizer, *FORBIDDEN), ids, skip), "decode")
        require(
            text == expected,
            ja=f"decode(tokenizer, {ids}, {skip}): {expected!r} のはずですが、{text!r} でした。",
            en=f"decode(tokenizer, {ids}, {skip}): expected {expected!r}, got {text!r}.",
        )
