"""A name is given to draws that are typical of it, and to no others."""

from __future__ import annotations

import math

import pytest

from autograder.stats import Cut, Greedy, Repeated, Sampler, weigh_tokens
from autograder.stats.typical import is_typical

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


def test_the_sums_are_martingales(table_model):
    """Over 2,000 draws of the sampler itself each is within 5 standard deviations of 0, at every position."""
    rows = table_model.draw(NAMED["temperature_ignored"], 2_000, LIMIT, seed=3)
    (drawn,) = weigh(table_model, rows).drawn
    for tally in drawn.tallies("temperature_ignored"):
        assert tally.variance > 500
        assert abs(tally.surprise) < 5 * math.sqrt(tally.variance)
        for count, spread in zip(tally.counts, tally.spreads, strict=True):
            assert abs(count) <= 5 * math.sqrt(spread)
        assert tally.n_unable == 0


def test_what_goes_wrong_at_later_tokens_alone_does_not_bear_the_name(table_model):
    """First tokens as the name says, later ones drawn from the first token's own distribution, over and over."""
    only = {"temperature_ignored": NAMED["temperature_ignored"]}
    first = table_model.draw(only["temperature_ignored"], 24 * LIMIT, 1, seed=5)
    stuck = [[row[0] for row in first[at : at + LIMIT]] for at in range(0, len(first), LIMIT)]
    evidence = weigh(table_model, [[token for token in row if token] for row in stuck], only)
    (drawn,) = evidence.drawn
    assert drawn.tallies("temperature_ignored")[0].is_typical
    assert evidence.likeliest() is None


def test_a_name_does_not_cover_the_end_of_the_text(table_model):
    """Draws of the alternative from which those that end early are taken out are not its draws."""
    only = {"temperature_ignored": NAMED["temperature_ignored"]}
    rows = [row for row in table_model.draw(only["temperature_ignored"], 600, LIMIT, seed=6) if 0 not in row]
    assert len(rows) > 20
    assert weigh(table_model, rows, only).likeliest() is None


@pytest.mark.parametrize("name", ["greedy", "repeated", "no such name"])
def test_what_is_no_sampler_is_never_atypical(table_model, name: str):
    """There is nothing to compare."""
    (drawn,) = weigh(table_model, table_model.draw(ASKED, 5, LIMIT, seed=4)).drawn
    assert drawn.tallies(name) == []
    assert is_typical(name, [drawn])
