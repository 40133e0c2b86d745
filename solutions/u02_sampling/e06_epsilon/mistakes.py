"""Typical mistakes of sampling/epsilon."""

from autograder.mistakes import mistake


def refuse(probs, epsilon):
    """Raise ValueError for arguments that make no sense."""
    if not probs or not 0 <= epsilon < 1:
        raise ValueError


def ranked(probs):
    """Most probable first."""
    return sorted(probs, key=lambda pair: -pair[1])


def divided_by_the_sum(pairs):
    total = sum(probability for _, probability in pairs)
    return [(token, probability / total) for token, probability in pairs]


@mistake(
    of="epsilon_filter",
    caught_by="test_renormalises_as_in_the_table",
    ja="残した確率を合計 1 に直していません。捨てた分だけ合計が 1 より小さくなっています。",
    en="The kept probabilities are not renormalised: what was dropped is still missing from the sum.",
)
def does_not_renormalise(probs, epsilon):
    refuse(probs, epsilon)
    return [pair for pair in ranked(probs) if pair[1] >= epsilon] or ranked(probs)[:1]


@mistake(
    of="epsilon_filter",
    caught_by="test_a_token_of_exactly_epsilon_stays",
    ja="確率がちょうど epsilon のトークンを捨てています。捨てるのは epsilon より「小さい」ものだけです。",
    en="A token of exactly epsilon is dropped. Only what is below epsilon goes.",
)
def drops_exactly_epsilon(probs, epsilon):
    refuse(probs, epsilon)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] > epsilon] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_the_best_token_stays_if_none_reaches_epsilon",
    ja="どの確率も epsilon に届かないと、1 つもトークンが残りません。そのときは最も確率の高い 1 つを残してください。",
    en="If no probability reaches epsilon, no token is left. Keep the most probable one in that case.",
)
def may_keep_nothing(probs, epsilon):
    refuse(probs, epsilon)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= epsilon])


@mistake(
    of="epsilon_filter",
    caught_by="test_the_best_token_stays_if_none_reaches_epsilon",
    ja="どの確率も epsilon に届かないとき、全部を残しています。残すのは最も確率の高い 1 つだけです。",
    en="If no probability reaches epsilon, everything is kept. Only the most probable token should stay.",
)
def keeps_all_if_none_reaches(probs, epsilon):
    refuse(probs, epsilon)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= epsilon] or ranked(probs))


