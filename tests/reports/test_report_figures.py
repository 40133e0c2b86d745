"""The pictures: honest counts, both languages, no tie to one colour scheme."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from autograder.reports.figures import MEDIAN_SIGN, score_histogram, seconds_histogram


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


def test_computing_time_is_drawn_likewise() -> None:
    """The longest time ends the scale; nobody and no time at all still give a picture."""
    svg = ElementTree.fromstring(seconds_histogram([1.0, 1.0, 20.0]))
    bars = (svg.findtext("desc") or "").split("; ")
    assert [bar for bar in bars if not bar.endswith(": 0")] == ["0–2: 2", "18–20: 1"]
    assert ElementTree.fromstring(seconds_histogram([])).tag == "svg"
    assert ElementTree.fromstring(seconds_histogram([0.0])).tag == "svg"


def test_bars_are_as_high_as_their_counts() -> None:
    """Twice the students, twice the height; bars stand on one line and keep apart."""
    svg = ElementTree.fromstring(score_histogram([1.0, 1.0, 9.0], 10.0))
    high, low = (
        {name: float(value) for name, value in bar.items() if name not in {"fill"}} for bar in svg.iter("rect")
    )
    assert high["height"] == 2 * low["height"]
    assert high["y"] + high["height"] == low["y"] + low["height"]
    assert high["x"] + high["width"] < low["x"]


def test_pictures_take_colours_fonts_and_languages_from_the_page() -> None:
    """Only CSS variables, no font, no id, no namespace; Japanese and English marked as such."""
    pictures = score_histogram([1.0, 2.0], 3.0) + seconds_histogram([1.0])
    assert not re.search(r"#[0-9a-f]{3,6}\b|font-family|\bid=|xmlns|href|clip-path", pictures)
    assert '<tspan class="ja" lang="ja">点数</tspan> <tspan class="en" lang="en">points</tspan>' in pictures
    assert "<title>" in pictures
