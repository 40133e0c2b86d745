"""Hidden checks of sampling/temperature_softmax."""

import math

import pytest

from autograder.checks import ROUNDING, by_hand, points, read_floats, read_probs, require, require_raises, unchanging

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


def random_scores(rng, size):
    """Scores in -6..6, multiples of 1/64, so that float32 holds them exactly."""
    return [rng.randint(-6 * 64, 6 * 64) / 64 for _ in range(size)]


def random_table(rng, size):
    """A random distribution over `size` tokens in random order."""
    weights = [rng.random() ** 2 + 1e-3 for _ in range(size)]
    total = math.fsum(weights)
    return [(f"t{index}", weight / total) for index, weight in enumerate(weights)]


def require_numbers(numbers, expected, where, *, ja, en, tolerance=ROUNDING):
    """Equal up to what float32 rounds, or `tolerance`; `ja` and `en` say what to look at otherwise."""
    worst = max(abs(number - wanted) for number, wanted in zip(numbers, expected, strict=True))
    require(
        worst <= tolerance,
        ja=f"{where}: 確率が最大 {worst:.2g} ずれています。{ja}",
        en=f"{where}: probabilities are off by up to {worst:.2g}. {en}",
    )


def tempered(student, table, temperature):
    """The student's probabilities for `table`, once the tokens are known to be in their order."""
    pairs = read_probs(student.apply_temperature(table, temperature), "apply_temperature")
    require(
        [token for token, _ in pairs] == [token for token, _ in table],
        ja="apply_temperature: 返したトークンかその順が、渡したものと違います。確率が 0 のものも含め、渡された順に返してください。",
        en="apply_temperature: the tokens or their order differ from what was passed. "
        "Return all of them in the order given, those with probability 0 included.",
    )
    return [probability for _, probability in pairs]


@points(1)
def test_softmax_agrees_with_the_reference(student, reference, rng):
    """ランダムなスコアと温度でも、正しい確率になります。

    Random scores and temperatures give the right probabilities.
    """
    # first without a temperature, which is 1
    for size, *given in ((8,), *((rng.randint(1, 30), rng.uniform(0.5, 4)) for _ in range(15))):
        scores = random_scores(rng, size)
        require_numbers(
            read_floats(student.softmax(scores, *given), "softmax", length=len(scores)),
            reference.softmax(scores, *given),
            "softmax",
            ja="温度でスコアを割っているか、exp の合計で割っているか確かめてください。",
            en="Check that the scores are divided by the temperature, and the exps by their sum.",
        )


@points(1)
def test_softmax_sees_only_differences_of_scores(student, reference, rng):
    """全部のスコアに同じ数を足しても結果は変わらず、1 万ほどのスコアでもあふれません。

    Adding one number to all scores changes nothing, and scores around 10,000 do not overflow.
    """
    for shift in (100, 1e4, -1e4):
        scores, temperature = random_scores(rng, 8), rng.choice([0.5, 1.0, 2.0])
        shifted = [score + shift for score in scores]
        require_numbers(
            read_floats(student.softmax(shifted, temperature), "softmax", length=8),
            reference.softmax(scores, temperature),
            "softmax",
            ja="スコアに同じ数を足しても、確率は変わらないはずです。",
            en="Adding the same number to all scores must not change the probabilities.",
            # the logarithm of a sum, subtracted at last, is a float32 of the size of the scores
            tolerance=max(ROUNDING, 2.5e-7 * max(map(abs, shifted)) / temperature),
        )
    far_apart = [1e4, -1e4, 0.0]
    rng.shuffle(far_apart)
    require_numbers(
        read_floats(student.softmax(far_apart), "softmax", length=3),
        [float(score > 0) for score in far_apart],
        "softmax",
        ja="大きく離れたスコアでは、最大のものが 1、ほかは 0 になるはずです。",
        en="With scores far apart, the largest gets 1 and the others 0.",
    )


@points(2)
def test_apply_temperature_agrees_with_the_reference(student, reference, rng):
    """順序がばらばらなランダムな表でも、順を変えずに正しい確率を返します。

    Random tables in random order give the right probabilities, in the order given.
    """
    equal = [("t1", 0.125), ("t2", 0.25), ("t3", 0.25), ("t4", 0.125), ("t5", 0.25)]
    for table in (equal, *(random_table(rng, rng.randint(2, 30)) for _ in range(15))):
        temperature = rng.uniform(0.5, 5)
        require_numbers(
            tempered(student, table, temperature),
            [probability for _, probability in reference.apply_temperature(table, temperature)],
            "apply_temperature",
            ja="確率の対数をスコアとみなし、温度で割ってから確率に戻してください。",
            en="Take the logarithms of the probabilities as scores, divide by the temperature, and make probabilities again.",
        )


