"""Hidden checks of sampling/min_p."""

import math

import pytest

from autograder.checks import ROUNDING, fail, points, read_floats, read_probs, require, require_raises, unchanging

EDGE = 1e-4  # this share of a probability lies between it and the floor: more than float32 rounds, even of a score


def word(index):
    """A token like those of a model: many begin with a space, some end in a line break."""
    return f"{' ' if index % 2 else ''}t{index}{chr(10) if index % 5 == 4 else ''}"


def distribution(rng, size):
    """A random distribution over `size` tokens in random order, no two probabilities close to each other."""
    steps = [rank + 1 + rng.random() / 2 for rank in range(size)]
    rng.shuffle(steps)
    total = math.fsum(steps)
    return [(word(index), step / total) for index, step in enumerate(steps)]


def share_between(rng, weights):
    """A min_p in (0, 1) such that the floor lies just above a weight, just below the next one or halfway, or below all of them."""
    ranked = [0.0, *sorted(weights)]
    n_below = rng.randrange(len(ranked) - 1)
    below, above = ranked[n_below : n_below + 2]
    return rng.choice([below * (1 + EDGE), (below + above) / 2, above * (1 - EDGE)]) / ranked[-1]


def require_same(kept, expected):
    """Same tokens in the same order, same probabilities."""
    tokens, wanted = [token for token, _ in kept], [token for token, _ in expected]
    if len(tokens) != len(wanted):
        fail(
            ja=f"min_p_filter: {len(wanted)} 個のトークンが残るはずですが、{len(tokens)} 個でした。"
            "もとの確率が「最も高い確率の min_p 倍」以上のものを残してください。",
            en=f"min_p_filter: expected {len(wanted)} tokens, got {len(tokens)}. "
            "Keep those whose original probability is at least min_p times the highest one.",
        )
    require(
        set(tokens) == set(wanted),
        ja="min_p_filter: 残すトークンが違います。1 つ 1 つのもとの確率を下限と比べてください。",
        en="min_p_filter: the wrong tokens are kept. Compare each original probability with the floor.",
    )
    require(
        tokens == wanted,
        ja="min_p_filter: トークンの順が違います。確率の高い順に返してください。",
        en="min_p_filter: the tokens come in the wrong order. Return them most probable first.",
    )
    worst = max(abs(a - b) for (_, a), (_, b) in zip(kept, expected, strict=True))
    require(
        worst <= ROUNDING,
        ja=f"min_p_filter: 確率が最大 {worst:.2g} ずれています。残した確率を、その合計で割ってください。",
        en=f"min_p_filter: probabilities are off by up to {worst:.2g}. Divide the kept ones by their sum.",
    )


def require_same_numbers(found, expected, tolerance=ROUNDING):
    """The same entries dropped to exactly 0, the others equal up to what float32 rounds, or `tolerance`."""
    numbers = read_floats(found, "min_p_softmax", length=len(expected))
    dropped = [number == 0 for number in numbers]
    require(
        dropped == [number == 0 for number in expected],
        ja=f"min_p_softmax: 残るのは {sum(number > 0 for number in expected)} 個のはずですが、{len(dropped) - sum(dropped)} 個か、違う場所でした。"
        "温度で割ったあとの確率を下限と比べ、届かないところをちょうど 0 にしてください。",
        en=f"min_p_softmax: expected {sum(number > 0 for number in expected)} entries to stay, but {len(dropped) - sum(dropped)} do, or others. "
        "Compare the probabilities after the temperature with the floor, and set what falls short to exactly 0.",
    )
    worst = max(abs(a - b) for a, b in zip(numbers, expected, strict=True))
    require(
        worst <= tolerance,
        ja=f"min_p_softmax: 確率が最大 {worst:.2g} ずれています。絞ったあとに、残った確率の合計で割ってください。",
        en=f"min_p_softmax: probabilities are off by up to {worst:.2g}. After the cut, divide by the sum of what stays.",
    )


@points(2)
def test_agrees_with_the_warper_of_transformers(student, rng):
    """順序がばらばらな分布でも、transformers の MinPLogitsWarper と同じトークンが残ります。

    In random order, too, the same tokens remain as with transformers' MinPLogitsWarper.
    """
    import torch
    from transformers import MinPLogitsWarper

    for size in (*range(2, 18), 100):
        probs = distribution(rng, size)
        min_p = share_between(rng, [probability for _, probability in probs])
        scores = torch.tensor([[math.log(probability) for _, probability in probs]], dtype=torch.float64)
        warped = MinPLogitsWarper(min_p)(torch.zeros(1, 1, dtype=torch.long), scores)[0]
        pairs = zip([token for token, _ in probs], torch.softmax(warped, dim=0).tolist(), strict=True)
        expected = sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: -pair[1])
        require_same(read_probs(student.min_p_filter(probs, min_p), "min_p_filter"), expected)


