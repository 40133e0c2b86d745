"""公開チェック / public checks: top_k"""

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


def tokens_and_numbers(answer, where):
    """The tokens, and their probabilities to three decimals."""
    pairs = read_probs(answer, where)
    return [token for token, _ in pairs], [round(probability, 3) for _, probability in pairs]


@points(1)
def test_top_k_3_ends_with_dragon(student):
    """k = 3 では the、a、dragon が残り、確率は合計 1 に直されます。

    At k = 3 the, a and dragon stay, and their probabilities are renormalised.
    """
    tokens, numbers = tokens_and_numbers(student.top_k_filter(PROBS, 3), "top_k_filter(PROBS, 3)")
    require(
        tokens == ["the", "a", "dragon"],
        ja=f"top_k_filter(PROBS, 3): 確率の高い順に the、a、dragon の 3 個のはずですが、{tokens} でした。"
        "確率の高いものから 3 個を残してください。",
        en=f"top_k_filter(PROBS, 3): expected the, a and dragon, most probable first, got {tokens}. "
        "Keep the three most probable tokens.",
    )
    require(
        numbers == [0.417, 0.333, 0.25],
        ja=f"top_k_filter(PROBS, 3): 確率は .417 .333 .250 のはずですが、{numbers} でした。"
        "残した確率の合計 0.60 で割ってください。",
        en=f"top_k_filter(PROBS, 3): expected .417 .333 .250, got {numbers}. "
        "Divide by the sum of the kept probabilities, 0.60.",
    )


@points(1)
@pytest.mark.parametrize("k", [10, 50])
def test_a_large_k_keeps_every_token(student, k):
    """k がトークンの数以上なら、何も捨てません。

    A k of at least the number of tokens drops nothing.
    """
    where = f"top_k_filter(PROBS, {k})"
    tokens, numbers = tokens_and_numbers(student.top_k_filter(PROBS, k), where)
    require(
        tokens == [token for token, _ in PROBS] and numbers == [probability for _, probability in PROBS],
        ja=f"{where}: トークンは 10 個しかないので、全部がもとの確率で残るはずですが、{tokens}、{numbers} でした。",
        en=f"{where}: there are only 10 tokens, so all should stay with their old probabilities, got {tokens}, {numbers}.",
    )


@points(1)
def test_k_comes_first_and_then_p(student):
    """k = 5、p = 0.8 では、top-k のあとの確率で数えて the から flew までが残ります。

    At k = 5 and p = 0.8, the to flew stay, counted in the probabilities after top-k.
    """
    where = "top_k_top_p_filter(PROBS, 5, 0.8)"
    tokens, numbers = tokens_and_numbers(student.top_k_top_p_filter(PROBS, 5, 0.8), where)
    require(
        tokens == ["the", "a", "dragon", "flew"],
        ja=f"{where}: the から flew までの 4 個のはずですが、{tokens} でした。"
        "top-k で 5 個に絞り、合計を 1 に直すと、dragon までの累積は 0.769、flew までは 0.897 です。",
        en=f"{where}: expected the 4 tokens from the to flew, got {tokens}. After top-k has left 5 tokens, renormalised, "
        "the sum is 0.769 up to dragon and 0.897 up to flew.",
    )
    require(
        numbers == [0.357, 0.286, 0.214, 0.143],
        ja=f"{where}: 確率は .357 .286 .214 .143 のはずですが、{numbers} でした。最後にもう一度、合計で割ってください。",
        en=f"{where}: expected .357 .286 .214 .143, got {numbers}. Divide by the sum once more at the end.",
    )


@points(1)
@pytest.mark.parametrize("k", [0, -1])
def test_refuses_k_below_1(student, k):
    """1 より小さい k には、どちらの関数も ValueError を出します。

    Both functions raise ValueError for a k below 1.
    """
    require_raises(ValueError, student.top_k_filter, PROBS, k)
    require_raises(ValueError, student.top_k_top_p_filter, PROBS, k, 0.8)
