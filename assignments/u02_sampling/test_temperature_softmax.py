"""公開チェック / public checks: temperature_softmax"""

import pytest

from autograder.checks import by_hand, points, read_floats, read_probs, require, require_raises

# The tutorial's ten-token example, and its numbers at T = 1.5.
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
AT_1_5 = [0.1952, 0.1683, 0.1389, 0.1060, 0.0913, 0.0836, 0.0754, 0.0575, 0.0475, 0.0363]


# Whatever computes a softmax at once is out of reach in these checks.
LIBRARY_SOFTMAX = (
    *(f"torch.{name}" for name in ("softmax", "log_softmax", "special.softmax", "special.log_softmax")),
    *(f"torch.Tensor.{name}" for name in ("softmax", "log_softmax")),
    *(f"torch.nn.functional.{name}" for name in ("softmax", "log_softmax", "softmin")),
    *(f"torch.nn.{name}" for name in ("Softmax", "LogSoftmax", "Softmin")),
    *(f"scipy.special.{name}" for name in ("softmax", "log_softmax")),
)


@pytest.fixture
def student(student):
    """The student, who writes the softmax by hand."""
    return by_hand(student, *LIBRARY_SOFTMAX)


def numbers_of(pairs, where):
    """The probabilities, once the tokens are known to stand in the order of PROBS."""
    tokens = [token for token, _ in pairs]
    require(
        tokens == [token for token, _ in PROBS],
        ja=f"{where}: トークンは the から darkness まで、もとの順のはずですが、{tokens} でした。並べ替えずに返してください。",
        en=f"{where}: expected the tokens from the to darkness in their old order, got {tokens}. Do not reorder them.",
    )
    return [number for _, number in pairs]


def are_close(numbers, expected, tolerance):
    return all(abs(number - wanted) <= tolerance for number, wanted in zip(numbers, expected, strict=True))


@points(1)
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (([1.0, 2.0, 3.0],), [0.0900, 0.2447, 0.6652]),
        (([1.0, 2.0, 3.0], 0.5), [0.0159, 0.1173, 0.8668]),
        (([1.0, 2.0, 3.0], 2.0), [0.1863, 0.3072, 0.5065]),
    ],
    ids=["default", "half", "two"],
)
def test_softmax_turns_scores_into_probabilities(student, arguments, expected):
    """softmax は、スコアを温度で割ってから確率にします。

    softmax divides the scores by the temperature and turns them into probabilities.
    """
    where = f"softmax({', '.join(str(argument) for argument in arguments)})"
    numbers = read_floats(student.softmax(*arguments), where, length=3)
    require(
        are_close(numbers, expected, 6e-5),
        ja=f"{where}: {expected} のはずですが、{[round(number, 4) for number in numbers]} でした。"
        "スコアを温度で割り、exp をとり、その合計で割ってください。",
        en=f"{where}: expected {expected}, got {[round(number, 4) for number in numbers]}. "
        "Divide the scores by the temperature, take exp, and divide by the sum.",
    )


@points(1)
def test_gives_the_table_at_temperature_1_5(student):
    """温度 1.5 で、表の値になります。

    Temperature 1.5 gives the numbers of the table.
    """
    where = "apply_temperature(PROBS, 1.5)"
    numbers = numbers_of(read_probs(student.apply_temperature(PROBS, 1.5), where), where)
    require(
        are_close(numbers, AT_1_5, 6e-5),
        ja=f"{where}: {AT_1_5} のはずですが、{[round(number, 4) for number in numbers]} でした。"
        "確率をスコアに戻してから温度で割り、もう一度確率にしてください。",
        en=f"{where}: expected {AT_1_5}, got {[round(number, 4) for number in numbers]}. "
        "Turn the probabilities back into scores, divide by the temperature, and make probabilities again.",
    )


@points(1)
def test_temperature_1_changes_nothing(student):
    """温度 1 では、確率は変わりません。

    Temperature 1 leaves the probabilities as they are.
    """
    where = "apply_temperature(PROBS, 1.0)"
    numbers = numbers_of(read_probs(student.apply_temperature(PROBS, 1.0), where), where)
    require(
        are_close(numbers, [probability for _, probability in PROBS], 1e-6),
        ja=f"{where}: もとの確率のままのはずですが、{[round(number, 4) for number in numbers]} でした。"
        "確率そのものに exp をかけていないか確かめてください。",
        en=f"{where}: expected the old probabilities, got {[round(number, 4) for number in numbers]}. "
        "Check that exp is not applied to the probabilities themselves.",
    )


@points(1)
@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_refuses_a_temperature_of_0_or_less(student, temperature):
    """温度が 0 以下なら、どちらの関数も ValueError を出します。

    Both functions raise ValueError for a temperature of 0 or less.
    """
    require_raises(ValueError, student.softmax, [1.0, 2.0, 3.0], temperature)
    require_raises(ValueError, student.apply_temperature, PROBS, temperature)