@points(1)
def test_0_drops_nothing_and_1_keeps_the_best(student, rng):
    """min_p = 0 では何も捨てず、min_p = 1 では最も確率の高いトークンだけ（同じ確率のものは全部）が残ります。

    Min_p = 0 drops nothing, min_p = 1 keeps the most probable token alone, with those of the same probability.
    """
    probs = distribution(rng, 120)
    ranked = sorted(probs, key=lambda pair: -pair[1])
    require_same(read_probs(student.min_p_filter(probs, 0.0), "min_p_filter"), ranked)
    require_same(read_probs(student.min_p_filter(probs, 1.0), "min_p_filter"), [(ranked[0][0], 1.0)])
    scores = [math.log(probability) for _, probability in probs]
    require_same_numbers(student.min_p_softmax(scores, 1.0, 0.0), [probability for _, probability in probs])
    only = [float(pair == ranked[0]) for pair in probs]
    require_same_numbers(student.min_p_softmax(scores, 1.0, 1.0), only)
    tied = [("t1", 0.375), ("t2", 0.375), ("t3", 0.25)]
    kept = read_probs(student.min_p_filter(rng.sample(tied, len(tied)), 1.0), "min_p_filter")
    require_same(sorted(kept), [("t1", 0.5), ("t2", 0.5)])


@points(1)
def test_a_token_of_exactly_the_floor_stays(student, rng):
    """確率がちょうど下限のトークンは残り、確率の等しいトークンも失われません。

    A token of exactly the floor stays, and none of several tokens of equal probability is lost.
    """
    # powers of 2, whose products are exact in every float type
    for n_kept, min_p in ((2, 0.5), (3, 0.25), (5, 0.125)):
        halves = [("t1", 0.5), ("t2", 0.25), ("t3", 0.125), ("t4", 0.0625), ("t5", 0.0625)]
        expected = halves[:n_kept]
        mass = math.fsum(probability for _, probability in expected)
        kept = read_probs(student.min_p_filter(rng.sample(halves, len(halves)), min_p), "min_p_filter")
        require_same(sorted(kept), [(token, probability / mass) for token, probability in expected])


@points(2)
def test_scores_agree_with_the_warpers_of_transformers(student, rng):
    """スコアからも、温度、min-p の順にかけた transformers と同じ確率になります。

    Scores, too, give the probabilities of transformers, which applies the temperature and then min-p.
    """
    import torch
    from transformers import MinPLogitsWarper, TemperatureLogitsWarper

    for temperature in (0.5, 0.8, 1.25, 1.9, 3.0):
        # multiples of 1/64, which float32 holds exactly
        scores = [(26 * rank + rng.randrange(13) - 64) / 64 for rank in range(rng.randint(8, 16))]
        rng.shuffle(scores)
        best = max(scores)
        min_p = share_between(rng, [math.exp((score - best) / temperature) for score in scores])
        warped = torch.tensor([scores], dtype=torch.float64)
        for warper in (TemperatureLogitsWarper(temperature), MinPLogitsWarper(min_p)):
            warped = warper(torch.zeros(1, 1, dtype=torch.long), warped)
        expected = torch.softmax(warped[0], dim=0).tolist()
        require_same_numbers(student.min_p_softmax(scores, temperature, min_p), expected)


@points(1)
@pytest.mark.parametrize("shift", [1e4, -1e4], ids=["large", "small"])
def test_survives_large_scores(student, shift):
    """スコアが 1e4 や -1e4 ほどでも、あふれません。

    Scores around 1e4 and -1e4 do not overflow.
    """
    # multiples of 1/64 and a temperature of 2, so that float32 holds every score and quotient exactly
    scores = [shift + above for above in (1.0, -0.25, -1.75, -20.0)]
    ratios = [1.0, math.exp(-0.625), math.exp(-1.375), 0.0]
    expected = [ratio / math.fsum(ratios) for ratio in ratios]
    # the logarithm of a sum, subtracted at last, is a float32 of the size of the scores
    require_same_numbers(student.min_p_softmax(scores, 2.0, 0.2), expected, tolerance=2.5e-7 * 1e4)


@points(1)
def test_refuses_arguments_that_make_no_sense(student, rng):
    """空のリストと、0 以下の温度、わずかに範囲を外れた min_p には ValueError を出します。

    Empty lists, a temperature of 0 or less, and a min_p only a little outside its range raise ValueError.
    """
    require_raises(ValueError, student.min_p_filter, [], 0.1)
    require_raises(ValueError, student.min_p_softmax, [], 1.0, 0.1)
    for temperature in (0.0, -0.5):
        require_raises(ValueError, student.min_p_softmax, [0.5, 1.5], temperature, 0.1)
    for min_p in (-1e-3, 1.001):
        require_raises(ValueError, student.min_p_filter, distribution(rng, 5), min_p)
        require_raises(ValueError, student.min_p_softmax, [0.5, 1.5], 1.0, min_p)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The lists that are passed stay as they were.
    """
    asked = unchanging(student)
    read_probs(asked.min_p_filter(distribution(rng, 6), 0.5), "min_p_filter")
    read_floats(asked.min_p_softmax([0.5, 2.0, -1.0, 1.5], 2.0, 0.5), "min_p_softmax", length=4)
