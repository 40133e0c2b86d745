"""Typical mistakes of sampling/temperature_softmax."""

import math

from autograder.mistakes import mistake


def divided_by_the_sum(weights):
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def apply_logs(probs, temperature):
    """As the reference does it."""
    if not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    highest = max(weight for _, weight in probs)
    powers = [math.exp(math.log(weight / highest) / temperature) if weight else 0.0 for _, weight in probs]
    return [(token, number) for (token, _), number in zip(probs, divided_by_the_sum(powers), strict=True)]


@mistake(
    of="softmax",
    caught_by="test_softmax_sees_only_differences_of_scores",
    ja="大きなスコアで exp があふれています（float では exp(710) でもう計算できません）。"
    "スコア全体に同じ数を足し引きしても確率は変わらないことを使えば、exp に渡す値を 0 以下にできます。",
    en="exp overflows for large scores (in a float, exp(710) is already too much). Adding or subtracting one number "
    "from all scores leaves the probabilities alone; use that to give exp nothing above 0.",
)
def lets_exp_overflow(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    return divided_by_the_sum([math.exp(score / temperature) for score in scores])


@mistake(
    of="softmax",
    caught_by="test_softmax_turns_scores_into_probabilities",
    ja="どの温度でも T = 1 の結果になっています。temperature が計算に入っているか、途中で打ち消されていないか確かめてください。",
    en="Every temperature gives the result of T = 1. See whether the temperature enters the computation at all, and whether it cancels on the way.",
)
def ignores_the_temperature(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    return divided_by_the_sum([math.exp(score - max(scores)) for score in scores])


@mistake(
    of="softmax",
    caught_by="test_softmax_turns_scores_into_probabilities",
    ja="スコアに温度を掛けています。これでは温度を上げるほど分布が尖り、意味が逆になります。",
    en="The scores are multiplied by the temperature. A higher temperature then sharpens the distribution, the wrong way round.",
)
def multiplies_by_the_temperature(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    return divided_by_the_sum([math.exp((score - max(scores)) * temperature) for score in scores])


@mistake(
    of="apply_temperature",
    caught_by="test_temperature_1_changes_nothing",
    ja="確率をそのままスコアとして softmax に入れています。確率はすでに exp をとったあとの値なので、"
    "このままでは T = 1 でも、ほとんど一様な分布になってしまいます。",
    en="The probabilities go into the softmax as if they were scores. They have already been through exp: "
    "even T = 1 then gives a nearly uniform distribution.",
)
def forgets_the_log(probs, temperature):
    if not probs or not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    highest = max(weight for _, weight in probs)
    numbers = divided_by_the_sum([math.exp((weight - highest) / temperature) for _, weight in probs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_gives_the_table_at_temperature_1_5",
    ja="確率そのものを温度で割り、合計 1 に直しています。合計で割ると温度が打ち消されるので、もとの確率に戻るだけです。",
    en="The probabilities themselves are divided by the temperature and renormalised. The sum cancels the temperature, "
    "so the old probabilities come back.",
)
def divides_the_probabilities(probs, temperature):
    if not probs or not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    numbers = divided_by_the_sum([weight / temperature for _, weight in probs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_zero_stays_exactly_zero",
    ja="log(0) を計算しようとしています。確率 0 のトークンは、分けて扱う必要があります。",
    en="You take log(0). Tokens of probability 0 need a case of their own.",
)
def takes_the_log_of_zero(probs, temperature):
    if not probs or not temperature > 0:
        raise ValueError
    logs = [math.log(weight) for _, weight in probs]
    numbers = divided_by_the_sum([math.exp((value - max(logs)) / temperature) for value in logs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_zero_stays_exactly_zero",
    ja="log(0) を避けるために、小さな数を足しています。すると、出るはずのないトークンの確率が 0 でなくなり、"
    "温度を上げるほど無視できない大きさになります。",
    en="A small number is added to avoid log(0). A token that can never come then has a probability above 0, "
    "and the higher the temperature, the more it matters.",
)
def adds_a_small_number(probs, temperature):
    if not probs or not temperature > 0:
        raise ValueError
    logs = [math.log(weight + 1e-10) for _, weight in probs]
    numbers = divided_by_the_sum([math.exp((value - max(logs)) / temperature) for value in logs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_holds_at_very_low_and_very_high_temperatures",
    ja="温度がとても低いと、どの値も小さすぎて 0 になり、0 で割ることになります。"
    "結果を決めるのは重みの比だけなので、いちばん大きい値が 0 に潰れないように計算できます。",
    en="At a very low temperature every value becomes too small and turns into 0, so you divide by 0. "
    "Only the ratios of the weights count: arrange the computation so that the largest value cannot vanish.",
)
def lets_every_value_vanish(probs, temperature):
    if not probs or not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    numbers = divided_by_the_sum([weight ** (1 / temperature) for _, weight in probs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_apply_temperature_agrees_with_the_reference",
    ja="確率の高い順に並べ替えています。この関数は、渡された順のまま返します。",
    en="The result is sorted by probability. This function keeps the order that it was given.",
)
def sorts_the_result(probs, temperature):
    if not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    highest = max(weight for _, weight in probs)
    numbers = divided_by_the_sum([(weight / highest) ** (1 / temperature) for _, weight in probs])
    pairs = [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[1])


@mistake(
    of="softmax",
    caught_by="test_softmax_turns_scores_into_probabilities",
    ja="softmax をライブラリに計算させています。この課題では、割り算、exp、合計を自分で書きます。",
    en="A library computes the softmax. Here you write the division, exp and the sum yourself.",
)
def calls_the_library(scores, temperature=1.0):
    import torch

    if not scores or not temperature > 0:
        raise ValueError
    return torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, dim=0).tolist()


@mistake(
    of="softmax",
    caught_by="test_softmax_turns_scores_into_probabilities",
    ja="exp をとったままで、合計で割っていません。確率は合計が 1 になる数です。",
    en="What exp gives is not divided by its sum. Probabilities add up to 1.",
)
def forgets_the_sum(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    return [math.exp((score - max(scores)) / temperature) for score in scores]


@mistake(
    of="softmax",
    caught_by="test_softmax_turns_scores_into_probabilities",
    ja="確率が文字列になっています。書式を整えるのは表示するときだけにして、数のまま返してください。",
    en="The probabilities are texts. Format them only to show them, and return numbers.",
)
def formats_the_numbers(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    numbers = divided_by_the_sum([math.exp((score - max(scores)) / temperature) for score in scores])
    return [f"{number:.4f}" for number in numbers]


@mistake(
    of="softmax",
    caught_by="test_softmax_agrees_with_the_reference",
    ja="確率を小さい順に並べて返しています。i 番目の確率は、i 番目のスコアのものです。",
    en="The probabilities come back sorted. The i-th probability belongs to the i-th score.",
)
def sorts_the_scores(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    return divided_by_the_sum([math.exp((score - max(scores)) / temperature) for score in sorted(scores)])


@mistake(
    of="softmax",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたスコアのリストそのものを、温度で割った値に書き換えています。新しいリストを作ってください。",
    en="The list of scores that was passed is itself overwritten by the divided ones. Make a new list.",
)
def divides_in_place(scores, temperature=1.0):
    if not scores or not temperature > 0:
        raise ValueError
    for place, score in enumerate(scores):
        scores[place] = score / temperature
    return divided_by_the_sum([math.exp(score - max(scores)) for score in scores])


@mistake(
    of="softmax",
    caught_by="test_refuses_a_temperature_of_0_or_less",
    ja="負の温度をそのまま計算に使っています。大小が逆の分布になるだけで、意味がありません。0 以下は断ってください。",
    en="A negative temperature is computed with. It only turns the order round and means nothing: refuse 0 and below.",
)
def accepts_a_negative_temperature(scores, temperature=1.0):
    if not scores or temperature == 0:
        raise ValueError
    divided = [score / temperature for score in scores]
    return divided_by_the_sum([math.exp(score - max(divided)) for score in divided])


@mistake(
    of="apply_temperature",
    caught_by="test_gives_the_table_at_temperature_1_5",
    ja="1/T 乗したあとに、合計で割っていません。返す確率は合計が 1 です。",
    en="The powers 1/T are not divided by their sum. The probabilities that come back add up to 1.",
)
def leaves_the_sum_open(probs, temperature):
    if not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    return [(token, weight ** (1 / temperature)) for token, weight in probs]


@mistake(
    of="apply_temperature",
    caught_by="test_only_the_ratios_of_the_weights_count",
    ja="合計が 1 でない重みを断っています。重みは比だけが意味を持つので、合計がいくつでも受け取ってください。",
    en="Weights that do not sum to 1 are refused. Only their ratios count, so take them whatever their sum.",
)
def refuses_weights(probs, temperature):
    if abs(sum(weight for _, weight in probs) - 1) > 1e-6 or not temperature > 0:
        raise ValueError
    numbers = divided_by_the_sum([weight ** (1 / temperature) for _, weight in probs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_only_the_ratios_of_the_weights_count",
    ja="1 より大きい重みを 1 に切り詰めています。重みは確率とは限りません。比を変えずに使ってください。",
    en="Weights above 1 are cut to 1. Weights need not be probabilities: keep their ratios.",
)
def cuts_weights_at_1(probs, temperature):
    if not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    numbers = divided_by_the_sum([min(weight, 1.0) ** (1 / temperature) for _, weight in probs])
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_zero_stays_exactly_zero",
    ja="確率 0 のトークンを表から消しています。消さずに、確率 0 のまま返してください。",
    en="Tokens of probability 0 are removed from the table. Return them, with probability 0.",
)
def removes_zeros(probs, temperature):
    left = [(token, weight) for token, weight in probs if weight > 0]
    if not left or not temperature > 0:
        raise ValueError
    highest = max(weight for _, weight in left)
    numbers = divided_by_the_sum([math.exp(math.log(weight / highest) / temperature) for _, weight in left])
    return [(token, number) for (token, _), number in zip(left, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_holds_at_very_low_and_very_high_temperatures",
    ja="とても小さな重みを 0 とみなしています。温度が高いと、1e-12 の重みでも無視できない確率になります。0 と扱うのは、ちょうど 0 のときだけです。",
    en="Very small weights are taken for 0. At a high temperature even a weight of 1e-12 becomes a probability that counts. Only exactly 0 is 0.",
)
def drops_tiny_weights(probs, temperature):
    if not any(weight > 0 for _, weight in probs) or not temperature > 0:
        raise ValueError
    highest = max(weight for _, weight in probs)
    numbers = divided_by_the_sum(
        [math.exp(math.log(weight / highest) / temperature) if weight > 1e-9 else 0.0 for _, weight in probs]
    )
    return [(token, number) for (token, _), number in zip(probs, numbers, strict=True)]


@mistake(
    of="apply_temperature",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="空の表に対して空の表を返しています。分布になるトークンがないので、ValueError を出してください。",
    en="An empty table gives an empty one. There is no token to make a distribution of: raise ValueError.",
)
def returns_nothing_for_nothing(probs, temperature):
    if not probs:
        return []
    return apply_logs(probs, temperature)


@mistake(
    of="apply_temperature",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="重みがすべて 0 のとき、等しい確率を返しています。どのトークンも出ようがないので、ValueError を出してください。",
    en="When all weights are 0, equal probabilities come back. No token can come then: raise ValueError.",
)
def levels_a_table_of_zeros(probs, temperature):
    if probs and not any(weight > 0 for _, weight in probs):
        return [(token, 1 / len(probs)) for token, _ in probs]
    return apply_logs(probs, temperature)
