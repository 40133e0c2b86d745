"""公開チェック / public checks: min_p"""

import pytest

from autograder.checks import points, read_floats, read_probs, require, require_raises

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
def test_the_floor_is_a_share_of_the_best(student):
    """min_p = 0.3 では、0.25 の 0.3 倍に届く 5 個が残ります。

    Min_p = 0.3 keeps the five tokens that reach 0.3 times 0.25.
    """
    kept = read_probs(student.min_p_filter(PROBS, 0.3), "min_p_filter(PROBS, 0.3)")
    tokens = [token for token, _ in kept]
    require(
        tokens == ["the", "a", "dragon", "flew", "over"],
        ja=f"min_p_filter(PROBS, 0.3): 確率の高い順に the から over まで 5 個のはずですが、{tokens} でした。"
        "下限は min_p そのものではなく、最も高い確率 0.25 の 0.3 倍、0.075 です。",
        en=f"min_p_filter(PROBS, 0.3): expected the 5 tokens from the to over, most probable first, got {tokens}. "
        "The floor is not min_p itself but 0.3 times the highest probability, 0.25, that is 0.075.",
    )


@points(1)
def test_renormalises_as_in_the_table(student):
    """残した確率は合計 1 に直され、表の値になります。

    The kept probabilities are renormalised to the table's numbers.
    """
    kept = read_probs(student.min_p_filter(PROBS, 0.3), "min_p_filter(PROBS, 0.3)")
    numbers = [round(probability, 3) for _, probability in kept]
    require(
        numbers == [0.321, 0.256, 0.192, 0.128, 0.103],
        ja=f"min_p_filter(PROBS, 0.3): 確率は .321 .256 .192 .128 .103 のはずですが、{numbers} でした。"
        "残した確率の合計 0.78 で割ってください。",
        en=f"min_p_filter(PROBS, 0.3): expected .321 .256 .192 .128 .103, got {numbers}. "
        "Divide by the sum of the kept probabilities, 0.78.",
    )


@points(1)
@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(1.0, [0.2689, 0.0, 0.7311, 0.0]), (2.0, [0.2760, 0.1015, 0.4551, 0.1674])],
    ids=["one", "two"],
)
def test_scores_become_probabilities_as_in_the_example(student, temperature, expected):
    """スコアからも、例の確率になります。

    Scores give the probabilities of the example.
    """
    where = f"min_p_softmax([1.0, -1.0, 2.0, 0.0], {temperature}, 0.2)"
    numbers = read_floats(student.min_p_softmax([1.0, -1.0, 2.0, 0.0], temperature, 0.2), where, length=4)
    require(
        all(abs(number - wanted) <= 6e-5 for number, wanted in zip(numbers, expected, strict=True)),
        ja=f"{where}: もとの順に {expected} のはずですが、{[round(number, 4) for number in numbers]} でした。"
        "温度で割る、確率にする、min_p で絞る、合計で割る、の順です。捨てるところは 0 にします。",
        en=f"{where}: expected {expected}, in the old order, got {[round(number, 4) for number in numbers]}. "
        "Divide by the temperature, make probabilities, cut by min_p, divide by the sum. What is dropped becomes 0.",
    )


@points(1)
@pytest.mark.parametrize("min_p", [-0.1, 1.1])
def test_refuses_min_p_outside_0_to_1(student, min_p):
    """範囲外の min_p には、どちらの関数も ValueError を出します。

    Both functions raise ValueError for a min_p outside [0, 1].
    """
    require_raises(ValueError, student.min_p_filter, PROBS, min_p)
    require_raises(ValueError, student.min_p_softmax, [1.0, -1.0, 2.0, 0.0], 1.0, min_p)
