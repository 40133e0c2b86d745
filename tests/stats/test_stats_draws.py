"""Judging draws from a list of probabilities: the bound holds; named, unnamed and dependent ones are found."""

import itertools
import random

import pytest

from autograder.stats import Copy, Finding, Repeated, judge_draws, weigh_draws

TOKENS = ["the", "a", "dragon", "flew", "over", "and", "castle", "into", "flames", "darkness"]
WEIGHTS = [0.25, 0.20, 0.15, 0.10, 0.08, 0.07, 0.06, 0.04, 0.03, 0.02]
PROBS = list(zip(TOKENS, WEIGHTS, strict=True))
UNIFORM = [(token, 0.1) for token in TOKENS]
HOTTER = [(token, weight ** (1 / 1.5)) for token, weight in PROBS]
ALTERNATIVES = {"uniform": UNIFORM, "hotter": HOTTER, "repeated": Repeated()}
N = 400


def draw(n, seed, weights=WEIGHTS):
    return random.Random(seed).choices(TOKENS, weights, k=n)


def judge(draws, **options):
    return judge_draws(draws, PROBS, **{"alternatives": ALTERNATIVES, **options})


def test_correct_draws_fail_no_more_often_than_alpha():
    """2,000 submissions of up to 24 draws from 4 tokens at alpha = 0.05, judged after 3, 8 and 24 draws: at most 100 fail."""
    tokens, weights, n, alpha = "abcd", [0.6, 0.3, 0.09, 0.01], 2_000, 0.05
    probs = list(zip(tokens, weights, strict=True))
    alternatives = {"b": [("a", 0.5), ("b", 0.5)], "repeated": Repeated()}
    rng = random.Random(1)
    failed = 0
    for _ in range(n):
        draws = rng.choices(tokens, weights, k=24)
        failed += any(
            judge_draws(draws[:stop], probs, alternatives=alternatives, alpha=alpha).failed for stop in (3, 8, 24)
        )
    assert failed <= alpha * n


def test_correct_draws_pass_when_there_are_enough():
    """400 draws refute every named alternative; 2 leave them open."""
    assert judge(draw(N, 2)).finding is Finding.PASS
    assert judge(draw(2, 2)).finding is Finding.UNDECIDED
    assert judge([]).finding is Finding.UNDECIDED


@pytest.mark.parametrize("seed", range(10))
def test_named_distributions_are_found_and_named(seed):
    """At 400 draws and, for the nearer one, at 1,200."""
    assert judge(draw(N, seed, [1] * 10)).alternative == "uniform"
    assert judge(draw(3 * N, seed, [weight for _, weight in HOTTER])).alternative == "hotter"


def test_one_draw_again_and_again_is_found_and_named():
    """Even at few draws of the most probable token."""
    judged = judge(["the"] * 14)
    assert (judged.finding, judged.alternative) == (Finding.FAIL, "repeated")


def test_a_seed_that_changes_nothing_is_found():
    """The second call returned the first call's draws."""
    first = draw(20, 3)
    options = {"alternatives": {"seed": Copy(tuple(first))}}
    assert judge(first, **options).alternative == "seed"
    assert not judge(draw(20, 4), **options).failed


UNNAMED = {
    "swapped": lambda rng: rng.choices(TOKENS, [0.15, 0.20, 0.25, *WEIGHTS[3:]], k=1200),
    "reversed": lambda rng: rng.choices(TOKENS, WEIGHTS[::-1], k=N),
    "last_never": lambda rng: rng.choices(TOKENS, [*WEIGHTS[:-1], 0], k=3000),
    "squared": lambda rng: rng.choices(TOKENS, [weight**2 for weight in WEIGHTS], k=N),
}


@pytest.mark.parametrize("kind", UNNAMED)
def test_distributions_that_nobody_named_are_found(kind):
    """FAIL without a name, ten times of ten."""
    for seed in range(10):
        judged = judge(UNNAMED[kind](random.Random(seed)), alternatives={"repeated": Repeated()})
        assert (judged.finding, judged.alternative) == (Finding.FAIL, None)


DEPENDENT = {
    "sorted": lambda draws: sorted(draws, key=TOKENS.index),
    "same_u_twice": lambda draws: [token for token in draws[::2] for _ in range(2)],
    "period_of_3": lambda draws: draws[:3] * (N // 3),
    "alternating": lambda draws: list(
        itertools.chain(
            *zip((t for t in draws if t in TOKENS[:2]), (t for t in draws if t not in TOKENS[:2]), strict=False)
        )
    ),
}


@pytest.mark.parametrize("kind", DEPENDENT)
def test_dependence_between_draws_is_found(kind):
    """400 draws whose frequencies are right, or nearly, and whose order is not."""
    for seed in range(10):
        assert judge(DEPENDENT[kind](draw(N, seed)), alternatives={}).failed


@pytest.mark.parametrize("token", ["never", "unknown"])
def test_a_token_without_probability_is_a_proof(token):
    """Wherever it stands."""
    probs = [("a", 0.5), ("never", 0.0), ("b", 0.5)]
    alternatives = {"flat": [("a", 1.0), ("never", 1.0), ("unknown", 1.0), ("b", 1.0)], "repeated": Repeated()}
    judged = judge_draws(["a", token, "b"], probs, alternatives=alternatives)
    assert (judged.finding, judged.alternative, judged.outside) == (Finding.FAIL, "flat", (1, 0))


def test_draws_within_the_tolerance_do_not_fail():
    """A token of probability 1e-9 drawn once, as often as float32 sums may let it be, is no proof at alpha = 1e-6."""
    probs = [("a", 1 - 1e-9), ("rare", 1e-9)]
    draws = ["a"] * 500 + ["rare"] + ["a"] * 500
    assert not judge_draws(draws, probs, alternatives={}).failed


def test_probabilities_are_normalised_and_repeated_tokens_add_up():
    """The same evidence, whatever the factor and the order."""
    draws = draw(50, 5)
    scaled = [(token, 3 * weight) for token, weight in reversed(PROBS)] + [("the", 0.0)]
    plain, other = (weigh_draws(draws, probs, alternatives=ALTERNATIVES) for probs in (PROBS, scaled))
    assert other.log_e == pytest.approx(plain.log_e)


def test_evidence_of_two_calls_adds_up():
    """The named alternatives as if judged at once; what is learned starts anew."""
    draws = draw(60, 6)
    named = {"uniform": UNIFORM}
    whole = weigh_draws(draws, PROBS, alternatives=named)
    parts = [weigh_draws(part, PROBS, alternatives=named) for part in (draws[:20], draws[20:])]
    total = parts[0] + parts[1]
    assert total.log_e["uniform"] == pytest.approx(whole.log_e["uniform"])
    assert total.log_e[None] == pytest.approx(parts[0].log_e[None] + parts[1].log_e[None])


@pytest.mark.parametrize("probs", [[], [("a", -0.1), ("b", 1.1)], [("a", float("nan"))], [("a", 0.0)]], ids=str)
def test_lists_that_are_no_distribution_are_refused(probs):
    """ValueError, for the null and for an alternative."""
    with pytest.raises(ValueError, match="weigh_draws"):
        weigh_draws(["a"], probs, alternatives={})
    with pytest.raises(ValueError, match="weigh_draws"):
        weigh_draws(["a"], [("a", 1.0)], alternatives={"wrong": probs})
