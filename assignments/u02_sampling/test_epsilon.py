"""公開チェック / public checks: epsilon"""

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
def test_epsilon_005_drops_into_flames_and_darkness(student):
    """epsilon = 0.05 では into、flames、darkness が落ちます。

    Epsilon = 0.05 drops into, flames and darkness.
    """
    kept = read_probs(student.epsilon_filter(PROBS, 0.05), "epsilon_filter(PROBS, 0.05)")
    tokens = [token for token, _ in kept]
    require(
        tokens == ["the", "a", "dragon", "flew", "over", "and", "castle"],
        ja=f"epsilon_filter(PROBS, 0.05): 確率の高い順に the から castle まで 7 個のはずですが、{tokens} でした。"
        "1 つ 1 つの確率を 0.05 と比べて、0.05 以上のものを残してください。",
        en=f"epsilon_filter(PROBS, 0.05): expected the 7 tokens from the to castle, most probable first, got {tokens}. "
        "Compare each probability with 0.05 and keep those of at least 0.05.",
    )


@points(1)
def test_renormalises_as_in_the_table(student):
    """残した確率は合計 1 に直され、表の値になります。

    The kept probabilities are renormalised to the table's numbers.
    """
    kept = read_probs(student.epsilon_filter(PROBS, 0.05), "epsilon_filter(PROBS, 0.05)")
    numbers = [round(probability, 3) for _, probability in kept]
    require(
        numbers == [0.275, 0.220, 0.165, 0.110, 0.088, 0.077, 0.066],
        ja=f"epsilon_filter(PROBS, 0.05): 確率は .275 .220 .165 .110 .088 .077 .066 のはずですが、{numbers} でした。"
        "残した確率の合計 0.91 で割ってください。",
        en=f"epsilon_filter(PROBS, 0.05): expected .275 .220 .165 .110 .088 .077 .066, got {numbers}. "
        "Divide by the sum of the kept probabilities, 0.91.",
    )


@points(1)
def test_the_best_token_stays_if_none_reaches_epsilon(student):
    """どの確率も epsilon に届かなければ、最も確率の高いトークンだけが残ります。

    If no probability reaches epsilon, the most probable token alone stays.
    """
    kept = read_probs(student.epsilon_filter(PROBS, 0.5), "epsilon_filter(PROBS, 0.5)")
    require(
        len(kept) == 1 and kept[0][0] == "the",
        ja=f"epsilon_filter(PROBS, 0.5): 0.5 に届くトークンがないので、the だけが確率 1 で残るはずですが、{kept} でした。",
        en=f"epsilon_filter(PROBS, 0.5): no token reaches 0.5, so the alone should stay, with probability 1, got {kept}.",
    )


@points(1)
@pytest.mark.parametrize("epsilon", [-0.1, 1.0])
def test_refuses_epsilon_outside_0_to_1(student, epsilon):
    """範囲外の epsilon には ValueError を出します。

    An epsilon outside [0, 1) raises ValueError.
    """
    require_raises(ValueError, student.epsilon_filter, PROBS, epsilon)
