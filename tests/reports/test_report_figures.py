"""The pictures: honest counts, both languages, no tie to one colour scheme."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib
import pytest

from autograder.reports.figures import BAR_ORDER, MEDIAN_SIGN, check_outcomes, score_histogram
from autograder.reports.words import SIGNS

NONE = dict.fromkeys(SIGNS, 0)
TITLE = {"ja": "p をまたぐ <トークン>", "en": "Keeps the <token>"}


@pytest.mark.parametrize(
    ("points", "max_points", "counted"),
    [
        ([], 30.0, ""),
        ([0.0], 30.0, "0–3: 1"),
        ([30.0, 30.0, 29.0, 0.0], 30.0, "0–3: 1 27–30: 3"),
        ([3.0], 30.0, "3–6: 1"),
        ([0.0, 0.0], 0.0, "0–0.1: 2"),
        ([0.3] * 300, 1.0, "0.3–0.4: 300"),
    ],
    ids=["nobody", "zero", "full marks", "on an edge", "no points to have", "300"],
)
def test_histogram_counts_each_student_once(points: list[float], max_points: float, counted: str) -> None:
    """The description tells the bars, and the bars' numbers stand in the picture."""
    svg = ElementTree.fromstring(score_histogram(points, max_points))
    bars = (svg.findtext("desc") or "").split("; ")
    assert " ".join(bar for bar in bars if not bar.endswith(": 0")) == counted
    words = ["".join(text.itertext()) for text in svg.iter("text")]
    assert (MEDIAN_SIGN in words) is bool(points)


def test_outcomes_show_numbers_signs_and_titles() -> None:
    """Failures come first, and every part has its sign and number."""
    svg = check_outcomes([{"title": TITLE, "verdicts": {**NONE, "pass": 30, "fail": 10, "fault": 4}}])
    words = ["".join(text.itertext()).strip() for text in ElementTree.fromstring(svg).iter("text")]
    assert words == ["p をまたぐ <トークン> Keeps the <token>", "? 4", "✗ 10", "✓ 30"]


def test_outcomes_leave_out_words_where_there_is_no_room() -> None:
    """1 of 40 gets its sign alone, 1 of 300 nothing; the description still tells both."""
    for total, shown in ((40, "✗"), (300, None)):
        svg = ElementTree.fromstring(
            check_outcomes([{"title": TITLE, "verdicts": {**NONE, "pass": total - 1, "fail": 1}}])
        )
        words = ["".join(text.itertext()) for text in svg.iter("text")]
        assert ("✗" in words) is (shown is not None)
        assert "to fix 1" in (svg.findtext("desc") or "")


def test_every_verdict_has_its_place_in_a_bar() -> None:
    """No student is lost between the verdicts."""
    assert sorted(BAR_ORDER) == sorted(SIGNS)


def test_no_check_and_nobody_still_give_a_picture() -> None:
    """An exercise without checks and a check without students are drawn empty."""
    assert ElementTree.fromstring(check_outcomes([])).tag == "svg"
    assert ElementTree.fromstring(check_outcomes([{"title": TITLE, "verdicts": NONE}])).tag == "svg"


def test_pictures_take_colours_fonts_and_languages_from_the_page() -> None:
    """Only CSS variables, no font, no id, no namespace; Japanese and English marked as such."""
    pictures = score_histogram([1.0, 2.0], 3.0) + check_outcomes([{"title": TITLE, "verdicts": {**NONE, "limit": 2}}])
    assert not re.search(r"#[0-9a-f]{3,6}\b|font-family|\bid=|xmlns|href|clip-path|word\d", pictures)
    assert '<tspan class="ja" lang="ja">点数</tspan> <tspan class="en" lang="en">points</tspan>' in pictures
    assert "<title>" in pictures


def test_pictures_do_not_depend_on_the_users_settings() -> None:
    """matplotlib's settings neither change a picture nor are changed by one."""
    plain = score_histogram([1.0, 2.0], 3.0)
    with matplotlib.rc_context({"axes.grid": True, "font.size": 30, "svg.fonttype": "path", "figure.dpi": 300}):
        assert score_histogram([1.0, 2.0], 3.0) == plain
        assert matplotlib.rcParams["font.size"] == 30
