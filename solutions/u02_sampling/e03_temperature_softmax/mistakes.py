"""Typical mistakes of sampling/temperature_softmax."""

import math

from autograder.mistakes import mistake


def divided_by_the_sum(weights):
    total = math.fsum(weights)
    return [weight / total for weight in weights]


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
