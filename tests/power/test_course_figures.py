"""The figures in docs/power.json are those of the course as it is, and within bounds."""

from __future__ import annotations

from autograder.exercise import Course
from autograder.power import audit_power, figures_file
from autograder.power.findings import read_figures
from autograder.power.page import page


def test_every_statistical_check_is_within_bounds(course: Course):
    """None is missing or stale; alpha at most 1e-6, each named mistake detected at 0.999 or more."""
    assert [problem.en for problem in audit_power(course)] == []


def test_no_kind_of_correct_submission_fails_more_often_than_alpha(course: Course):
    """Of 100,000 simulated ones of each kind (20,000 for the unnamed bets) the rate's upper limit is below alpha; of 2,000 real ones none fails."""
    rows = read_figures(figures_file(course))["bounds"]
    unnamed = {"unnamed bets", "unnamed bets on texts"}
    named = {"tokens", "texts", "draws", "trend", "generated tokens", "generated texts"}
    assert {row["name"] for row in rows} >= unnamed | named
    for row in rows:
        if row["name"].startswith("generated"):
            assert row["n"] >= 2_000
            assert row["failed"] == 0
        else:
            assert row["n"] >= (20_000 if row["name"] in unnamed else 100_000)
            assert row["upper"] <= row["alpha"]


def test_the_page_is_that_of_the_figures(course: Course):
    """docs/power.md is written from docs/power.json."""
    path = figures_file(course)
    assert path.with_suffix(".md").read_text("utf-8") == page(read_figures(path))
