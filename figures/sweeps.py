"""Self-BLEU over top_p and over temperature, as measured (`python -m figures.measure`)."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from typing import Any

from autograder.messages import Message
from figures.measure import MEASURED
from figures.svg import BLUE, LINE, MID_BLUE, MUTED, ORANGE, PAPER, Drawing, FigureLanguage

_LEFT, _RIGHT, _TOP, _BASE = 72.0, 580.0, 92.0, 352.0


@dataclass(frozen=True)
class Series:
    """One line: the averages of every seed at each value, and how it looks."""

    name: str
    averages: dict[float, list[float]]
    colour: str
    pale: str
    dash: str
    shift: float  # of its dots, so that they do not hide those of another line


def self_bleu_over_top_p(language: FigureLanguage) -> str:
    """Over top_p, at two temperatures."""
    title = Message("top_p を上げると Self-BLEU は下がる（多様になる）", "Raising top_p lowers Self-BLEU: more diverse")
    measured = _measured()
    lines = _series(measured["points"], "top_p", "temperature", "T")
    drawing = Drawing(language, height=462, title=title, about=_about("top_p", lines))
    _plot(drawing, "top_p", [0, 0.2, 0.4, 0.6, 0.8, 1], lines)
    _caption(drawing, 426, measured)
    return drawing.svg()


def self_bleu_over_temperature(language: FigureLanguage) -> str:
    """Over temperature, at two values of top_p, with the beginnings of some texts."""
    title = Message(
        "temperature を上げると多様になり、やがて文が壊れる", "Raising temperature: more diverse, in the end broken"
    )
    measured = _measured()
    lines = _series(measured["points"], "temperature", "top_p", "top_p")
    drawing = Drawing(language, height=566, title=title, about=_about("temperature", lines))
    _plot(drawing, "temperature", [0, 0.5, 1, 1.5, 2], lines)
    drawing.write(
        24,
        424,
        Message("top_p = 1 のとき、最初の文の出だし", "how the first text begins at top_p = 1"),
        size=13,
        bold=True,
    )
    texts = {point["temperature"]: point["first_text"] for point in measured["points"] if point["top_p"] == 1}
    for row, temperature in enumerate((min(texts), 1.0, max(texts))):
        drawing.write(24, 450 + 24 * row, f"T = {temperature:g}", size=13, colour=ORANGE, bold=True)
        drawing.write(92, 450 + 24 * row, _beginning(texts[temperature]), size=13, mono=True)
    _caption(drawing, 530, measured)
    return drawing.svg()


def _measured() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def _beginning(text: str) -> str:
    """What fits on one line of the picture; a Japanese character takes two columns."""
    shown, columns = "", 0
    for character in text.splitlines()[0]:
        columns += 2 if character > "\u2e7f" else 1
        if columns > 60:
            break
        shown += character
    return f"{shown.rstrip()} …"


def _about(over: str, lines: list[Series]) -> Message:
    ends = [
        (line.name, *(statistics.mean(line.averages[x]) for x in (min(line.averages), max(line.averages))))
        for line in lines
    ]
    ja, en = (sign.join(f"{name}: {first:.1f} → {last:.1f}" for name, first, last in ends) for sign in ("、", ", "))
    return Message(
        f"{over} に対する平均 Self-BLEU の折れ線 2 本。左端から右端まで、{ja}。",
        f"Two lines of average Self-BLEU over {over}, from the left end to the right: {en}.",
    )


def _caption(drawing: Drawing, y: float, measured: dict[str, Any]) -> None:
    n_texts, n_seeds = measured["n_texts"], measured["n_seeds"]
    marks = Message(
        f"小さな点：{n_texts} 文の平均 Self-BLEU。大きな印：乱数の種を変えた {n_seeds} 点の平均。",
        f"Small dot: average Self-BLEU of {n_texts} texts. Large mark: mean over {n_seeds} seeds.",
    )
    model, prompt, limit = measured["model"], measured["prompt"], measured["max_new_tokens"]
    settings = Message(
        f"{model} で測定：「{prompt}」、max_new_tokens = {limit}、top_k = 0。",
        f"Measured with {model}: “{prompt}”, max_new_tokens = {limit}, top_k = 0.",
    )
    for row, words in enumerate((marks, settings)):
        drawing.write(24, y + 20 * row, words, size=12, colour=MUTED)


def _series(points: list[dict[str, Any]], over: str, fixed: str, name: str) -> list[Series]:
    """The lines whose fixed value was measured at most values of the other."""
    counts: dict[float, int] = {}
    for point in points:
        counts[point[fixed]] = counts.get(point[fixed], 0) + 1
    chosen = sorted(sorted(counts, key=lambda value: -counts[value])[:2])
    looks = ((BLUE, MID_BLUE, "", -9.0), (ORANGE, "#eda36b", "7 4", 9.0))
    return [
        Series(
            f"{name} = {value:g}",
            {point[over]: point["average_self_bleu"] for point in points if point[fixed] == value},
            *look,
        )
        for value, look in zip(chosen, looks, strict=True)
    ]


def _plot(drawing: Drawing, over: str, ticks: list[float], lines: list[Series]) -> None:
    for score in range(0, 101, 20):
        drawing.line(_LEFT, _y(score), _RIGHT, _y(score), colour=LINE)
        drawing.write(_LEFT - 10, _y(score) + 4.5, str(score), size=12.5, colour=MUTED, anchor="end")
    drawing.write(24, 72, Message("平均 Self-BLEU（低いほど多様）", "average Self-BLEU (lower: more diverse)"), size=13)
    drawing.axis(_LEFT, _RIGHT, _BASE, ticks)
    drawing.write((_LEFT + _RIGHT) / 2, _BASE + 44, over, size=13, anchor="middle")
    for line in lines:
        _draw(drawing, line, ticks[-1])


def _draw(drawing: Drawing, line: Series, end: float) -> None:
    means = {value: statistics.mean(averages) for value, averages in sorted(line.averages.items())}
    places = [(_LEFT + (_RIGHT - _LEFT) * value / end, _y(mean)) for value, mean in means.items()]
    for (x, _), value in zip(places, means, strict=True):
        for average in line.averages[value]:
            drawing.circle(x + line.shift, _y(average), 2, fill=line.pale)
    steps = " L ".join(f"{x:.2f} {y:.2f}" for x, y in places)
    drawing.path(f"M {steps}", colour=line.colour, thick=2, dash=line.dash)
    for x, y in places:
        if line.dash:
            drawing.rect(x - 4.5, y - 4.5, 9, 9, fill=line.colour, colour=PAPER)
        else:
            drawing.circle(x, y, 5.2, fill=line.colour, colour=PAPER)
    x, y = places[-1]
    drawing.write(x + 22, y + 5, line.name, bold=True, colour=line.colour)


def _y(score: float) -> float:
    return _BASE - (_BASE - _TOP) * score / 100
