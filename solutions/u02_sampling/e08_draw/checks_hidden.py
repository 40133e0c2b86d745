"""Hidden checks of sampling/draw."""

import functools
import itertools
import math
import operator

import pytest

from autograder.checks import (
    different_seeds,
    fail,
    points,
    read_text,
    read_texts,
    require,
    require_raises,
    require_seeded,
    unchanging,
)

EDGE = 2e-5


def word(index):
    """A token like those of a model: many begin with a space, some end in a line break."""
    return f"{' ' if index % 2 else ''}t{index}{chr(10) if index % 5 == 4 else ''}"


def distribution(rng, size, n_zeros=0):
    """A random distribution in random order, `n_zeros` of its tokens with probability 0."""
    weights = [rank + 1 + rng.random() for rank in range(size)] + [0.0] * n_zeros
    rng.shuffle(weights)
    total = math.fsum(weights)
    return [(word(index), weight / total) for index, weight in enumerate(weights)]


def require_token(token, expected, *, ja, en):
    """The very token expected; `ja` and `en` say what to look at otherwise."""
    require(
        read_text(token, "draw") == expected,
        ja=f"draw: この u で選ばれるはずのものとは違うトークンが返りました。{ja}",
        en=f"draw: another token came back than the one that this u draws. {en}",
    )


@points(2)
def test_every_u_draws_its_token(student, rng):
    """順序がばらばらな分布でも、与えられた順の累積で正しいトークンが選ばれます。

    In random order, too, the right token is drawn, by running sums in the order given.
    """
    for size in range(1, 13):
        probs = distribution(rng, size)
        start = 0.0
        for token, probability in probs:
            # farther from the edges than the rounding of sums, nearer than any u that is not quite the one passed
            for u in (start + EDGE, start + probability * rng.uniform(0.1, 0.9), start + probability - EDGE):
                require_token(
                    student.draw(probs, u),
                    token,
                    ja="並べ替えずに、与えられた順に確率を足してください。u は丸めません。",
                    en="Add the probabilities in the order given, without sorting. Do not round u.",
                )
            start += probability


@points(1)
def test_probability_0_is_never_drawn(student, rng):
    """確率 0 のトークンは、先頭にあっても、u がちょうど境目でも、選ばれません。

    A token of probability 0 is not drawn, not even in front or by a u exactly at a boundary.
    """
    probs = [("z0", 0.0), ("t0", 0.25), ("z1", 0.0), ("z2", 0.0), ("t1", 0.5), ("t2", 0.25), ("z3", 0.0)]
    for u, token in [(0.0, "t0"), (0.25, "t1"), (0.75, "t2"), (rng.uniform(0.8, 0.99), "t2"), (1 - 2**-20, "t2")]:
        require_token(
            student.draw(probs, u),
            token,
            ja="累積が u を「超える」最初のトークンを選ぶと、確率 0 のトークンは選ばれません。",
            en="The first token at which the sum exceeds u never has probability 0.",
        )


@points(1)
@pytest.mark.parametrize("n_zeros", [0, 2])
def test_a_sum_just_below_1_still_gives_a_token(student, n_zeros):
    """丸めで合計が 1 に少し足りなくても、最後の、確率が 0 でないトークンが選ばれます。

    Even if rounding leaves the sum just short of 1, the last token with a probability is drawn.
    """
    probs = [("t0", 0.5), ("t1", 0.25), ("t2", 0.2499995), *((f"z{index}", 0.0) for index in range(n_zeros))]
    require_token(
        student.draw(probs, 0.9999999),
        "t2",
        ja="どの累積も u を超えないことがあります。そのときは、確率が 0 でない最後のトークンを返してください。",
        en="It may happen that no sum exceeds u. Return the last token with a probability above 0 in that case.",
    )


@points(2)
def test_many_draws_follow_the_probabilities(student, rng):
    """draw_many の結果は、その分布から独立に選ばれたものです。

    The tokens of draw_many are independent draws from the distribution.
    """
    from autograder.stats import ALPHA, Repeated, weigh_draws

    # No token has much of the mass, and the last one less than a hundredth: a hidden top_p of 0.99 drops it.
    masses = (0.04, 0.2, 0.0, 0.22, 0.1, 0.14, 0.13, 0.13, 0.032, 0.008)
    shares = [(f"t{index}", mass) for index, mass in enumerate(masses)]
    last = shares.pop()  # the last one stays last
    rng.shuffle(shares)
    probs = [*shares, last]
    weights = [math.exp(probability) for _, probability in probs]
    alternatives = {
        "chooses_uniformly": [(token, 1.0) for token, _ in probs],
        "puts_a_softmax_on_top": [(token, weight) for (token, _), weight in zip(probs, weights, strict=True)],
        "never_draws_the_last": probs[:-1],
        "takes_the_most_probable": [("t3", 1.0)],
        "repeats_one_draw": Repeated(),
    }
    evidence = []
    # Several seeds tell one token again and again from the most probable one; so many draws tell u from u ** 1.1.
    for _ in range(6):
        draws = read_texts(student.draw_many(probs, 3000, rng.randrange(2**31)), "draw_many", length=3000)
        evidence.append(weigh_draws(draws, probs, alternatives=alternatives))
    judged = functools.reduce(operator.add, evidence).judge()
    if judged.failed:
        fail(
            ja=f"draw_many: この分布から独立に選んだのなら、まず出ない結果でした（正しい答えがこうなる確率は {ALPHA:g} 以下です）。"
            "1 個ごとに新しい乱数を使い、確率どおりに選んでいるか確かめてください。",
            en=f"draw_many: independent draws from this distribution hardly ever look like this (a right answer does with probability at most {ALPHA:g}). "
            "Check that every token is drawn with a new random number, and with its probability.",
            mistake=judged.alternative,
        )


