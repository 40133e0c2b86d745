"""Pictures of distributions: Altair charts, drawn in the browser by what Streamlit brings with it.

What may be drawn is filled, what was cut is an empty dashed box with ✂ in front of its name: nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import pandas as pd
from torch import Tensor

from autograder.messages import Language
from autograder.playground import words as w
from autograder.playground.distribution import Distribution, Stage
from autograder.playground.writing import SweepPoint, Swept

N_NAMED = 12  # tokens with a segment, or a bar, of their own
SMALLEST_NAMED = 0.004
SCISSORS = "✂"
_FILLS = ["#9ecae1", "#fdd0a2", "#c7e9c0", "#dadaeb", "#fbb4c4", "#ffe699"]  # light: their writing is dark
_GREY, _CUT, _INK, _LINE = "#e0e0e0", "#8a8a8a", "#111111", "#e34948"
_LETTERS = 80  # that a bar has room for in a window of common width


@dataclass(frozen=True)
class Bar:
    """One state of the distribution, shape (V,), and the stage that it goes into; None if a token is drawn from it."""

    name: str
    probs: Tensor
    into: Stage | None

    @property
    def kept(self) -> Tensor:
        """Tokens that the next stage lets stay, shape (V,), bool."""
        return self.probs > 0 if self.into is None else self.into.kept


@dataclass(frozen=True)
class Segment:
    """One token, or all the others, in a bar of length 1."""

    bar: str
    start: float
    end: float
    name: str
    label: str
    kept: bool
    colour: str


def mass_chart(found: Distribution, pieces: Sequence[str], language: Language) -> alt.LayerChart:
    """One bar of length 1 for each state of the distribution: what the next setting cuts, and how the rest is stretched.

    Args:
        pieces: how the most probable tokens are written, at least `N_NAMED` of them or the whole vocabulary.
    """
    bars = bars_of(found, language)
    data = pd.DataFrame(asdict(one) for bar in bars for one in segments_of(bar, found.order, pieces, language))
    y = alt.Y("bar:N", sort=[bar.name for bar in bars], title=None, axis=alt.Axis(labelLimit=190, labelPadding=6))
    x = alt.X("start:Q", title=w.MASS.text(language), scale=alt.Scale(domain=[0, 1], nice=False))
    kept = alt.Chart(data).transform_filter("datum.kept")
    cut = alt.Chart(data).transform_filter("!datum.kept")
    tooltip = [
        alt.Tooltip("name:N", title=w.TOKEN.text(language)),
        alt.Tooltip("share:Q", title=w.PROBABILITY.text(language), format=".4f"),
    ]
    data["share"] = data["end"] - data["start"]
    data["middle"] = (data["end"] + data["start"]) / 2
    boxes: list[Any] = [
        kept.mark_bar(height=30, stroke="#555555", strokeWidth=0.6).encode(
            x=x, x2="end:Q", y=y, color=alt.Color("colour:N", scale=None), tooltip=tooltip
        ),
        cut.mark_bar(height=30, filled=False, stroke=_CUT, strokeDash=[3, 2]).encode(
            x=x, x2="end:Q", y=y, tooltip=tooltip
        ),
        kept.mark_text(color=_INK, fontSize=12).encode(x="middle:Q", y=y, text="label:N", tooltip=tooltip),
        cut.mark_text(color=_CUT, fontSize=12).encode(x="middle:Q", y=y, text="label:N", tooltip=tooltip),
    ]
    lines = [(bar.name, bar.into.value) for bar in bars if bar.into and bar.into.name == "top_p"]
    if lines:
        marks = alt.Chart(pd.DataFrame({"bar": name, "at": p, "label": f"p = {p:g}"} for name, p in lines))
        above = marks.mark_text(color=_LINE, fontSize=12, fontWeight="bold", dy=-26, dx=-4, align="right")
        boxes += [marks.mark_tick(color=_LINE, thickness=3, size=44).encode(x="at:Q", y=y)]
        boxes += [above.encode(x="at:Q", y=y, text="label:N")]
    cut_off = w.CUT_OFF.text(language)
    losses = [(bar.name, cut_off.format(mass=bar.into.cut_mass)) for bar in bars if bar.into and bar.into.n_cut]
    if losses:
        marks = alt.Chart(pd.DataFrame({"bar": name, "at": 1.0, "label": label} for name, label in losses))
        below = marks.mark_text(color=_CUT, fontSize=12, dy=25, align="right")
        boxes += [below.encode(x="at:Q", y=y, text="label:N")]
    return _layers(boxes, 72 * len(bars) + 50, w.MASS_ABOUT.text(language))


def bars_of(found: Distribution, language: Language) -> list[Bar]:
    """The model's distribution, and what each stage makes of it."""
    after = [w.BAR_AFTER.text(language).format(setting=setting_of(stage)) for stage in found.stages]
    names = [w.BAR_MODEL.text(language), *after]
    states = [found.model, *(stage.after for stage in found.stages)]
    return [Bar(*parts) for parts in zip(names, states, [*found.stages, None], strict=True)]


def setting_of(stage: Stage) -> str:
    """Such as "top-p 0.9"."""
    name = {"temperature": "T", "top_k": "top-k", "top_p": "top-p", "epsilon": "ε"}[stage.name]
    return f"{name} {stage.value:g}"


