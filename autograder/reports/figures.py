"""Pictures of a class: how its points are spread, and which checks fail."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from autograder.exercise import Verdict
from autograder.messages import Message, visible
from autograder.reports.drawing import COLOURS, WIDTH, Drawing, plain_settings
from autograder.reports.words import SIGNS, WORDS, number

BINS = 10
MEDIAN_SIGN = "▲"
ROW, BAR = 54.0, 18.0  # heights, in the picture's units
BAR_ORDER = ("fault", "fail", "crash", "limit", "person", "unwritten", "pass")  # failures share the left edge
PALE = ("pass", "unwritten")  # so that what went wrong stands out
TITLE_COLUMNS = 56  # a Japanese character takes two


@plain_settings()
def score_histogram(points: list[float], max_points: float) -> str:
    """How many students reached how many points, in ten equal bins; MEDIAN_SIGN below marks the median."""
    top = max([max_points, *points]) or 1.0
    edges = [top * i / BINS for i in range(BINS + 1)]
    counts = [0] * BINS
    for value in points:
        counts[min(int(value / top * BINS), BINS - 1)] += 1
    drawing = Drawing(height=240.0)
    axes = drawing.figure.add_axes((0.03, 0.22, 0.94, 0.76))
    axes.set_xlim(0, top)
    axes.set_ylim(0, max(1, *counts) * 1.15)
    for left, count in zip(edges[:-1], counts, strict=True):
        if count:
            axes.bar(left, count, width=top / BINS * 0.94, align="edge", color=COLOURS["accent"], linewidth=0)
            place = (left + top / BINS * 0.47, count + max(counts) * 0.03)
            drawing.write(axes, place, str(count), size=14, ha="center", color=COLOURS["text"])
    if points:
        place = (statistics.median(points), -0.09 * max(1, *counts))
        drawing.write(axes, place, MEDIAN_SIGN, size=11, ha="center", color=COLOURS["text"])
    _draw_scale(drawing, axes, edges)
    spans = zip(edges[:-1], edges[1:], counts, strict=True)
    bars = (f"{number(left)}–{number(right)}: {count}" for left, right, count in spans)
    return drawing.svg(Message("点数の分布", "Distribution of points"), "; ".join(bars))


def _draw_scale(drawing: Drawing, axes: Any, edges: list[float]) -> None:
    """Points below the bars; the counts stand on the bars, so there is no second scale."""
    axes.set_xticks(edges, [drawing.placeholder(number(edge)) for edge in edges], size=13, color=COLOURS["muted"])
    axes.set_yticks([])
    axes.tick_params(length=0, pad=14)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(COLOURS["line"])
    label = Message("点数", "points")
    axes.set_xlabel(drawing.placeholder(label), size=13, color=COLOURS["muted"], labelpad=10)


@plain_settings()
def check_outcomes(checks: list[dict[str, Any]]) -> str:
    """One bar for each check of an exercise of class.json: how many students ended with which verdict.

    What went wrong comes first. Each part carries its sign and number where there is room.
    """
    drawing = Drawing(height=ROW * max(1, len(checks)))
    axes = drawing.figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(drawing.height, 0)
    for row, check in enumerate(checks):
        title = Message(_cut(check["title"]["ja"]), _cut(check["title"]["en"]))
        drawing.write(axes, (0, row * ROW + 15), title, size=13, color=COLOURS["text"])
        _draw_bar(drawing, axes, row * ROW + 22, check["verdicts"])
    rows = (f"{check['title']['ja']} / {check['title']['en']}: {_spoken(check['verdicts'])}" for check in checks)
    return drawing.svg(Message("チェックごとの判定", "Verdicts of each check"), "; ".join(rows))


def _draw_bar(drawing: Drawing, axes: Any, top: float, verdicts: Mapping[str, int]) -> None:
    total, left = sum(verdicts.values()), 0.0
    for verdict in BAR_ORDER:
        if not verdicts[verdict]:
            continue
        width = WIDTH * verdicts[verdict] / total
        fill, ink = (f"{verdict}-fill", "text") if verdict in PALE else (verdict, "on-fill")
        axes.barh(top, width, height=BAR, left=left, align="edge", color=COLOURS[fill], linewidth=0)
        if left:
            axes.plot([left, left], [top, top + BAR], color=COLOURS["surface"], linewidth=2, solid_capstyle="butt")
        text = f"{SIGNS[verdict]} {verdicts[verdict]}"
        if width < 9 * len(text):
            text = SIGNS[verdict]
        if width > 12:
            drawing.write(axes, (left + width / 2, top + 13.5), text, size=13, ha="center", color=COLOURS[ink])
        left += width


def _spoken(verdicts: Mapping[str, int]) -> str:
    counted = ((WORDS[verdict.value], verdicts[verdict.value]) for verdict in Verdict)
    return ", ".join(f"{word.ja} {word.en} {count}" for word, count in counted if count)


def _cut(text: str) -> str:
    """`text` on one line, at most TITLE_COLUMNS wide."""
    text, width = visible(" ".join(text.split())), 0
    for position, character in enumerate(text):
        width += 1 if character < "\u2e80" else 2
        if width > TITLE_COLUMNS:
            return f"{text[:position]}…"
    return text