@points(1)
def test_every_seed_counts_and_0_is_a_seed(student, rng):
    """seed = 0 でも結果は 1 つに決まり、ほかの seed の結果とは違います。

    Seed 0, too, has one result, and it is not that of another seed.
    """
    from autograder.stats import Copy, judge_draws

    probs = distribution(rng, 8)

    def many(seed):
        return read_texts(student.draw_many(probs, 80, seed), "draw_many", length=80)

    drawn = {
        seed: require_seeded(
            many,
            seed,
            other,
            where="draw_many",
            mistake="takes_seed_0_for_none" if seed == 0 else "never_sets_the_seed",
        )
        for seed, other in ((rng.randrange(1, 2**31), 0), (0, rng.randrange(1, 2**31)))
    }
    first, other = drawn.values()
    judged = judge_draws(other, probs, alternatives={"fixes_another_seed": Copy(tuple(first))})
    require(
        not (judged.failed and first == other),
        ja="draw_many: 違う seed で、同じ結果になりました。引数の seed を使ってください。",
        en="draw_many: different seeds gave the same result. Use the argument seed.",
        mistake="fixes_another_seed" if len(set(first)) > 1 else None,
    )
    # Honest results are equal with a probability far below 1e-6.
    others = [tuple(many(seed)) for seed in {*different_seeds(rng), *rng.sample(range(2**31), 30)}]
    require(
        len(set(others)) == len(others) or len(set(first)) == 1,
        ja=f"draw_many: {len(others)} 個の違う seed で呼んだのに、違う結果は {len(set(others))} 通りでした。seed を切り詰めずに、そのまま使ってください。",
        en=f"draw_many: {len(others)} different seeds gave only {len(set(others))} different results. Use the seed as it is, without cutting it down.",
    )


@points(1)
def test_refuses_fewer_than_1_draw(student, rng):
    """n が 1 なら 1 個を返し、1 より小さければ ValueError を出します。

    One draw is fine; an n below 1 raises ValueError.
    """
    probs = distribution(rng, 4)
    read_texts(student.draw_many(probs, 1, 5), "draw_many", length=1)
    for n in (0, -3):
        require_raises(ValueError, student.draw_many, probs, n, 5)


@points(1)
@pytest.mark.parametrize("u", [1.0, 1.5, -1e-3])
def test_refuses_an_empty_list_and_other_values_of_u(student, rng, u):
    """空のリストには、どちらの関数も ValueError を出します。範囲を少しだけ外れた u も同じです。

    Both functions raise ValueError for an empty list, and draw does for any u out of range.
    """
    require_raises(ValueError, student.draw, distribution(rng, 4), u)
    require_raises(ValueError, student.draw, [], 0.5)
    require_raises(ValueError, student.draw_many, [], 3, 5)


@points(0.5)
def test_tokens_come_in_the_order_drawn(student, rng):
    """draw_many のリストは、選んだ順に並んでいます。

    The tokens of draw_many come in the order in which they were drawn.
    """
    tokens = read_texts(student.draw_many(distribution(rng, 8), 200, rng.randrange(2**31)), "draw_many", length=200)
    n_blocks = 1 + sum(one != other for one, other in itertools.pairwise(tokens))
    # Of independent draws hardly any have equal tokens side by side in one block each, unless there is but one token.
    require(
        n_blocks > len(set(tokens)) or len(set(tokens)) == 1,
        ja="draw_many: 同じトークンがひとかたまりに並んでいます。種類ごとにまとめたり並べ替えたりせず、選んだ順のまま返してください。",
        en="draw_many: equal tokens stand side by side in one block each. Return the tokens in the order drawn, neither sorted nor grouped.",
        mistake="sorts_what_it_drew" if tokens == sorted(tokens) else None,
    )


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The list that is passed stays as it was.
    """
    asked = unchanging(student)
    probs = distribution(rng, 5, n_zeros=2)
    read_text(asked.draw(probs, 0.5), "draw")
    read_texts(asked.draw_many(probs, 6, 3), "draw_many", length=6)
