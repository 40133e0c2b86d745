"""Hidden checks of sampling/epsilon."""

import math

import pytest

from autograder.checks import ROUNDING, fail, points, read_probs, require, require_raises, unchanging

EDGE = 1e-4  # this share of a probability lies between it and the floor: more than float32 rounds, even of a logarithm


def word(index):
    """A token like those of a model: many begin with a space, some end in a line break."""
    return f"{' ' if index % 2 else ''}t{index}{chr(10) if index % 5 == 4 else ''}"


def distribution(rng, size):
    """A random distribution over `size` tokens in random order, no two probabilities close to each other."""
    steps = [rank + 1 + rng.random() / 2 for rank in range(size)]
    rng.shuffle(steps)
    total = math.fsum(steps)
    return [(word(index), step / total) for index, step in enumerate(steps)]


def floor_between(rng, probs):
    """An epsilon just above a probability, just below the next one or halfway, or below or above all of them."""
    ranked = [0.0, *sorted(probability for _, probability in probs)]
    n_below = rng.randrange(len(ranked))
    above = ranked[n_below + 1] if n_below + 1 < len(ranked) else (ranked[-1] + 1) / 2
    return rng.choice(
        [max(ranked[n_below], EDGE * above) * (1 + EDGE), (ranked[n_below] + above) / 2, above * (1 - EDGE)]
    )


def require_same(kept, expected):
    """Same tokens in the same order, same probabilities."""
    tokens, wanted = [token for token, _ in kept], [token for token, _ in expected]
    if len(tokens) != len(wanted):
        fail(
            ja=f"epsilon_filter: {len(wanted)} 個のトークンが残るはずですが、{len(tokens)} 個でした。"
            "もとの確率が epsilon 以上のものを残してください。",
            en=f"epsilon_filter: expected {len(wanted)} tokens, got {len(tokens)}. "
            "Keep those whose original probability is at least epsilon.",
        )
    require(
        set(tokens) == set(wanted),
        ja="epsilon_filter: 残すトークンが違います。1 つ 1 つのもとの確率を epsilon と比べてください。",
        en="epsilon_filter: the wrong tokens are kept. Compare each original probability with epsilon.",
    )
    require(
        tokens == wanted,
        ja="epsilon_filter: トークンの順が違います。確率の高い順に返してください。",
        en="epsilon_filter: the tokens come in the wrong order. Return them most probable first.",
    )
    worst = max(abs(a - b) for (_, a), (_, b) in zip(kept, expected, strict=True))
    require(
        worst <= ROUNDING,
        ja=f"epsilon_filter: 確率が最大 {worst:.2g} ずれています。残した確率を、その合計で割ってください。",
        en=f"epsilon_filter: probabilities are off by up to {worst:.2g}. Divide the kept ones by their sum.",
    )


@points(2)
def test_agrees_with_the_warper_of_transformers(student, rng):
    """順序がばらばらな分布でも、transformers の EpsilonLogitsWarper と同じトークンが残ります。

    In random order, too, the same tokens remain as with transformers' EpsilonLogitsWarper.
    """
    import torch
    from transformers import EpsilonLogitsWarper

    for size in (*range(2, 22), 100):
        probs = distribution(rng, size)
        epsilon = floor_between(rng, probs)
        scores = torch.tensor([[math.log(probability) for _, probability in probs]], dtype=torch.float64)
        warped = EpsilonLogitsWarper(epsilon)(torch.zeros(1, 1, dtype=torch.long), scores)[0]
        pairs = zip([token for token, _ in probs], torch.softmax(warped, dim=0).tolist(), strict=True)
        expected = sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: -pair[1])
        require_same(read_probs(student.epsilon_filter(probs, epsilon), "epsilon_filter"), expected)


@points(1)
def test_the_best_token_stays_wherever_it_stands(student, rng):
    """epsilon がどの確率より大きくても、最も確率の高いトークンが 1 つだけ残ります。

    The most probable token alone stays if epsilon is above all probabilities.
    """
    for size in (1, 5, 12):
        probs = distribution(rng, size)
        best = max(probs, key=lambda pair: pair[1])[0]
        require_same(read_probs(student.epsilon_filter(probs, 0.99), "epsilon_filter"), [(best, 1.0)])
    tied = [("t1", 0.375), ("t2", 0.375), ("t3", 0.25)]
    kept = read_probs(student.epsilon_filter(rng.sample(tied, len(tied)), 0.5), "epsilon_filter")
    require(
        len(kept) == 1 and kept[0][0] in {"t1", "t2"},
        ja=f"epsilon_filter: どの確率も epsilon に届かないとき、最も確率の高いトークンが 2 つあっても残すのは 1 つだけですが、{len(kept)} 個でした。",
        en=f"epsilon_filter: where no probability reaches epsilon a single token should stay, even if two share the highest probability; got {len(kept)}.",
    )


@points(1)
def test_epsilon_0_drops_nothing(student, rng):
    """epsilon = 0 では何も捨てません。

    Epsilon = 0 drops nothing.
    """
    for size in (14, 120):
        probs = distribution(rng, size)
        kept = read_probs(student.epsilon_filter(probs, 0.0), "epsilon_filter")
        require_same(kept, sorted(probs, key=lambda pair: -pair[1]))


@points(1)
@pytest.mark.parametrize("size", [2, 4, 16])
def test_a_token_of_exactly_epsilon_stays(student, size):
    """確率がちょうど epsilon のトークンは残り、確率の等しいトークンも失われません。

    A token of exactly epsilon stays, and none of several tokens of equal probability is lost.
    """
    probs = [(f"t{index}", 1 / size) for index in range(size)]
    kept = read_probs(student.epsilon_filter(probs, 1 / size), "epsilon_filter")
    require(
        sorted(token for token, _ in kept) == sorted(token for token, _ in probs),
        ja=f"epsilon_filter: どれも確率がちょうど epsilon の {size} 個のトークンは全部残るはずですが、{len(kept)} 個でした。",
        en=f"epsilon_filter: all {size} tokens, each of exactly epsilon, should stay, got {len(kept)} tokens.",
    )


@points(1)
@pytest.mark.parametrize("epsilon", [1.0, 1.5, -1e-3])
def test_refuses_other_values_of_epsilon(student, rng, epsilon):
    """1 以上の epsilon や、0 より少しだけ小さい epsilon にも ValueError を出します。

    An epsilon of 1 or more, or only a little below 0, raises ValueError as well.
    """
    require_raises(ValueError, student.epsilon_filter, distribution(rng, 5), epsilon)


@points(1)
def test_refuses_an_empty_list(student):
    """空のリストには ValueError を出します。

    An empty list raises ValueError.
    """
    require_raises(ValueError, student.epsilon_filter, [], 0.05)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The list that is passed stays as it was.
    """
    for epsilon in (0.1, 0.9):
        read_probs(unchanging(student).epsilon_filter(distribution(rng, 6), epsilon), "epsilon_filter")