def segments_of(bar: Bar, order: Tensor, pieces: Sequence[str], language: Language) -> Iterator[Segment]:
    """From left to right: tokens of some size, most probable first, then the others that stay, then the others that are cut."""
    start = 0.0
    named = [one for one in order[:N_NAMED].tolist() if bar.probs[one] >= SMALLEST_NAMED]
    for rank, token_id in enumerate(named):
        share = float(bar.probs[token_id])
        yield _segment(bar, start, share, pieces[rank], bool(bar.kept[token_id]), _FILLS[rank % len(_FILLS)])
        start += share
    rest = order[len(named) :]
    for stays in (True, False):
        those = rest[(bar.kept[rest] == stays) & (bar.probs[rest] > 0)]
        if len(those):
            share = float(bar.probs[those].sum())
            yield _segment(bar, start, share, w.OTHERS.text(language).format(n=len(those)), stays, _GREY)
            start += share


def _segment(bar: Bar, start: float, share: float, name: str, stays: bool, colour: str) -> Segment:
    name = name if stays else f"{SCISSORS} {name}"
    label = next((one for one in (name, name[:1] if not stays else "") if _width(one) + 1 <= _LETTERS * share), "")
    return Segment(bar.name, start, start + share, name, label, stays, colour)


def _width(label: str) -> int:
    """In narrow letters."""
    return sum(1 if character.isascii() or character == "▁" else 2 for character in label)


def token_chart(found: Distribution, pieces: Sequence[str], language: Language) -> alt.LayerChart:
    """Two bars for each token: an outline before, a filled bar after; what was cut has ✂ in front of its name."""
    rows = pd.DataFrame(_token_row(found, rank, piece) for rank, piece in enumerate(pieces[:N_NAMED]))
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=list(rows["name"]), title=None, axis=alt.Axis(labelLimit=190)))
    x = alt.X("before:Q", title=w.PROBABILITY.text(language), scale=alt.Scale(domainMin=0))
    tooltip = [
        alt.Tooltip("name:N", title=w.TOKEN.text(language)),
        alt.Tooltip("before:Q", title=w.BEFORE.text(language), format=".5f"),
        alt.Tooltip("after:Q", title=w.AFTER.text(language), format=".5f"),
    ]
    after = base.mark_bar(height=12).encode(
        x=alt.X("after:Q"), color=alt.Color("colour:N", scale=None), tooltip=tooltip
    )
    before = base.mark_bar(height=18, filled=False, stroke=_CUT, strokeWidth=1.4).encode(x=x, tooltip=tooltip)
    text = base.mark_text(align="left", dx=6, color=_CUT).encode(x=alt.X("furthest:Q"), text="label:N")
    return _layers([after, before, text], 25 * len(rows) + 50, w.TOKENS_ABOUT.text(language))


def _token_row(found: Distribution, rank: int, piece: str) -> dict[str, object]:
    token_id = int(found.order[rank])
    before, after = float(found.model[token_id]), float(found.final[token_id])
    cut = found.cut_by(token_id)
    label = f"{before:.3f} → {SCISSORS} {cut.replace('_', '-')}" if cut else f"{before:.3f} → {after:.3f}"
    return {
        "name": f"{rank + 1}  {SCISSORS if cut else ''} {piece}",
        "before": before,
        "after": after,
        "furthest": max(before, after),
        "label": label if found.stages else f"{before:.3f}",
        "colour": _FILLS[rank % len(_FILLS)],
    }


def sweep_chart(points: Sequence[SweepPoint], swept: Swept, language: Language) -> alt.LayerChart:
    """Average Self-BLEU over the values of a setting, with the range of the single texts."""
    data = pd.DataFrame(
        {
            "value": one.value,
            "average": one.diversity.average,
            "lowest": min(one.diversity.scores),
            "highest": max(one.diversity.scores),
        }
        for one in points
    )
    name = {"temperature": "temperature", "top_p": "top-p"}[swept]
    x = alt.X("value:Q", title=name, scale=alt.Scale(type="log" if swept == "temperature" else "linear"))
    y = alt.Y("average:Q", title=w.AVERAGE_SELF_BLEU.text(language), scale=alt.Scale(domain=[0, 100]))
    base = alt.Chart(data)
    tooltip = [alt.Tooltip("value:Q", title=name), alt.Tooltip("average:Q", title="Self-BLEU", format=".1f")]
    ranges = base.mark_rule(color=_CUT, strokeWidth=2).encode(x=x, y=alt.Y("lowest:Q"), y2="highest:Q")
    line = base.mark_line(color="#1f77b4", strokeWidth=2).encode(x=x, y=y)
    dots = base.mark_point(color="#1f77b4", size=70, filled=True).encode(x=x, y=y, tooltip=tooltip)
    return _layers([ranges, line, dots], 300, w.SWEEP_ABOUT.text(language))


def _layers(charts: Sequence[Any], height: int, about: str) -> alt.LayerChart:
    """The charts upon each other; `about` is what a screen reader says of them."""
    chart: alt.LayerChart = alt.layer(*charts).properties(height=height, description=about)
    return chart
