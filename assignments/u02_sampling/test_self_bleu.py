"""公開チェック / public checks: self_bleu"""

import pytest

from autograder.checks import fail, points, read_float, read_floats, require, require_raises

# The third text is half the first and half the second.
TEXTS = [
    "The red dragon slept on a bed of gold.",
    "A young knight rode to the old castle.",
    "The red dragon slept in the old castle.",
]
SCORES = [27.78, 29.85, 59.69]
AVERAGE = 39.11
SCORES_WITH_ONE_REFERENCE = [4.20, 4.27, 28.24]


def differ(scores, expected):
    """Whether a number is off by more than 0.01, so that rounding to two decimals is fine."""
    return any(abs(score - wanted) > 0.01 for score, wanted in zip(scores, expected, strict=True))


@points(2)
def test_uses_all_the_other_texts_as_references(student):
    """残りのテキストをすべて参照に使います。

    All the other texts serve as references.
    """
    scores = read_floats(student.self_bleu(TEXTS), "self_bleu(TEXTS)", length=len(TEXTS))
    shown = ", ".join(f"{score:.2f}" for score in scores)
    if not differ(scores, SCORES_WITH_ONE_REFERENCE):
        fail(
            ja=f"self_bleu(TEXTS): [27.78, 29.85, 59.69] のはずですが、[{shown}] でした。これは、残りのテキストの"
            "最初の 1 つだけを参照にしたときの値です。sacrebleu に参照がいくつ渡っているか確かめてください。",
            en=f"self_bleu(TEXTS): expected [27.78, 29.85, 59.69], got [{shown}]. These are the numbers with only the "
            "first of the other texts as reference. Check how many references reach sacrebleu.",
        )
    require(
        not differ(scores, SCORES),
        ja=f"self_bleu(TEXTS): [27.78, 29.85, 59.69] のはずですが、[{shown}] でした。"
        "各テキストを、自分以外のすべてのテキストと一度に比べ、0 から 100 の値で返してください。",
        en=f"self_bleu(TEXTS): expected [27.78, 29.85, 59.69], got [{shown}]. "
        "Compare each text with all the others at once, and return values from 0 to 100.",
    )


@points(1)
def test_equal_texts_score_100(student):
    """同じテキストばかりなら、どれも 100 です。

    When all texts are equal, each scores 100.
    """
    scores = read_floats(student.self_bleu(TEXTS[:1] * 3), "self_bleu([t, t, t])", length=3)
    shown = ", ".join(f"{score:.2f}" for score in scores)
    require(
        not differ(scores, [100.0] * 3),
        ja=f"self_bleu([t, t, t]): 3 つとも 100 のはずですが、[{shown}] でした。"
        "自分と同じ文字列でも、別の位置にあれば参照になります。",
        en=f"self_bleu([t, t, t]): expected 100 three times, got [{shown}]. "
        "A text with the same characters is a reference too if it stands elsewhere in the list.",
    )


@points(1)
def test_averages_the_scores(student):
    """average_self_bleu はスコアの平均です。

    average_self_bleu is the mean of the scores.
    """
    average = read_float(student.average_self_bleu(TEXTS), "average_self_bleu(TEXTS)")
    require(
        abs(average - AVERAGE) <= 0.01,
        ja=f"average_self_bleu(TEXTS): 39.11 のはずですが、{average:.2f} でした。"
        "まず self_bleu(TEXTS) を正しくし、次にその 3 つの値の平均を返してください。",
        en=f"average_self_bleu(TEXTS): expected 39.11, got {average:.2f}. "
        "First make self_bleu(TEXTS) right, then return the mean of its three values.",
    )


@points(1)
@pytest.mark.parametrize("texts", [[], TEXTS[:1]], ids=["none", "one"])
@pytest.mark.parametrize("function", ["self_bleu", "average_self_bleu"])
def test_refuses_fewer_than_two_texts(student, function, texts):
    """テキストが 2 つより少ないと ValueError を出します。

    Fewer than two texts raise ValueError.
    """
    require_raises(ValueError, getattr(student, function), texts)
