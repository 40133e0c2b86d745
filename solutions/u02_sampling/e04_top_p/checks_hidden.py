"""Hidden checks of sampling/top_p."""

import math

from autograder.checks import ROUNDING, fail, points, read_probs, require, require_raises, unchanging

EDGE = 2e-5  # farther from a running sum than float32 rounds, nearer than any p that is not quite the one passed


def word(index):
    """A token like those of a model: many begin with a space, some end in a line break."""
    return f"{' ' if index % 2 else ''}t{index}{chr(10) if index % 5 == 4 else ''}"


def distribution(rng, size):
    """A random distribution over `size` tokens in random order, no two probabilities close to each other."""
    weights = [1 + rng.random() / 2 for _ in range(size)]
    steps = [weight + rank for rank, weight in enumerate(weights)]
    rng.shuffle(steps)
    total = math.fsum(steps)
    return [(word(index), step / total) for index, step in enumerate(steps)]


def threshold(rng, probs):
    """A p just above a running sum, just below the next one or halfway; no rounding decides which token crosses it."""
    ranked = sorted((probability for _, probability in probs), reverse=True)
    n_below = rng.randrange(sum(probability > 4 * EDGE for probability in ranked))
    return math.fsum(ranked[:n_below]) + rng.choice([EDGE, ranked[n_below] / 2, ranked[n_below] - EDGE])


def require_same(kept, expected):
    """Same tokens in the same order, same probabilities."""
    tokens, wanted = [token for token, _ in kept], [token for token, _ in expected]
    if len(tokens) != len(wanted):
        fail(
            ja=f"top_p_filter: {len(wanted)} 個のトークンが残るはずですが、{len(tokens)} 個でした。"
            "累積が p に届く最初のトークンまでを残してください。",
            en=f"top_p_filter: expected {len(wanted)} tokens, got {len(tokens)}. "
            "Keep everything up to the first token at which the sum reaches p.",
        )
    require(
        set(tokens) == set(wanted),
        ja="top_p_filter: 残すトークンが違います。確率の高いものから順に選んでください。",
        en="top_p_filter: the wrong tokens are kept. Take the most probable ones first.",
    )
    require(
        tokens == wanted,
        ja="top_p_filter: トークンの順が違います。確率の高い順に返してください。",
        en="top_p_filter: the tokens come in the wrong order. Return them most probable first.",
    )
    worst = max(abs(a - b) for (_, a), (_, b) in zip(kept, expected, strict=True))
    require(
        worst <= ROUNDING,
        ja=f"top_p_filter: 確率が最大 {worst:.2g} ずれています。残した確率を、その合計で割ってください。",
        en=f"top_p_filter: probabilities are off by up to {worst:.2g}. Divide the kept ones by their sum.",
    )


@points(2)
def test_agrees_with_the_reference_on_random_distributions(student, reference, rng):
    """順序がばらばらなランダムな分布でも、正しい nucleus になります。

    Random distributions in random order give the right nucleus.
    """
    for size in (*(rng.randint(2, 40) for _ in range(20)), 120):
        probs = distribution(rng, size)
        p = threshold(rng, probs)
        require_same(
            read_probs(student.top_p_filter(probs, p), "top_p_filter"),
            reference.top_p_filter(probs, p),
        )


@points(1)
def test_agrees_with_the_warper_of_transformers(student, rng):
    """transformers の TopPLogitsWarper と同じトークンが残ります。

    The same tokens remain as with transformers' TopPLogitsWarper.
    """
    import torch
    from transformers import TopPLogitsWarper

    for _ in range(5):
        probs = distribution(rng, 30)
        p = threshold(rng, probs)
        scores = torch.tensor([[math.log(probability) for _, probability in probs]], dtype=torch.float64)
        warped = TopPLogitsWarper(top_p=p)(torch.zeros(1, 1, dtype=torch.long), scores)[0]
        pairs = zip([token for token, _ in probs], torch.softmax(warped, dim=0).tolist(), strict=True)
        expected = sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: -pair[1])
        require_same(read_probs(student.top_p_filter(probs, p), "top_p_filter"), expected)


@points(1)
def test_keeps_everything_at_p_1(student, rng):
    """p = 1 ではすべてのトークンが残ります。

    p = 1 keeps every token.
    """
    for size in (12, 120):  # the smaller ones of 120 are below 0.001, and nearer to each other than that
        probs = distribution(rng, size)
        require_same(
            read_probs(student.top_p_filter(probs, 1.0), "top_p_filter"),
            sorted(probs, key=lambda pair: -pair[1]),
        )


@points(1)
def test_keeps_at_least_one_token(student, rng):
    """どんなに小さい p でも、最も確率の高いトークンは残ります。

    However small p is, the most probable token stays.
    """
    for p in (1e-6, 1e-13):
        probs = distribution(rng, 9)
        best = max(probs, key=lambda pair: pair[1])[0]
        kept = read_probs(student.top_p_filter(probs, p), "top_p_filter")
        require_same(kept, [(best, 1.0)])


@points(1)
def test_stops_where_the_sum_is_exactly_p(student, rng):
    """累積がちょうど p になったら、そこで止まります。

    When the sum is exactly p, nothing more is kept.
    """
    # powers of 2, whose sums are exact in every order and every float type
    halves = [("t1", 0.5), ("t2", 0.25), ("t3", 0.125), ("t4", 0.0625), ("t5", 0.0625)]
    for n_kept, p in ((1, 0.5), (2, 0.75), (3, 0.875)):
        probs = rng.sample(halves, len(halves))
        expected = [(token, probability / p) for token, probability in halves[:n_kept]]
        require_same(read_probs(student.top_p_filter(probs, p), "top_p_filter"), expected)


@points(1)
def test_refuses_arguments_that_make_no_sense(student, rng):
    """空のリストと、0 以下や 1 より大きい p には ValueError を出します。

    An empty list, and a p of 0 or less or above 1, raise ValueError.
    """
    require_raises(ValueError, student.top_p_filter, [], 0.5)
    for p in (0.0, -0.5, 1.25):
        require_raises(ValueError, student.top_p_filter, distribution(rng, 5), p)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The list that is passed stays as it was.
    """
    for size in (1, 6):
        read_probs(unchanging(student).top_p_filter(distribution(rng, size), 0.5), "top_p_filter")
