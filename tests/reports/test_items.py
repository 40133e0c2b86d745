"""Item analysis: textbook numbers where the class allows them, and words instead where it does not."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import pytest

from autograder.reports.items import MIN_EACH_WAY, MIN_STUDENTS, READINGS, analyse, item_of, reading_of
from autograder.reports.words import READINGS as WORDS

from .conftest import make_class, make_report

PASSED = [1.0] * 12 + [0.0] * 8
REST = [9.0, 8, 8, 7, 10, 6, 9, 5, 7, 8, 4, 9, 3, 5, 2, 6, 1, 4, 3, 7]


def test_difficulty_and_discrimination_are_those_of_the_textbook():
    """p is the share that passed; r equals (mean of those who passed - mean of the others) / sd * sqrt(p q)."""
    item = item_of(np.array(PASSED), np.array(REST))
    right = statistics.fmean(REST[:12])
    wrong = statistics.fmean(REST[12:])
    by_hand = (right - wrong) / statistics.pstdev(REST) * math.sqrt(0.6 * 0.4)
    assert item.p == 0.6
    assert item.r == pytest.approx(by_hand, abs=6e-3)
    assert item.low is not None
    assert item.high is not None
    middle = (math.atanh(item.low) + math.atanh(item.high)) / 2
    assert middle == pytest.approx(math.atanh(by_hand), abs=3e-2)
    assert math.atanh(item.high) - math.atanh(item.low) == pytest.approx(2 * 1.96 / math.sqrt(17), abs=5e-2)


def test_a_check_that_good_students_fail_is_called_backwards():
    """The sign says so, and the word with it."""
    item = item_of(1 - np.array(PASSED), np.array(REST))
    assert item.r is not None
    assert item.r < 0
    assert item.reading == "negative"


@pytest.mark.parametrize(
    ("passed", "rest", "reading"),
    [
        ([], [], "few students"),
        ([1.0, 0.0] * (MIN_STUDENTS // 2 - 1), list(range(MIN_STUDENTS - 2)), "few students"),
        ([0.0] * (MIN_EACH_WAY - 1) + [1.0] * 30, list(range(29 + MIN_EACH_WAY)), "nearly all alike"),
        ([1.0] * 30, list(range(30)), "nearly all alike"),
        ([1.0, 0.0] * 15, [5.0] * 30, "same rest"),
    ],
    ids=["nobody", "few", "three failed", "all passed", "same rest"],
)
def test_no_number_where_it_would_mean_nothing(passed: list[float], rest: list[float], reading: str):
    """The reason stands instead."""
    item = item_of(np.array(passed, dtype=float), np.array(rest, dtype=float))
    assert (item.r, item.low, item.high, item.reading) == (None, None, None, reading)


@pytest.mark.parametrize(
    ("r", "low", "high", "reading"),
    [
        (-0.5, -0.8, -0.1, "negative"),
        (-0.01, -0.4, 0.4, "maybe negative"),
        (0.0, -0.4, 0.4, "weak"),
        (0.19, 0.05, 0.3, "weak"),
        (0.2, 0.01, 0.4, "fair"),
        (0.3, -0.1, 0.6, "unsure"),
        (0.4, 0.1, 0.6, "good"),
    ],
)
def test_words_follow_the_size(r: float, low: float, high: float, reading: str):
    """By the limits that the docstring names; what chance may have made is called unsure; every reading has its sentence."""
    assert reading_of(r, low, high) == reading
    assert set(WORDS) == set(READINGS)


def test_a_check_is_left_out_of_its_own_total():
    """Coins that nothing binds together correlate with a total that holds them, not with the rest."""
    draw = np.random.default_rng(5)
    reports = []
    for number in range(400):
        coins = [["pass" if coin else "fail" for coin in draw.integers(0, 2, n)] for n in (3, 5, 2, 2, 1)]
        reports.append(make_report(f"s{number}", coins))
    found = analyse(reports)
    assert len(found) == 13
    assert all(abs(item["r"]) < 0.2 for item in found.values())


def test_withheld_marks_and_empty_submissions_do_not_count(every_verdict: dict[str, Any]):
    """Neither as zeros nor as students."""
    reports = [report for report in make_class(60) if report["points"] is not None]
    before = analyse(reports)
    nothing = make_report("nothing", [["unwritten"] * n for n in (3, 5, 2, 2, 1)])
    unreadable = make_report("unreadable", [["crash"] * n for n in (3, 5, 2, 2, 1)])
    for exercise in unreadable["exercises"]:
        exercise["note"] = {"ja": "読めません", "en": "cannot be read"}
        for check in exercise["checks"]:
            check["message"] = exercise["note"]
    assert every_verdict["points"] is None
    assert analyse([*reports, nothing, unreadable, every_verdict]) == before
    assert {item["n"] for item in before.values()} == {len(reports)}


def test_a_class_whose_skill_decides_separates():
    """In the made-up class a student's skill drives every check; so every discrimination is positive."""
    found = analyse(make_class(300))
    assert all(item["r"] is None or item["r"] > 0 for item in found.values())
    assert sum(item["r"] is not None for item in found.values()) >= 10
