"""A name is given to draws that are typical of it, and to no others."""

from __future__ import annotations

import math

import pytest

from autograder.stats import Cut, Greedy, Repeated, Sampler, weigh_tokens

ASKED = Sampler(temperature=2.0, top_p=0.9)
NAMED = {"temperature_ignored": Sampler(top_p=0.9), "greedy": Greedy(), "repeated": Repeated(), "cut": Cut(ASKED, 6)}
LIMIT = 12


def weigh(model, rows, alternatives=NAMED):
    return weigh_tokens(model, [1], rows, null=ASKED, alternatives=alternatives, max_new_tokens=LIMIT, eos_token_id=0)


def test_draws_of_an_alternative_bear_its_name(table_model):
    """Whatever the seed: 40 sets of 20 draws."""
    named = [
        weigh(table_model, table_model.draw(NAMED["temperature_ignored"], 20, LIMIT, seed=seed)).likeliest()
        for seed in range(40)
    ]
    assert set(named) == {"temperature_ignored"}


@pytest.mark.parametrize("sampler", [Sampler(temperature=0.2), Sampler(temperature=0.3, top_p=0.5)], ids=str)
def test_draws_of_something_else_bear_no_name(table_model, sampler: Sampler):
    """Much colder than the likeliest alternative: that one would have been more surprising."""
    only = {"temperature_ignored": NAMED["temperature_ignored"]}
    for seed in range(12):
        judged = weigh(table_model, table_model.draw(sampler, 40, LIMIT, seed=seed), only)
        assert judged.judge().failed
        assert judged.likeliest() is None


def test_one_set_that_does_not_fit_is_enough(table_model):
    """Though together they would."""
    only = {"temperature_ignored": NAMED["temperature_ignored"]}
    fits = weigh(table_model, table_model.draw(only["temperature_ignored"], 400, LIMIT, seed=1), only)
    other = weigh(table_model, table_model.draw(Sampler(temperature=0.2), 20, LIMIT, seed=2), only)
    assert fits.likeliest() == "temperature_ignored"
    assert (fits + other).likeliest() is None


def test_surprise_is_a_martingale(table_model):
    """Over 2,000 draws of the sampler itself its sum is within 5 standard deviations of 0."""
    rows = table_model.draw(NAMED["temperature_ignored"], 2_000, LIMIT, seed=3)
    (drawn,) = weigh(table_model, rows).drawn
    deviation, variance = drawn.surprise("temperature_ignored")
    assert variance > 1_000
    assert abs(deviation) < 5 * math.sqrt(variance)


@pytest.mark.parametrize("name", ["greedy", "repeated", "no such name"])
def test_what_is_no_sampler_is_never_atypical(table_model, name: str):
    """There is nothing to compare."""
    (drawn,) = weigh(table_model, table_model.draw(ASKED, 5, LIMIT, seed=4)).drawn
    assert drawn.surprise(name) == (0.0, 0.0)