@points(1)
def test_only_the_ratios_of_the_weights_count(student, reference, rng):
    """全部の重みを同じ数倍しても、結果は変わりません。

    Multiplying all weights by the same number changes nothing.
    """
    for factor in (100, 7.5, 0.001):
        table, temperature = random_table(rng, 12), rng.uniform(0.5, 5)
        scaled = [(token, factor * probability) for token, probability in table]
        require_numbers(
            tempered(student, scaled, temperature),
            [probability for _, probability in reference.apply_temperature(table, temperature)],
            "apply_temperature",
            ja="合計が 1 でない重みも受け取ります。全体を何倍しても、結果は同じはずです。",
            en="Weights need not sum to 1: multiplying all of them must not change the result.",
        )


@points(1)
def test_zero_stays_exactly_zero(student, reference, rng):
    """確率 0 のトークンは、どの温度でもちょうど 0 のままです。

    A token of probability 0 keeps exactly 0 at every temperature.
    """
    for temperature in (0.5, 1.0, 1.5, 20.0):
        table = [*random_table(rng, 6), ("zero", 0.0), ("nil", 0.0)]
        rng.shuffle(table)
        numbers = tempered(student, table, temperature)
        require(
            all(number == 0 for number, (_, weight) in zip(numbers, table, strict=True) if weight == 0),
            ja="apply_temperature: 確率 0 のトークンが、0 より大きい確率になりました。ちょうど 0 のまま返してください。",
            en="apply_temperature: a token of probability 0 came back with more than 0. Leave it at exactly 0.",
        )
        require_numbers(
            numbers,
            [probability for _, probability in reference.apply_temperature(table, temperature)],
            "apply_temperature",
            ja="確率 0 のトークンを除いた残りが、正しい分布になっているか確かめてください。",
            en="Check the distribution over the tokens above 0.",
        )


@points(1)
def test_holds_at_very_low_and_very_high_temperatures(student, rng):
    """とても低い温度では最大のトークンだけが残り、高い温度ではごく小さな重みも効き、とても高い温度では一様になります。

    A very low temperature leaves the best token alone, a high one brings up the smallest weights, a very high one makes all equal.
    """
    table = [("t1", 0.4), ("t2", 0.3), ("t3", 0.2), ("t4", 0.1)]
    rng.shuffle(table)
    limits = {0.001: [float(weight == 0.4) for _, weight in table], 1e7: [0.25] * 4}
    for temperature, expected in limits.items():
        require_numbers(
            tempered(student, table, temperature),
            expected,
            "apply_temperature",
            ja="温度がとても低いときと高いときの値を確かめてください。",
            en="Look at the values for very low and very high temperatures.",
        )
    # 1e-12 to the power of 1/20 is a quarter: nothing above 0 is too small to count
    tiny = [("t1", 0.6), ("t2", 0.4), ("t3", 1e-12), ("t4", 3e-17)]
    rng.shuffle(tiny)
    powers = [weight ** (1 / 20) for _, weight in tiny]
    require_numbers(
        tempered(student, tiny, 20.0),
        [power / math.fsum(powers) for power in powers],
        "apply_temperature",
        ja="とても小さな重みも、高い温度では無視できない確率になります。0 でない重みは、どれも計算に入れてください。",
        en="At a high temperature even a very small weight becomes a probability that counts. Use every weight that is not 0.",
    )


@points(1)
def test_refuses_arguments_that_make_no_sense(student, rng):
    """空の入力、すべてが 0 の表、0 以下の温度には ValueError を出します。

    Empty input, a table of zeros, and a temperature of 0 or less raise ValueError.
    """
    for temperature in (0.0, -0.5):
        require_raises(ValueError, student.softmax, random_scores(rng, 3), temperature)
        require_raises(ValueError, student.apply_temperature, random_table(rng, 3), temperature)
    require_raises(ValueError, student.softmax, [])
    require_raises(ValueError, student.apply_temperature, [], 1.5)
    require_raises(ValueError, student.apply_temperature, [("t1", 0.0), ("t2", 0.0)], 1.5)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The lists that are passed stay as they were.
    """
    asked = unchanging(student)
    read_floats(asked.softmax(random_scores(rng, 6), 1.5), "softmax", length=6)
    tempered(asked, [*random_table(rng, 5), ("zero", 0.0)], 1.5)
