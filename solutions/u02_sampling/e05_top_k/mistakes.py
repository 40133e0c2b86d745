"""Typical mistakes of sampling/top_k."""

from autograder.mistakes import mistake


def refuse(probs, k, p=1.0):
    """Raise ValueError for arguments that make no sense."""
    if not probs or k < 1 or not 0 < p <= 1:
        raise ValueError


def ranked(probs):
    """Most probable first."""
    return sorted(probs, key=lambda pair: -pair[1])


def nucleus(pairs, p):
    """The first pairs up to the one at which the sum reaches p."""
    kept, mass = [], 0.0
    for token, probability in pairs:
        kept.append((token, probability))
        mass += probability
        if mass >= p:
            break
    return kept


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_agrees_with_the_warper_of_transformers",
    ja="並べ替えずに、与えられた順の先頭から k 個をとっています。確率の高い順に並べてから選んでください。",
    en="The first k are taken in the order given. Sort by probability first.",
)
def forgets_to_sort(probs, k):
    refuse(probs, k)
    return renormalised(probs[:k])


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_3_ends_with_dragon",
    ja="残した確率を合計 1 に直していません。捨てた分だけ合計が 1 より小さくなっています。",
    en="The kept probabilities are not renormalised: what was dropped is still missing from the sum.",
)
def does_not_renormalise(probs, k):
    refuse(probs, k)
    return ranked(probs)[:k]


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_3_ends_with_dragon",
    ja="確率の低いほうから k 個を残しています。並べ替えの向きを確かめてください。",
    en="The k least probable tokens are kept. Look at the direction of the sort.",
)
def sorts_the_wrong_way(probs, k):
    refuse(probs, k)
    return renormalised(ranked(probs)[::-1][:k])


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_3_ends_with_dragon",
    ja="確率ではなくトークンの文字列で並べ替えています。(トークン, 確率) の組をそのまま並べ替えると、そうなります。",
    en="The pairs are sorted by the token's text, not by probability. That is what sorting (token, probability) pairs as they are does.",
)
def sorts_by_the_token(probs, k):
    refuse(probs, k)
    return renormalised(sorted(probs, reverse=True)[:k])


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_3_ends_with_dragon",
    ja="k 番目のトークンが入っていません。k 番目の確率と「等しい」ものも残ります。",
    en="The k-th token is missing. What equals the k-th probability stays, too.",
)
def drops_the_kth(probs, k):
    refuse(probs, k)
    least = ranked(probs)[min(k, len(probs)) - 1][1]
    return renormalised([pair for pair in ranked(probs) if pair[1] > least] or ranked(probs)[:1])


@mistake(
    of="top_k_filter",
    caught_by="test_a_large_k_keeps_every_token",
    ja="k がトークンの数より大きいと、リストの外を読んでしまいます。そのときは全部が残ります。",
    en="When k exceeds the number of tokens, you read beyond the list. All tokens stay in that case.",
)
def reads_beyond_the_list(probs, k):
    refuse(probs, k)
    best = ranked(probs)
    return renormalised([best[index] for index in range(k)])


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_agrees_with_the_warper_of_transformers",
    ja="残すトークンは合っていますが、与えられた順のまま返しています。確率の高い順に返してください。",
    en="The right tokens are kept, but in the order given. Return them most probable first.",
)
def keeps_the_order_given(probs, k):
    refuse(probs, k)
    best = ranked(probs)[:k]
    return renormalised([pair for pair in probs if pair in best])


@mistake(
    of="top_k_filter",
    caught_by="test_tokens_of_equal_probability_are_not_lost",
    ja="確率の等しいトークンが 1 つにまとめられています。確率を辞書のキーや集合の要素にすると、等しい確率の片方が消えます。",
    en="Tokens of equal probability are merged into one. With probabilities as keys of a dict or in a set, one of two equal ones gets lost.",
)
def merges_equal_probabilities(probs, k):
    refuse(probs, k)
    token_of = {probability: token for token, probability in probs}
    best = sorted(token_of, reverse=True)[:k]
    return renormalised([(token_of[probability], probability) for probability in best])


@mistake(
    of="top_k_filter",
    caught_by="test_refuses_k_below_1",
    ja="1 より小さい k に ValueError を出していません。generate の top_k=0 は「使わない」という意味ですが、この関数では使えない値です。",
    en="A k below 1 does not raise ValueError. For generate, top_k=0 means off; for this function it is a value that makes no sense.",
)
def takes_k_0_for_off(probs, k):
    refuse(probs, 1)
    return renormalised(ranked(probs)[:k] if k > 0 else ranked(probs))


