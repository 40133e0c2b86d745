"""Typical mistakes of sampling/top_p."""

from autograder.mistakes import mistake


@mistake(
    of="top_p_filter",
    caught_by="test_keeps_the_token_that_crosses_p",
    ja="p をまたぐトークンを捨てています。nucleus は「合計が p 以上になる最小の集合」なので、またぐ 1 個も入ります。",
    en="The token that crosses p is dropped. The nucleus is the smallest set whose sum is at least p, so that token is in.",
)
def drops_the_crossing_token(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass + probability > p + 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_renormalises_as_in_the_table",
    ja="残した確率を合計 1 に直していません。捨てた分だけ合計が 1 より小さくなっています。",
    en="The kept probabilities are not renormalised: what was dropped is still missing from the sum.",
)
def does_not_renormalise(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return kept


@mistake(
    of="top_p_filter",
    caught_by="test_agrees_with_the_reference_on_random_distributions",
    ja="並べ替えずに、与えられた順に確率を足しています。確率の高い順に並べてから足してください。",
    en="The probabilities are added in the order given. Sort by probability first.",
)
def forgets_to_sort(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in probs:
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_keeps_the_token_that_crosses_p",
    ja="確率の低いほうから順に足しています。高いほうから足してください。",
    en="The probabilities are added from the lowest up. Start from the highest.",
)
def sorts_the_wrong_way(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: pair[1]):
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_keeps_the_token_that_crosses_p",
    ja="p を「確率の下限」として使っています（それは epsilon の考え方です）。top-p は上から順に足した合計で決めます。",
    en="p is used as a floor for each probability (that is epsilon sampling). Top-p looks at the sum from the top down.",
)
def uses_p_as_a_floor(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    ranked = sorted(probs, key=lambda pair: -pair[1])
    kept = [pair for pair in ranked if pair[1] >= p] or ranked[:1]
    mass = sum(probability for _, probability in kept)
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_keeps_at_least_one_token",
    ja="p が小さいと 1 つもトークンが残りません。最も確率の高いトークンはいつも残してください。",
    en="A small p leaves no token at all. The most probable token always stays.",
)
def may_keep_nothing(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if mass + probability > p + 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_refuses_p_outside_0_to_1",
    ja="範囲外の p をそのまま計算しています。0 < p <= 1 でなければ ValueError を出してください。",
    en="A p outside (0, 1] is computed with. Raise ValueError unless 0 < p <= 1.",
)
def accepts_any_p(probs, p):
    if not probs:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_refuses_arguments_that_make_no_sense",
    ja="空のリストに ValueError を出していません。計算を始める前に確かめてください。",
    en="An empty list does not raise ValueError. Check for it before computing.",
)
def accepts_an_empty_list(probs, p):
    if not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_keeps_everything_at_p_1",
    ja="p = 1 のとき、確率の低いトークンが抜けています。p = 1 は「何も捨てない」という意味です。",
    en="At p = 1 the least probable token is missing. p = 1 means that nothing is dropped.",
)
def always_drops_the_last(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    ranked = sorted(probs, key=lambda pair: -pair[1])
    kept, mass = [], 0.0
    for token, probability in ranked[: max(1, len(ranked) - 1)]:
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_stops_where_the_sum_is_exactly_p",
    ja="累積がちょうど p になったとき、余計な 1 個を残しています。p に「届いた」ところで止めてください（p を超えるまでではありません）。",
    en="When the sum is exactly p, one token too many is kept. Stop where the sum reaches p, not where it exceeds it.",
)
def waits_until_p_is_exceeded(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if mass > p:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_agrees_with_the_reference_on_random_distributions",
    ja="残すトークンは合っていますが、渡された順のままです。確率の高い順に並べて返してください。",
    en="The right tokens stay, but in the order given. Return them most probable first.",
)
def keeps_the_order_given(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = set(), 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass >= p - 1e-12:
            break
        kept.add(token)
        mass += probability
    return [(token, probability / mass) for token, probability in probs if token in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_agrees_with_the_reference_on_random_distributions",
    ja="p を小数第 2 位に丸めて使っています。渡された値のまま比べてください。",
    en="p is rounded to two decimals. Compare with the very value that is passed.",
)
def rounds_p(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, probability in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass >= round(p, 2) - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]


@mistake(
    of="top_p_filter",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストそのものを並べ替えています。呼んだ側の表の順が変わってしまうので、並べ替えた新しいリストを使ってください。",
    en="The list that was passed is itself sorted, which changes the caller's table. Work on a sorted copy.",
)
def sorts_in_place(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    probs.sort(key=lambda pair: -pair[1])
    kept, mass = [], 0.0
    for token, probability in probs:
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, probability))
        mass += probability
    return [(token, probability / mass) for token, probability in kept]
