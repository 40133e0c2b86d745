"""Typical mistakes of sampling/min_p."""

import math

from autograder.mistakes import mistake


def refuse(items, min_p):
    """Raise ValueError for arguments that make no sense."""
    if not items or not 0 <= min_p <= 1:
        raise ValueError


def ranked(probs):
    """Most probable first."""
    return sorted(probs, key=lambda pair: -pair[1])


def divided_by_the_sum(pairs):
    total = sum(probability for _, probability in pairs)
    return [(token, probability / total) for token, probability in pairs]


def softmax(scores, temperature):
    best = max(scores)
    weights = [math.exp((score - best) / temperature) for score in scores]
    return [weight / sum(weights) for weight in weights]


def cut(probs, floor):
    """The same list with 0 in place of what falls short, divided by its sum."""
    kept = [p if p >= floor else 0.0 for p in probs]
    return [p / sum(kept) for p in kept]


@mistake(
    of="min_p_filter",
    caught_by="test_the_floor_is_a_share_of_the_best",
    ja="min_p をそのまま下限にしています（それは epsilon サンプリングです）。下限は min_p に最も高い確率を掛けたものです。",
    en="min_p itself is the floor (that is epsilon sampling). The floor is min_p times the highest probability.",
)
def takes_min_p_for_the_floor(probs, min_p):
    refuse(probs, min_p)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= min_p] or ranked(probs)[:1])


@mistake(
    of="min_p_filter",
    caught_by="test_the_floor_is_a_share_of_the_best",
    ja="上から順に足した合計が min_p に届くところで打ち切っています（それは top-p の考え方です）。1 つ 1 つの確率を下限と比べてください。",
    en="Tokens are added up from the top until the sum reaches min_p (that is top-p's idea). Compare each probability with the floor.",
)
def adds_up_from_the_top(probs, min_p):
    refuse(probs, min_p)
    kept, mass = [], 0.0
    for token, probability in ranked(probs):
        if kept and mass >= min_p:
            break
        kept.append((token, probability))
        mass += probability
    return divided_by_the_sum(kept)


@mistake(
    of="min_p_filter",
    caught_by="test_the_floor_is_a_share_of_the_best",
    ja="下限を「最も高い確率 − min_p」にしています。引くのではなく、掛けてください。",
    en="The floor is the highest probability minus min_p. Multiply instead of subtracting.",
)
def subtracts_min_p(probs, min_p):
    refuse(probs, min_p)
    best = ranked(probs)[0][1]
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= best - min_p])


@mistake(
    of="min_p_filter",
    caught_by="test_agrees_with_the_warper_of_transformers",
    ja="下限をリストの先頭の確率から決めています。先頭が最も確率の高いものとは限りません。",
    en="The floor is taken from the first token of the list. The first need not be the most probable.",
)
def takes_the_first_for_the_best(probs, min_p):
    refuse(probs, min_p)
    floor = min(min_p * probs[0][1], ranked(probs)[0][1])
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= floor])


@mistake(
    of="min_p_filter",
    caught_by="test_a_token_of_exactly_the_floor_stays",
    ja="確率がちょうど下限のトークンを捨てています。捨てるのは下限より「小さい」ものだけです。",
    en="A token of exactly the floor is dropped. Only what is below the floor goes.",
)
def drops_exactly_the_floor(probs, min_p):
    refuse(probs, min_p)
    best = ranked(probs)
    return divided_by_the_sum([pair for pair in best if pair[1] > min_p * best[0][1]] or best[:1])


@mistake(
    of="min_p_filter",
    caught_by="test_renormalises_as_in_the_table",
    ja="残した確率を合計 1 に直していません。捨てた分だけ合計が 1 より小さくなっています。",
    en="The kept probabilities are not renormalised: what was dropped is still missing from the sum.",
)
def does_not_renormalise(probs, min_p):
    refuse(probs, min_p)
    best = ranked(probs)
    return [pair for pair in best if pair[1] >= min_p * best[0][1]]


@mistake(
    of="min_p_filter",
    caught_by="test_renormalises_as_in_the_table",
    ja="残した確率を、その合計ではなく最も高い確率で割っています。合計が 1 になりません。",
    en="The kept probabilities are divided by the highest one instead of their sum, so they do not sum to 1.",
)
def divides_by_the_best(probs, min_p):
    refuse(probs, min_p)
    best = ranked(probs)
    return [(token, p / best[0][1]) for token, p in best if p >= min_p * best[0][1]]