@mistake(
    of="top_k_filter",
    caught_by="test_refuses_an_empty_list",
    ja="空のリストに ValueError を出していません。計算を始める前に確かめてください。",
    en="An empty list does not raise ValueError. Check for it before computing.",
)
def accepts_an_empty_list(probs, k):
    refuse(True, k)
    return renormalised(ranked(probs)[:k])


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_k_comes_first_and_then_p",
    ja="p を、もとの確率の合計と比べています。top-k のあとで合計を 1 に直し、その確率を足してください（先に top-p をかけても、この間違いになります）。",
    en="p is compared with sums of the original probabilities. Renormalise after top-k and add up those (applying top-p first comes to the same mistake).",
)
def compares_p_with_the_old_probabilities(probs, k, p):
    refuse(probs, k, p)
    return renormalised(nucleus(ranked(probs), p)[:k])


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_k_comes_first_and_then_p",
    ja="top-p で絞ったあと、合計を 1 に直していません。割り算は top-k のあとと top-p のあとの 2 回です。",
    en="After top-p nothing is renormalised. Divide twice: after top-k and after top-p.",
)
def renormalises_only_once(probs, k, p):
    refuse(probs, k, p)
    return nucleus(top_k_filter(probs, k), p)


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_k_comes_first_and_then_p",
    ja="p をまたぐトークンを捨てています。nucleus は「合計が p 以上になる最小の集合」なので、またぐ 1 個も入ります。",
    en="The token that crosses p is dropped. The nucleus is the smallest set whose sum is at least p, so that token is in.",
)
def drops_the_crossing_token(probs, k, p):
    refuse(probs, k, p)
    kept, mass = [], 0.0
    for token, probability in top_k_filter(probs, k):
        mass += probability
        if kept and mass > p + 1e-12:
            break
        kept.append((token, probability))
    return renormalised(kept)


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_stops_where_the_sum_is_exactly_p",
    ja="合計がちょうど p になったところで止まらず、もう 1 つ余分に残しています。「p 以上」になったら打ち切りです。",
    en="When the sum is exactly p, one token too many is kept. Stop once the sum is p or more.",
)
def goes_on_at_exactly_p(probs, k, p):
    refuse(probs, k, p)
    kept, mass = [], 0.0
    for token, probability in top_k_filter(probs, k):
        kept.append((token, probability))
        mass += probability
        if mass > p:
            break
    return renormalised(kept)


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_refuses_one_wrong_argument",
    ja="範囲外の p をそのまま計算しています。0 < p <= 1 でなければ ValueError を出してください。",
    en="A p outside (0, 1] is computed with. Raise ValueError unless 0 < p <= 1.",
)
def accepts_any_p(probs, k, p):
    refuse(probs, k)
    return renormalised(nucleus(top_k_filter(probs, k), p))


@mistake(
    of="top_k_filter",
    caught_by="test_top_k_3_ends_with_dragon",
    ja="1 個多く残しています。残すのはちょうど k 個です。",
    en="One token too many is kept. Exactly k stay.",
)
def keeps_one_more(probs, k):
    refuse(probs, k)
    return renormalised(ranked(probs)[: k + 1])


@mistake(
    of="top_k_filter",
    caught_by="test_tokens_of_equal_probability_are_not_lost",
    ja="k 番目と同じ確率のトークンを、1 つも残していません。ちょうど k 個にするか、同じ確率のものを全部残してください。",
    en="None of the tokens that share the probability of the k-th is kept. Keep exactly k, or all that share it.",
)
def drops_all_that_tie(probs, k):
    refuse(probs, k)
    in_order = ranked(probs)
    if k >= len(in_order):
        return renormalised(in_order)
    edge = in_order[k][1]
    return renormalised([pair for pair in in_order if pair[1] > edge] or in_order[:k])


@mistake(
    of="top_k_filter",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストそのものを並べ替えて、短くしています。呼んだ側の表が変わってしまうので、新しいリストを作ってください。",
    en="The list that was passed is itself sorted and cut, which changes the caller's table. Make a new list.",
)
def cuts_in_place(probs, k):
    refuse(probs, k)
    probs.sort(key=lambda pair: -pair[1])
    del probs[k:]
    return renormalised(probs)


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_k_then_p_agrees_with_the_warpers_of_transformers",
    ja="p = 1 のとき、確率の最も低いトークンが抜けています。p = 1 では、top-k で残ったものを全部残します。",
    en="At p = 1 the least probable token is missing. p = 1 keeps all that top-k has left.",
)
def drops_the_last_at_p_1(probs, k, p):
    refuse(probs, k, p)
    kept = nucleus(top_k_filter(probs, k), p)
    return renormalised(kept[: max(1, len(kept) - 1)] if p == 1 else kept)


@mistake(
    of="top_k_top_p_filter",
    caught_by="test_k_then_p_agrees_with_the_warpers_of_transformers",
    ja="p を小数第 2 位に丸めて使っています。渡された値のまま比べてください。",
    en="p is rounded to two decimals. Compare with the very value that is passed.",
)
def rounds_p(probs, k, p):
    refuse(probs, k, p)
    return renormalised(nucleus(top_k_filter(probs, k), round(p, 2)))
