"""Hidden checks of sampling/top_k."""

import math

import pytest

from autograder.checks import ROUNDING, fail, points, read_probs, require, require_raises, unchanging

EDGE = 2e-5  # farther from a running sum than float32 rounds, nearer than any p that is not quite the one passed


def word(index):
    """A token like those of a model: many begin with a space, some end in a line break."""
    return f"{' ' if index % 2 else ''}t{index}{chr(10) if index % 5 == 4 else ''}"


def distribution(rng, size):
    """A random distribution over `size` tokens in random order, no two probabilities close to each other."""
    steps = [rank + 1 + rng.random() / 2 for rank in range(size)]
    rng.shuffle(steps)
    total = math.fsum(steps)
    return [(word(index), step / total) for index, step in enumerate(steps)]


def threshold(rng, probs, k):
    """A p just above a running sum of the k best, renormalised, just below the next one or halfway; rounding decides nothing."""
    ranked = sorted((probability for _, probability in probs), reverse=True)[:k]
    total = math.fsum(ranked)
    n_below = rng.randrange(sum(probability > 4 * EDGE * total for probability in ranked))
    below, own = math.fsum(ranked[:n_below]) / total, ranked[n_below] / total
    return below + rng.choice([EDGE, own / 2, own - EDGE])


def require_same(kept, expected, where):
    """Same tokens in the same order, same probabilities."""
    tokens, wanted = [token for token, _ in kept], [token for token, _ in expected]
    if len(tokens) != len(wanted):
        fail(
            ja=f"{where}: {len(wanted)} 個のトークンが残るはずですが、{len(tokens)} 個でした。残す個数の決め方を確かめてください。",
            en=f"{where}: expected {len(wanted)} tokens, got {len(tokens)}. Look at how the number of kept tokens is decided.",
        )
    require(
        set(tokens) == set(wanted),
        ja=f"{where}: 残すトークンが違います。確率の高いものから順に選んでください。",
        en=f"{where}: the wrong tokens are kept. Take the most probable ones first.",
    )
    require(
        tokens == wanted,
        ja=f"{where}: トークンの順が違います。確率の高い順に返してください。",
        en=f"{where}: the tokens come in the wrong order. Return them most probable first.",
    )
    require_numbers(kept, [probability for _, probability in expected], where)


def require_numbers(kept, expected, where):
    """Same probabilities, within what float32 rounds."""
    worst = max(abs(number - wanted) for (_, number), wanted in zip(kept, expected, strict=True))
    require(
        worst <= ROUNDING,
        ja=f"{where}: 確率が最大 {worst:.2g} ずれています。残した確率を、その合計で割ってください。",
        en=f"{where}: probabilities are off by up to {worst:.2g}. Divide the kept ones by their sum.",
    )


def warped(probs, *warpers):
    """What is left of `probs` after transformers' own warpers, most probable first."""
    import torch

    scores = torch.tensor([[math.log(probability) for _, probability in probs]], dtype=torch.float64)
    for warper in warpers:
        scores = warper(torch.zeros(1, 1, dtype=torch.long), scores)
    pairs = zip([token for token, _ in probs], torch.softmax(scores[0], dim=0).tolist(), strict=True)
    return sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: -pair[1])


@points(2)
def test_top_k_agrees_with_the_warper_of_transformers(student, rng):
    """順序がばらばらな分布でも、transformers の TopKLogitsWarper と同じトークンが残ります。

    In random order, too, the same tokens remain as with transformers' TopKLogitsWarper.
    """
    from transformers import TopKLogitsWarper

    for size in (*range(1, 21), 260):  # a vocabulary has more than a few hundred
        probs = distribution(rng, size)
        for k in {1, rng.randint(1, size + 2), max(1, size - 3)}:
            kept = read_probs(student.top_k_filter(probs, k), "top_k_filter")
            require_same(kept, warped(probs, TopKLogitsWarper(top_k=k)), "top_k_filter")


