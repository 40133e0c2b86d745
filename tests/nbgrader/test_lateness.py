"""What lateness costs."""

from __future__ import annotations

import pytest

pytest.importorskip("nbgrader", reason="nbgrader is not installed (extra `nbgrader`)")

from autograder.nbgrader.lateness import LatePolicy

HOUR_S, DAY_S = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("seconds_late", "points_off"),
    [(0.0, 0.0), (15 * 60.0, 0.0), (15 * 60.0 + 1, 1.0), (DAY_S, 1.0), (DAY_S + HOUR_S, 2.0), (9 * DAY_S, 3.0)],
    ids=["in time", "grace", "just late", "a day", "two days begun", "the most"],
)
def test_each_day_begun_costs_its_percent(seconds_late: float, points_off: float):
    """10 % of 10 points a day, after 15 minutes of grace, and never more than 30 %."""
    policy = LatePolicy(percent_per_day=10.0, max_percent=30.0, grace_minutes=15.0)
    assert policy.penalty(10.0, seconds_late) == pytest.approx(points_off, abs=1e-9)


def test_lateness_costs_nothing_unless_told_to():
    """An instructor decides."""
    assert LatePolicy().penalty(10.0, 9 * DAY_S) == 0.0
