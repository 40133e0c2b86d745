"""公開チェック / public checks: draw"""

import pytest

from autograder.checks import fail, points, read_text, read_texts, require, require_raises

# The tutorial's ten-token example.
PROBS = [
    ("the", 0.25),
    ("a", 0.20),
    ("dragon", 0.15),
    ("flew", 0.10),
    ("over", 0.08),
    ("and", 0.07),
    ("castle", 0.06),
    ("into", 0.04),
    ("flames", 0.03),
    ("darkness", 0.02),
]
HALVES = [("the", 0.5), ("a", 0.25), ("dragon", 0.25)]


@points(1)
@pytest.mark.parametrize(
    ("u", "expected"),
    [(0.1, "the"), (0.3, "a"), (0.5, "dragon"), (0.68, "flew"), (0.86, "castle"), (0.99, "darkness")],
)
def test_the_token_is_where_the_running_sum_passes_u(student, u, expected):
    """累積が初めて u を超えるトークンが選ばれます。

    The token at which the running sum first exceeds u is drawn.
    """
    token = read_text(student.draw(PROBS, u), f"draw(PROBS, {u})")
    require(
        token == expected,
        ja=f"draw(PROBS, {u}): {expected} のはずですが、{token} でした。先頭から確率を足していき、合計が u を超えたトークンを返してください。",
        en=f"draw(PROBS, {u}): expected {expected}, got {token}. Add the probabilities from the front and return the token at which the sum exceeds u.",
    )


@points(1)
@pytest.mark.parametrize(("u", "expected"), [(0.0, "the"), (0.5, "a"), (0.75, "dragon")])
def test_a_boundary_belongs_to_the_next_token(student, u, expected):
    """u がちょうど累積に等しければ、次のトークンが選ばれます。

    A u exactly equal to a running sum draws the next token.
    """
    token = read_text(student.draw(HALVES, u), f"draw(HALVES, {u})")
    require(
        token == expected,
        ja=f"draw(HALVES, {u}): {expected} のはずですが、{token} でした。累積は 0.5、0.75、1 です。u と等しい累積は、まだ u を「超えて」いません。",
        en=f"draw(HALVES, {u}): expected {expected}, got {token}. The running sums are 0.5, 0.75, 1. A sum equal to u does not exceed it yet.",
    )


@points(1)
@pytest.mark.parametrize("u", [1.0, -0.1])
def test_refuses_u_outside_0_to_1(student, u):
    """0 以上 1 未満でない u には ValueError を出します。

    A u outside [0, 1) raises ValueError.
    """
    require_raises(ValueError, student.draw, PROBS, u)


@points(1)
def test_one_seed_one_result(student):
    """同じ seed なら同じ n 個、別の seed なら別の n 個になります。

    The same seed gives the same n tokens, another seed gives others.
    """
    from autograder.stats import Copy, judge_draws

    first, other, again = (
        read_texts(student.draw_many(PROBS, 60, seed), f"draw_many(PROBS, 60, {seed})", length=60)
        for seed in (7, 70000, 7)
    )
    require(
        first == again,
        ja="draw_many: seed=7 で 2 回呼ぶと同じ結果になるはずですが、違う結果でした。呼ばれるたびに、この seed で乱数を作り直してください。",
        en="draw_many: two calls with seed=7 should give the same result, but they differ. Start the random numbers from this seed at every call.",
        mistake="never_sets_the_seed",
    )
    fixed = judge_draws(other, PROBS, alternatives={"fixes_another_seed": Copy(tuple(first))})
    if fixed.failed and other == first:
        fail(
            ja="draw_many: seed=7 と seed=70000 では違う結果になるはずですが、同じ結果でした。引数の seed を使ってください。",
            en="draw_many: seed=7 and seed=70000 should give different results, but they are the same. Use the argument seed.",
            mistake="fixes_another_seed" if len(set(first)) > 1 else None,
        )