@mistake(
    of="min_p_filter",
    caught_by="test_agrees_with_the_warper_of_transformers",
    ja="残すトークンは合っていますが、与えられた順のまま返しています。確率の高い順に返してください。",
    en="The right tokens are kept, but in the order given. Return them most probable first.",
)
def keeps_the_order_given(probs, min_p):
    refuse(probs, min_p)
    return divided_by_the_sum([pair for pair in probs if pair[1] >= min_p * ranked(probs)[0][1]])


@mistake(
    of="min_p_filter",
    caught_by="test_0_drops_nothing_and_1_keeps_the_best",
    ja="min_p = 0 に ValueError を出しています。0 は「何も捨てない」という意味の、使える値です。",
    en="Min_p = 0 raises ValueError. It is a value that makes sense: nothing is dropped.",
)
def refuses_min_p_0(probs, min_p):
    refuse(probs, min_p or -1)
    best = ranked(probs)
    return divided_by_the_sum([pair for pair in best if pair[1] >= min_p * best[0][1]])


@mistake(
    of="min_p_filter",
    caught_by="test_refuses_min_p_outside_0_to_1",
    ja="範囲外の min_p をそのまま計算しています。0 <= min_p <= 1 でなければ ValueError を出してください。",
    en="A min_p outside [0, 1] is computed with. Raise ValueError unless 0 <= min_p <= 1.",
)
def accepts_any_min_p(probs, min_p):
    refuse(probs, 0.5)
    best = ranked(probs)
    return divided_by_the_sum([pair for pair in best if pair[1] >= min_p * best[0][1]] or best[:1])


