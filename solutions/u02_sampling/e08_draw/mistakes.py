"""Typical mistakes of sampling/draw."""

import math

from autograder.mistakes import mistake


def refuse(probs, u):
    """Raise ValueError for arguments that make no sense."""
    if not probs or not 0 <= u < 1:
        raise ValueError


def possible(probs):
    """The tokens that can be drawn at all."""
    return [token for token, probability in probs if probability > 0]


def along_the_sum(probs, u):
    """The right token."""
    mass = 0.0
    for token, probability in probs:
        mass += probability
        if u < mass:
            return token
    return possible(probs)[-1]


@mistake(
    of="draw",
    caught_by="test_a_boundary_belongs_to_the_next_token",
    ja="u がちょうど累積に等しいとき、手前のトークンを返しています。u = 0 のときに確率 0 のトークンが選ばれる原因にもなります。",
    en="When u equals a running sum, the token before the boundary comes back. That is also how u = 0 comes to draw a token of probability 0.",
)
def gives_the_boundary_to_the_token_before(probs, u):
    refuse(probs, u)
    mass = 0.0
    for token, probability in probs:
        mass += probability
        if u <= mass:
            return token
    return possible(probs)[-1]


@mistake(
    of="draw",
    caught_by="test_every_u_draws_its_token",
    ja="確率の順に並べ替えてから足しています。この関数は、与えられた順のまま足します。",
    en="The pairs are sorted by probability before adding up. This function adds in the order given.",
)
def sorts_first(probs, u):
    refuse(probs, u)
    return along_the_sum(sorted(probs, key=lambda pair: -pair[1]), u)


@mistake(
    of="draw",
    caught_by="test_the_token_is_where_the_running_sum_passes_u",
    ja="u を、累積ではなく 1 つ 1 つの確率と比べています。確率を足しながら比べてください。",
    en="u is compared with each probability on its own, not with the running sum. Add up as you go.",
)
def compares_single_probabilities(probs, u):
    refuse(probs, u)
    return next((token for token, probability in probs if u < probability), possible(probs)[-1])


@mistake(
    of="draw",
    caught_by="test_the_token_is_where_the_running_sum_passes_u",
    ja="u からリストの位置を決めています。これではどのトークンも同じ確率で選ばれます。",
    en="u is turned into a position in the list. That draws every token with the same probability.",
)
def takes_u_for_a_position(probs, u):
    refuse(probs, u)
    return probs[int(u * len(probs))][0]


@mistake(
    of="draw",
    caught_by="test_the_token_is_where_the_running_sum_passes_u",
    ja="u にかかわらず、最も確率の高いトークンを返しています（それは greedy です）。",
    en="Whatever u is, the most probable token comes back (that is greedy).",
)
def ignores_u(probs, u):
    refuse(probs, u)
    return max(probs, key=lambda pair: pair[1])[0]


@mistake(
    of="draw",
    caught_by="test_a_sum_just_below_1_still_gives_a_token",
    ja="累積が最後まで u を超えないとき、何も返していません。丸めで合計が 1 に少し足りないことがあります。",
    en="If no running sum exceeds u, nothing comes back. Rounding may leave the sum just short of 1.",
)
def falls_off_the_end(probs, u):
    refuse(probs, u)
    mass = 0.0
    for token, probability in probs:
        mass += probability
        if u < mass:
            return token
    return None


@mistake(
    of="draw",
    caught_by="test_a_sum_just_below_1_still_gives_a_token",
    ja="累積が最後まで u を超えないとき、リストの最後のトークンを返しています。そのトークンの確率は 0 かもしれません。",
    en="If no running sum exceeds u, the last token of the list comes back. Its probability may be 0.",
)
def falls_back_on_the_last(probs, u):
    refuse(probs, u)
    mass = 0.0
    for token, probability in probs:
        mass += probability
        if u < mass:
            return token
    return probs[-1][0]


@mistake(
    of="draw",
    caught_by="test_refuses_u_outside_0_to_1",
    ja="範囲外の u をそのまま使っています。0 <= u < 1 でなければ ValueError を出してください（1 は入りません）。",
    en="A u outside [0, 1) is used as it is. Raise ValueError unless 0 <= u < 1 (1 itself is out).",
)
def accepts_any_u(probs, u):
    refuse(probs, 0.5)
    return along_the_sum(probs, u)


@mistake(
    of="draw",
    caught_by="test_refuses_an_empty_list_and_other_values_of_u",
    ja="空のリストに ValueError を出していません。計算を始める前に確かめてください。",
    en="An empty list does not raise ValueError. Check for it before computing.",
)
def accepts_an_empty_list(probs, u):
    refuse(True, u)
    return along_the_sum(probs, u)


