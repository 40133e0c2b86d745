"""公開チェック / public checks: top_p"""

import pytest

from autograder.checks import points, read_probs, require, require_raises

# The tutorial's ten-token example.
PROBS = [
    ("the", 0.25),
    ("a", 0.20),
    ("dragon", 0.15),
    ("flew", 0.10),
    ("over", 0.08),
    ("and", 0.07),
    ("castle", 0.06),
    ("into", 0.04),
    ("flames", 0.03),
    ("darkness", 0.02),
]


@points(1)
def test_keeps_the_token_that_crosses_p(student):
    """p をまたぐトークンも残ります。

    The token that crosses p is kept.
    """
    kept = read_probs(student.top_p_filter(PROBS, 0.8), "top_p_filter(PROBS, 0.8)")
    tokens = [token for token, _ in kept]
    require(
        tokens == ["the", "a", "dragon", "flew", "over", "and"],
        ja=f"top_p_filter(PROBS, 0.8): 確率の高い順に the から and まで 6 個のはずですが、{tokens} でした。"
        "累積は over までで 0.78、and で初めて 0.8 に届くので、残るのは and までです。",
        en=f"top_p_filter(PROBS, 0.8): expected the 6 tokens from the to and, most probable first, got {tokens}. "
        "Up to over the sum is 0.78; with and it first reaches 0.8, so and is the last one that stays.",
    )


@points(1)
def test_renormalises_as_in_the_table(student):
    """残した確率は合計 1 に直され、表の値になります。

    The kept probabilities are renormalised to the table's numbers.
    """
    kept = read_probs(student.top_p_filter(PROBS, 0.8), "top_p_filter(PROBS, 0.8)")
    numbers = [round(probability, 3) for _, probability in kept]
    require(
        numbers == [0.294, 0.235, 0.176, 0.118, 0.094, 0.082],
        ja=f"top_p_filter(PROBS, 0.8): 確率は .294 .235 .176 .118 .094 .082 のはずですが、{numbers} でした。"
        "残した確率の合計 0.85 で割ってください。",
        en=f"top_p_filter(PROBS, 0.8): expected .294 .235 .176 .118 .094 .082, got {numbers}. "
        "Divide by the sum of the kept probabilities, 0.85.",
    )


@points(1)
@pytest.mark.parametrize("p", [0.0, -0.1, 1.5])
def test_refuses_p_outside_0_to_1(student, p):
    """範囲外の p には ValueError を出します。

    A p outside (0, 1] raises ValueError.
    """
    require_raises(ValueError, student.top_p_filter, PROBS, p)