@mistake(
    of="min_p_filter",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="空のリストに ValueError を出していません。計算を始める前に確かめてください。",
    en="An empty list does not raise ValueError. Check for it before computing.",
)
def accepts_an_empty_list(probs, min_p):
    refuse(True, min_p)
    best = ranked(probs)
    return divided_by_the_sum([pair for pair in best if pair[1] >= min_p * best[0][1]])


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="確率ではなくスコアを「最も高いスコアの min_p 倍」と比べています。スコアは負にもなるので、何倍という比べ方には意味がありません。先に確率にしてください。",
    en="Scores, not probabilities, are compared with min_p times the highest score. Scores may be negative, so shares of them mean nothing. Make probabilities first.",
)
def compares_the_scores(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    scaled = [score / temperature for score in scores]
    floor = min(min_p * max(scaled), max(scaled))
    kept = [p if score >= floor else 0.0 for p, score in zip(softmax(scaled, 1.0), scaled, strict=True)]
    return [p / sum(kept) for p in kept]


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="min-p で絞ったあとに温度をかけています。温度が先です。高い温度で平らになった分布を絞るのが min-p の役目です。",
    en="The temperature comes after the cut. It comes first: min-p is there to cut what a high temperature has flattened.",
)
def cuts_before_the_temperature(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    probs = softmax(scores, 1.0)
    kept = [p ** (1 / temperature) if p >= min_p * max(probs) else 0.0 for p in probs]
    return [p / sum(kept) for p in kept]


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="温度を使っていません。スコアを温度で割ってから確率にしてください。",
    en="The temperature is not used. Divide the scores by it before making probabilities.",
)
def ignores_the_temperature(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    probs = softmax(scores, 1.0)
    return cut(probs, min_p * max(probs))


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="絞ったあとに合計 1 に直していません。捨てた分だけ合計が 1 より小さくなっています。",
    en="After the cut the probabilities are not renormalised: what was dropped is still missing from the sum.",
)
def leaves_the_sum_below_1(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    probs = softmax(scores, temperature)
    return [p if p >= min_p * max(probs) else 0.0 for p in probs]


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="min_p をそのまま下限にしています。下限は、温度をかけたあとの最も高い確率の min_p 倍です。",
    en="min_p itself is the floor. The floor is min_p times the highest probability after the temperature.",
)
def compares_with_min_p_itself(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    probs = softmax(scores, temperature)
    return cut(probs, min(min_p, max(probs)))


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="捨てたトークンをリストから取り除いています。どの確率がどのトークンのものか分からなくなるので、その場所を 0 にしてください。",
    en="Dropped tokens are removed from the list, so that nobody knows which probability is whose. Put 0 in their place.",
)
def removes_what_is_dropped(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    probs = softmax(scores, temperature)
    return [p for p in cut(probs, min_p * max(probs)) if p > 0]


@mistake(
    of="min_p_softmax",
    caught_by="test_survives_large_scores",
    ja="大きなスコアで exp があふれます。どのスコアからも最も高いスコアを引いておけば、比は変わらず、あふれません。",
    en="Large scores overflow in exp. Subtract the highest score from all of them first: the ratios stay and nothing overflows.",
)
def does_not_shift_the_scores(scores, temperature, min_p):
    refuse(scores if temperature > 0 else (), min_p)
    weights = [math.exp(score / temperature) for score in scores]
    return cut(weights, min_p * max(weights))


@mistake(
    of="min_p_softmax",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="0 以下の温度に ValueError を出していません。温度は 0 より大きい数です。",
    en="A temperature of 0 or less does not raise ValueError. The temperature is above 0.",
)
def accepts_any_temperature(scores, temperature, min_p):
    refuse(scores, min_p)
    probs = softmax(scores, temperature or 1e-3)
    return cut(probs, min_p * max(probs))


@mistake(
    of="min_p_filter",
    caught_by="test_agrees_with_the_warper_of_transformers",
    ja="下限が 2 % 低くなっています。余裕を持たせず、最も高い確率の min_p 倍そのものと比べてください。",
    en="The floor is 2 % too low. Compare with min_p times the highest probability itself, without any slack.",
)
def floors_two_percent_low(probs, min_p):
    refuse(probs, min_p)
    in_order = ranked(probs)
    return divided_by_the_sum([pair for pair in in_order if pair[1] >= 0.98 * min_p * in_order[0][1]])


@mistake(
    of="min_p_filter",
    caught_by="test_0_drops_nothing_and_1_keeps_the_best",
    ja="min_p = 1 のとき、最も確率の高いトークンを 1 つしか残していません。同じ確率のものがあれば、それも下限に届いています。",
    en="At min_p = 1 only one token is kept. Others of the same probability reach the floor as well.",
)
def keeps_one_at_min_p_1(probs, min_p):
    refuse(probs, min_p)
    in_order = ranked(probs)
    kept = [pair for pair in in_order if pair[1] >= min_p * in_order[0][1]]
    return divided_by_the_sum(kept[:1] if min_p == 1 else kept)


@mistake(
    of="min_p_filter",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストそのものを並べ替えています。呼んだ側の表の順が変わってしまうので、並べ替えた新しいリストを使ってください。",
    en="The list that was passed is itself sorted, which changes the caller's table. Work on a sorted copy.",
)
def sorts_in_place(probs, min_p):
    refuse(probs, min_p)
    probs.sort(key=lambda pair: -pair[1])
    return divided_by_the_sum([pair for pair in probs if pair[1] >= min_p * probs[0][1]])


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_agree_with_the_warpers_of_transformers",
    ja="残った確率を大きい順に並べて返しています。i 番目の確率は、i 番目のスコアのものです。",
    en="The probabilities come back sorted. The i-th probability belongs to the i-th score.",
)
def sorts_the_scores(scores, temperature, min_p):
    refuse(scores, min_p)
    if temperature <= 0:
        raise ValueError
    numbers = sorted(softmax(scores, temperature), reverse=True)
    return cut(numbers, min_p * numbers[0])


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_become_probabilities_as_in_the_example",
    ja="捨てたところに、0 ではなく小さな数が入っています。ちょうど 0 にしてください。",
    en="What was dropped got a small number instead of 0. Make it exactly 0.",
)
def leaves_a_trace_of_what_is_dropped(scores, temperature, min_p):
    refuse(scores, min_p)
    if temperature <= 0:
        raise ValueError
    numbers = softmax(scores, temperature)
    kept = [number if number >= min_p * max(numbers) else 1e-4 for number in numbers]
    return [number / sum(kept) for number in kept]


@mistake(
    of="min_p_softmax",
    caught_by="test_scores_agree_with_the_warpers_of_transformers",
    ja="下限が 2 % 低くなっています。余裕を持たせず、最も高い確率の min_p 倍そのものと比べてください。",
    en="The floor is 2 % too low. Compare with min_p times the highest probability itself, without any slack.",
)
def floors_the_scores_two_percent_low(scores, temperature, min_p):
    refuse(scores, min_p)
    if temperature <= 0:
        raise ValueError
    numbers = softmax(scores, temperature)
    return cut(numbers, 0.98 * min_p * max(numbers))