@points(2)
def test_k_then_p_agrees_with_the_warpers_of_transformers(student, rng):
    """transformers の top-k と top-p をこの順にかけたときと同じトークンが残ります。

    The same tokens remain as after transformers' top-k and top-p, in this order.
    """
    from transformers import TopKLogitsWarper, TopPLogitsWarper

    for size in (*range(1, 21), 120):
        probs = distribution(rng, size)
        k = rng.randint(max(1, size // 2), size + 2)
        for p in (threshold(rng, probs, k), 1.0):
            kept = read_probs(student.top_k_top_p_filter(probs, k, p), "top_k_top_p_filter")
            expected = warped(probs, TopKLogitsWarper(top_k=k), TopPLogitsWarper(top_p=p))
            require_same(kept, expected, "top_k_top_p_filter")


@points(1)
def test_tokens_of_equal_probability_are_not_lost(student, rng):
    """確率の等しいトークンがあっても、k 個（k 番目と等しいものを全部残すなら、それも含めて）が残ります。

    With equal probabilities, too, k tokens stay (or those and all others that equal the k-th).
    """
    eighths, sixteenths = [f"e{index}" for index in range(4)], [f"s{index}" for index in range(4)]
    probs = [("best", 0.25), *((token, 0.125) for token in eighths), *((token, 0.0625) for token in sixteenths)]
    numbers = dict(probs)
    for k, n_if_all_stay in [(3, 5), (5, 5), (7, 9), (9, 9)]:
        rng.shuffle(probs)
        kept = read_probs(student.top_k_filter(probs, k), "top_k_filter")
        require(
            len(kept) in {k, n_if_all_stay} and len(dict(kept)) == len(kept) and dict(kept).keys() <= numbers.keys(),
            ja=f"top_k_filter: 確率の等しいトークンがある表から {k} 個を残すはずですが、{len(kept)} 個でした。"
            "等しい確率のトークンも、別々のものとして数えてください。",
            en=f"top_k_filter: {k} tokens should stay of a table with equal probabilities, got {len(kept)}. "
            "Count tokens of equal probability one by one.",
        )
        ranked = sorted(numbers.values(), reverse=True)[: len(kept)]
        require(
            [numbers[token] for token, _ in kept] == ranked,
            ja="top_k_filter: もっと確率の高いトークンが残っていないか、順が違います。確率の高い順に選んでください。",
            en="top_k_filter: a more probable token is missing or the order is wrong. Choose by probability, highest first.",
        )
        require_numbers(kept, [number / sum(ranked) for number in ranked], "top_k_filter")


@points(1)
@pytest.mark.parametrize(("n_tokens", "p", "n_kept"), [(4, 0.5, 2), (8, 0.875, 7), (2, 0.5, 1)])
def test_stops_where_the_sum_is_exactly_p(student, n_tokens, p, n_kept):
    """累積がちょうど p になったら、そこで打ち切ります。

    Where the sum is exactly p, nothing more is kept.
    """
    probs = [(f"t{index}", 1 / n_tokens) for index in range(n_tokens)]
    kept = read_probs(student.top_k_top_p_filter(probs, n_tokens, p), "top_k_top_p_filter")
    require(
        len(kept) == n_kept,
        ja=f"top_k_top_p_filter: 累積がちょうど p になる {n_kept} 個が残るはずですが、{len(kept)} 個でした。p に「届いた」ら終わりです。",
        en=f"top_k_top_p_filter: expected the {n_kept} tokens whose sum is exactly p, got {len(kept)}. Stop once the sum reaches p.",
    )


@points(1)
@pytest.mark.parametrize(("k", "p"), [(3, 0.0), (3, -0.5), (3, 1.25), (0, 0.5), (-2, 0.5)])
def test_refuses_one_wrong_argument(student, rng, k, p):
    """k と p のどちらか一方だけが範囲外でも、ValueError を出します。

    ValueError is raised even if only one of k and p is out of range.
    """
    probs = distribution(rng, 5)
    require_raises(ValueError, student.top_k_top_p_filter, probs, k, p)
    if k < 1:
        require_raises(ValueError, student.top_k_filter, probs, k)


@points(1)
def test_refuses_an_empty_list(student):
    """空のリストには、どちらの関数も ValueError を出します。

    Both functions raise ValueError for an empty list.
    """
    require_raises(ValueError, student.top_k_filter, [], 3)
    require_raises(ValueError, student.top_k_top_p_filter, [], 3, 0.5)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The list that is passed stays as it was.
    """
    asked = unchanging(student)
    read_probs(asked.top_k_filter(distribution(rng, 6), 3), "top_k_filter")
    read_probs(asked.top_k_top_p_filter(distribution(rng, 6), 4, 0.5), "top_k_top_p_filter")