@mistake(
    of="epsilon_filter",
    caught_by="test_the_best_token_stays_wherever_it_stands",
    ja="どの確率も epsilon に届かないとき、リストの先頭のトークンを残しています。先頭が最も確率の高いものとは限りません。",
    en="If no probability reaches epsilon, the first token of the list is kept. The first need not be the most probable.",
)
def falls_back_on_the_first(probs, epsilon):
    refuse(probs, epsilon)
    return divided_by_the_sum(ranked([pair for pair in probs if pair[1] >= epsilon]) or probs[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_epsilon_005_drops_into_flames_and_darkness",
    ja="下限が「最も高い確率の epsilon 倍」になっています（それは min-p という別の方法です）。epsilon は確率そのものと比べます。",
    en="The floor is epsilon times the highest probability (that is another method, min-p). Compare epsilon with the probabilities themselves.",
)
def takes_epsilon_of_the_best(probs, epsilon):
    refuse(probs, epsilon)
    best = ranked(probs)
    return divided_by_the_sum([pair for pair in best if pair[1] >= epsilon * best[0][1]])


@mistake(
    of="epsilon_filter",
    caught_by="test_epsilon_005_drops_into_flames_and_darkness",
    ja="確率の低いほうから足した合計を epsilon と比べています（それは top-p の考え方です）。1 つ 1 つの確率と比べてください。",
    en="The sum of the lowest probabilities is compared with epsilon (that is top-p's idea). Compare each probability on its own.",
)
def adds_up_the_tail(probs, epsilon):
    refuse(probs, epsilon)
    kept, tail = ranked(probs), 0.0
    while len(kept) > 1 and tail + kept[-1][1] < epsilon - 1e-12:
        tail += kept.pop()[1]
    return divided_by_the_sum(kept)


@mistake(
    of="epsilon_filter",
    caught_by="test_agrees_with_the_warper_of_transformers",
    ja="残すトークンは合っていますが、与えられた順のまま返しています。確率の高い順に返してください。",
    en="The right tokens are kept, but in the order given. Return them most probable first.",
)
def keeps_the_order_given(probs, epsilon):
    refuse(probs, epsilon)
    return divided_by_the_sum([pair for pair in probs if pair[1] >= epsilon] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_epsilon_0_drops_nothing",
    ja="epsilon = 0 に ValueError を出しています。0 は「何も捨てない」という意味の、使える値です。",
    en="Epsilon = 0 raises ValueError. It is a value that makes sense: nothing is dropped.",
)
def refuses_epsilon_0(probs, epsilon):
    if epsilon == 0:
        raise ValueError
    refuse(probs, epsilon)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= epsilon] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_refuses_epsilon_outside_0_to_1",
    ja="範囲外の epsilon をそのまま計算しています。0 <= epsilon < 1 でなければ ValueError を出してください。",
    en="An epsilon outside [0, 1) is computed with. Raise ValueError unless 0 <= epsilon < 1.",
)
def accepts_any_epsilon(probs, epsilon):
    refuse(probs, 0.5)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= epsilon] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_refuses_epsilon_outside_0_to_1",
    ja="epsilon = 1 に ValueError を出していません。使えるのは 0 以上 1 「未満」です。",
    en="Epsilon = 1 does not raise ValueError. It has to be at least 0 and below 1.",
)
def accepts_epsilon_1(probs, epsilon):
    refuse(probs, epsilon if epsilon != 1 else 0.5)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= epsilon] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_refuses_an_empty_list",
    ja="空のリストに ValueError を出していません。計算を始める前に確かめてください。",
    en="An empty list does not raise ValueError. Check for it before computing.",
)
def accepts_an_empty_list(probs, epsilon):
    refuse(True, epsilon)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= epsilon] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_the_best_token_stays_wherever_it_stands",
    ja="どの確率も epsilon に届かないとき、最も確率の高いものを全部残しています。残すのは、そのうちの 1 つだけです。",
    en="Where no probability reaches epsilon, all tokens of the highest probability are kept. Only one of them stays.",
)
def keeps_all_that_tie_for_the_best(probs, epsilon):
    refuse(probs, epsilon)
    highest = ranked(probs)[0][1]
    kept = [pair for pair in ranked(probs) if pair[1] >= epsilon]
    return divided_by_the_sum(kept or [pair for pair in probs if pair[1] == highest])


@mistake(
    of="epsilon_filter",
    caught_by="test_the_best_token_stays_wherever_it_stands",
    ja="どの確率も epsilon に届かないとき、もとの確率のまま返しています。1 つだけ残るので、その確率は 1 です。",
    en="Where no probability reaches epsilon, the token comes back with its old probability. It is alone, so its probability is 1.",
)
def leaves_the_last_one_as_it_was(probs, epsilon):
    refuse(probs, epsilon)
    kept = [pair for pair in ranked(probs) if pair[1] >= epsilon]
    return divided_by_the_sum(kept) if kept else ranked(probs)[:1]


@mistake(
    of="epsilon_filter",
    caught_by="test_agrees_with_the_warper_of_transformers",
    ja="epsilon を小数第 2 位に丸めて使っています。渡された値のまま比べてください。",
    en="Epsilon is rounded to two decimals. Compare with the very value that is passed.",
)
def rounds_epsilon(probs, epsilon):
    refuse(probs, epsilon)
    return divided_by_the_sum([pair for pair in ranked(probs) if pair[1] >= round(epsilon, 2)] or ranked(probs)[:1])


@mistake(
    of="epsilon_filter",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストそのものを並べ替えています。呼んだ側の表の順が変わってしまうので、並べ替えた新しいリストを使ってください。",
    en="The list that was passed is itself sorted, which changes the caller's table. Work on a sorted copy.",
)
def sorts_in_place(probs, epsilon):
    refuse(probs, epsilon)
    probs.sort(key=lambda pair: -pair[1])
    return divided_by_the_sum([pair for pair in probs if pair[1] >= epsilon] or probs[:1])
