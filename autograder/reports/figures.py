"""Pictures of a class, as `<svg>` that lives inside a page: how its points are spread, how much time it took.

Colours are CSS variables and words stand in Japanese and English (classes `ja` and `en`), so one picture serves light
and dark pages in both languages. There are no ids, no fonts, no other files. The same content gives the same bytes.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from xml.etree import ElementTree

from autograder.messages import Message, visible
from autograder.reports.words import number

BINS = 10
MEDIAN_SIGN = "▲"
WIDTH, HEIGHT = 680.0, 236.0  # of a picture, in its own units; the page scales it
LEFT, RIGHT, TOP, BASE = 22.0, 658.0, 26.0, 176.0


def score_histogram(points: Sequence[float], max_points: float) -> str:
    """How many students reached how many points, in ten equal bins; MEDIAN_SIGN below marks the median."""
    title, unit = Message("点数の分布", "Distribution of points"), Message("点数", "points")
    return _histogram(points, max([max_points, *points]) or 1.0, title, unit)


def seconds_histogram(seconds: Sequence[float]) -> str:
    """How many students' programs took how many CPU seconds, drawn likewise."""
    title, unit = Message("計算時間の分布", "Distribution of computing time"), Message("CPU 秒", "CPU seconds")
    return _histogram(seconds, max(seconds, default=0.0) or 1.0, title, unit)


def _histogram(values: Sequence[float], top: float, title: Message, unit: Message) -> str:
    edges = [top * i / BINS for i in range(BINS + 1)]
    counts = [0] * BINS
    for value in values:
        counts[min(int(value / top * BINS), BINS - 1)] += 1
    spans = zip(edges[:-1], edges[1:], counts, strict=True)
    svg = _svg(title, "; ".join(f"{number(left)}–{number(right)}: {count}" for left, right, count in spans))
    step = (RIGHT - LEFT) / BINS
    for i, count in enumerate(counts):
        if count:
            height = (BASE - TOP) * count / max(counts)
            place = {"x": LEFT + i * step + 1.5, "y": BASE - height, "width": step - 3, "height": height}
            _add(svg, "rect", fill="var(--accent)", rx=2, **place)
            _write(svg, (LEFT + (i + 0.5) * step, BASE - height - 7), str(count), size=15)
    _add(svg, "path", d=f"M {LEFT:g} {BASE:g} H {RIGHT:g}", stroke="var(--muted)", fill="none")
    for i, edge in enumerate(edges):
        _write(svg, (LEFT + i * step, BASE + 32), number(edge), size=13, colour="muted", minor=i % 2 == 1)
    if values:
        _write(svg, (LEFT + statistics.median(values) / top * (RIGHT - LEFT), BASE + 13), MEDIAN_SIGN, size=12)
    _write(svg, ((LEFT + RIGHT) / 2, BASE + 54), unit, size=13, colour="muted")
    return ElementTree.tostring(svg, encoding="unicode", short_empty_elements=False)


def _svg(title: Message, description: str) -> ElementTree.Element:
    """An empty picture; its title and description are told to screen readers."""
    attributes = {"viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}", "role": "img", "class": "figure"}
    svg = ElementTree.Element("svg", attributes)
    ElementTree.SubElement(svg, "title").text = f"{title.ja} / {title.en}"
    ElementTree.SubElement(svg, "desc").text = visible(description, limit=20_000)
    return svg


def _add(svg: ElementTree.Element, kind: str, **attributes: float | str) -> ElementTree.Element:
    """A part of `svg`; lengths have at most two decimals."""
    texts = {name: value if isinstance(value, str) else number(value) for name, value in attributes.items()}
    return ElementTree.SubElement(svg, kind, texts)


def _write(
    svg: ElementTree.Element,
    place: tuple[float, float],
    words: Message | str,
    *,
    size: float,
    colour: str = "text",
    minor: bool = False,
) -> None:
    """Put `words` at `place`, centred on the baseline; what is minor is left out where the page is narrow."""
    style = f"fill: var(--{colour}); font-size: {size:g}px; text-anchor: middle"
    text = _add(svg, "text", x=place[0], y=place[1], style=style, **({"class": "minor"} if minor else {}))
    if isinstance(words, str):
        text.text = words
        return
    for language, sentence in (("ja", words.ja), ("en", words.en)):
        part = ElementTree.SubElement(text, "tspan", {"class": language, "lang": language})
        part.text, part.tail = sentence, " "