@mistake(
    of="draw_many",
    caught_by="test_many_draws_follow_the_probabilities",
    ja="n 個とも同じトークンになっています。1 個ごとに seed に戻すか、1 つの乱数を使い回すと、そうなります。",
    en="All n tokens are the same. That happens when you go back to the seed before every draw, or use one random number for all.",
)
def repeats_one_draw(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    return [draw(probs, random.Random(seed).random()) for _ in range(n)]


@mistake(
    of="draw_many",
    caught_by="test_many_draws_follow_the_probabilities",
    ja="どのトークンも同じ確率で選ばれています。確率を重みとして使ってください。",
    en="Every token is drawn with the same probability. Use the probabilities as weights.",
)
def chooses_uniformly(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    return random.Random(seed).choices([token for token, _ in probs], k=n)


@mistake(
    of="draw_many",
    caught_by="test_many_draws_follow_the_probabilities",
    ja="確率にもう一度 softmax をかけています。渡されるのはすでに確率なので、そのまま使ってください。",
    en="A softmax is put on top of the probabilities. They are probabilities already; use them as they are.",
)
def puts_a_softmax_on_top(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    weights = [math.exp(probability) for _, probability in probs]
    return random.Random(seed).choices([token for token, _ in probs], weights, k=n)


@mistake(
    of="draw_many",
    caught_by="test_many_draws_follow_the_probabilities",
    ja="リストの最後のトークンが一度も選ばれません。リストの端の扱いを確かめてください。",
    en="The last token of the list is never drawn. Look at how the end of the list is handled.",
)
def never_draws_the_last(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    kept = probs[:-1] or probs
    return random.Random(seed).choices([token for token, _ in kept], [weight for _, weight in kept], k=n)


@mistake(
    of="draw_many",
    caught_by="test_many_draws_follow_the_probabilities",
    ja="いつも最も確率の高いトークンを返しています（それは greedy です）。確率にしたがって選んでください。",
    en="The most probable token comes back every time (that is greedy). Draw according to the probabilities.",
)
def takes_the_most_probable(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    return [max(probs, key=lambda pair: pair[1])[0]] * n


@mistake(
    of="draw_many",
    caught_by="test_one_seed_one_result",
    ja="引数の seed で乱数を固定していません。呼ぶたびに違う結果になります。",
    en="The random numbers are not fixed by the argument seed, so every call gives another result.",
)
def never_sets_the_seed(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    return [draw(probs, random.random()) for _ in range(n)]


@mistake(
    of="draw_many",
    caught_by="test_one_seed_one_result",
    ja="乱数を、引数の seed ではなく決まった数で固定しています。どの seed でも同じ結果になります。",
    en="The random numbers are fixed by a constant, not by the argument seed: every seed gives the same result.",
)
def fixes_another_seed(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    generator = random.Random(0)
    return [draw(probs, generator.random()) for _ in range(n)]


@mistake(
    of="draw_many",
    caught_by="test_every_seed_counts_and_0_is_a_seed",
    ja="seed = 0 のときだけ乱数が固定されていません。`if seed:` は 0 を「なし」と読みます。",
    en="With seed = 0 the random numbers are not fixed. `if seed:` reads 0 as nothing.",
)
def takes_seed_0_for_none(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    generator = random.Random(seed) if seed else random.Random()
    return [draw(probs, generator.random()) for _ in range(n)]


@mistake(
    of="draw_many",
    caught_by="test_refuses_fewer_than_1_draw",
    ja="1 より小さい n に ValueError を出していません。",
    en="An n below 1 does not raise ValueError.",
)
def accepts_n_0(probs, n, seed):
    refuse(probs, 0)
    generator = random.Random(seed)
    return [draw(probs, generator.random()) for _ in range(n)]


@mistake(
    of="draw",
    caught_by="test_a_sum_just_below_1_still_gives_a_token",
    ja="合計がちょうど 1 でない表を断っています。丸めで 1e-6 ほどずれた合計は、正しい表です。",
    en="A table whose sum is not exactly 1 is refused. A sum that rounding has moved by 1e-6 is in order.",
)
def insists_on_a_sum_of_1(probs, u):
    refuse(probs, u)
    if abs(sum(probability for _, probability in probs) - 1) > 1e-9:
        raise ValueError
    return along_the_sum(probs, u)


@mistake(
    of="draw_many",
    caught_by="test_tokens_come_in_the_order_drawn",
    ja="選んだトークンを並べ替えて返しています。選んだ順のまま返してください。",
    en="The drawn tokens come back sorted. Return them in the order drawn.",
)
def sorts_what_it_drew(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    generator = random.Random(seed)
    return sorted(draw(probs, generator.random()) for _ in range(n))


@mistake(
    of="draw_many",
    caught_by="test_refuses_an_empty_list_and_other_values_of_u",
    ja="空の表に対して、空のリストを返しています。選べるトークンがないので、ValueError を出してください。",
    en="An empty table gives an empty list. There is nothing to draw from: raise ValueError.",
)
def returns_nothing_for_nothing(probs, n, seed):
    if not probs:
        return []
    refuse(probs, 0 if n > 0 else -1)
    generator = random.Random(seed)
    return [draw(probs, generator.random()) for _ in range(n)]


@mistake(
    of="draw_many",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストから、確率 0 のトークンを取り除いています。呼んだ側の表が変わってしまうので、新しいリストを作ってください。",
    en="Tokens of probability 0 are removed from the very list that was passed, which changes the caller's table. Make a new list.",
)
def removes_zeros_in_place(probs, n, seed):
    refuse(probs, 0 if n > 0 else -1)
    probs[:] = [pair for pair in probs if pair[1] > 0]
    generator = random.Random(seed)
    return [draw(probs, generator.random()) for _ in range(n)]
