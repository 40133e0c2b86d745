"""A small drawing layer: shapes and words → one SVG text, the same bytes everywhere.

Words stay words, so that they can be selected, searched and read aloud; hence a picture names a list of fonts, leaves
air around its words, and uses no width that only one font has. It holds no ids and no style sheet (nothing can clash
where a page shows several), no reference to another file, and stands on white, whatever page it is shown on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from xml.etree import ElementTree

from autograder.messages import Message

FigureLanguage = Literal["ja", "en"]
Words = Message | str

WIDTH = 720.0
INK, MUTED, LINE, PAPER = "#1b2230", "#566072", "#c9d0da", "#ffffff"
# Blue and orange differ for every kind of colour vision, and in brightness of their pale versions.
BLUE, PALE_BLUE, ORANGE, PALE_ORANGE, GREEN, PALE_GREEN = (
    *("#0068a5", "#d6e8f5"),
    *("#bd4b00", "#fde3d0"),
    *("#00745a", "#d3eee5"),
)
MID_BLUE, GREY, PALE_GREY = "#7db4dd", "#8a94a3", "#eef1f5"
_SANS = (
    "system-ui, -apple-system, 'Segoe UI', 'Hiragino Sans', 'Yu Gothic UI', "
    "'Noto Sans CJK JP', 'Noto Sans JP', Meiryo, sans-serif"
)
_MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', monospace"


def number(value: float) -> str:
    """At most two decimals, without trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Drawing:
    """A picture under work, WIDTH by `height` units, in one language; y runs downwards."""

    def __init__(self, language: FigureLanguage, height: float, title: Words, about: Words) -> None:
        self.language = language
        size = {"width": number(WIDTH), "height": number(height), "viewBox": f"0 0 {number(WIDTH)} {number(height)}"}
        self._root = {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "xml:lang": language}
        self._root |= {"font-family": _SANS}
        self._parts: list[ElementTree.Element] = []
        self._add("title").text = self.said(title)
        self._add("desc").text = self.said(about)
        self.rect(0, 0, WIDTH, height, fill=PAPER, radius=8)
        self.write(24, 34, title, size=17, bold=True)

    def rect(
        self, x: float, y: float, width: float, height: float, *, fill: str = "none", radius: float = 0, **line: Any
    ) -> None:
        """A box with its upper left corner at (x, y). `line`: colour, thick, dash."""
        place = {"x": number(x), "y": number(y), "width": number(width), "height": number(height)}
        corner = {"rx": number(radius)} if radius else {}
        self._add("rect", {**place, **corner, "fill": fill, **_outline(**line)})

    def line(self, x1: float, y1: float, x2: float, y2: float, **line: Any) -> None:
        """From (x1, y1) to (x2, y2). `line`: colour, thick, dash."""
        ends = {"x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)}
        self._add("line", {**ends, **_outline(**({"colour": INK} | line))})

    def path(self, steps: str, *, fill: str = "none", **line: Any) -> None:
        """SVG path data, e.g. "M 0 0 H 10". `line`: colour, thick, dash."""
        self._add("path", {"d": steps, "fill": fill, **_outline(**line)})

    def circle(self, x: float, y: float, radius: float, *, fill: str = "none", **line: Any) -> None:
        """A circle around (x, y). `line`: colour, thick, dash."""
        place = {"cx": number(x), "cy": number(y), "r": number(radius)}
        self._add("circle", {**place, "fill": fill, **_outline(**line)})

    def arrow(self, x1: float, y1: float, x2: float, y2: float, **line: Any) -> None:
        """A line with a head at (x2, y2). `line`: colour, thick, dash."""
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        along_x, along_y = (x2 - x1) / length, (y2 - y1) / length
        foot_x, foot_y = x2 - 9 * along_x, y2 - 9 * along_y
        self.line(x1, y1, foot_x, foot_y, **line)
        corners = [
            (x2, y2),
            (foot_x - 4.5 * along_y, foot_y + 4.5 * along_x),
            (foot_x + 4.5 * along_y, foot_y - 4.5 * along_x),
        ]
        steps = " L ".join(f"{number(x)} {number(y)}" for x, y in corners)
        self._add("path", {"d": f"M {steps} Z", "fill": str(line.get("colour", INK))})

    def write(
        self,
        x: float,
        y: float,
        words: Words,
        *,
        size: float = 14,
        anchor: Literal["start", "middle", "end"] = "start",
        colour: str = INK,
        bold: bool = False,
        mono: bool = False,
    ) -> None:
        """One line of words on the baseline y, at, around or up to x."""
        style = {"font-size": number(size), "fill": colour}
        style |= {"text-anchor": anchor} if anchor != "start" else {}
        style |= {"font-weight": "600"} if bold else {}
        style |= {"font-family": _MONO} if mono else {}
        self._add("text", {"x": number(x), "y": number(y), **style}).text = self.said(words)

    def axis(self, left: float, right: float, y: float, ticks: Sequence[float]) -> None:
        """A line across with evenly spaced ticks, from the first one to the last, and their numbers below."""
        self.line(left, y, right, y, colour=GREY)
        for index, tick in enumerate(ticks):
            x = left + (right - left) * index / (len(ticks) - 1)
            self.line(x, y, x, y + 5, colour=GREY)
            self.write(x, y + 21, f"{tick:.1f}", size=12.5, colour=MUTED, anchor="middle")

    def write_runs(self, x: float, y: float, runs: list[tuple[str, dict[str, str]]], *, size: float = 14) -> None:
        """One line of words from x on, each run with SVG attributes of its own, e.g. fill."""
        text = self._add("text", {"x": number(x), "y": number(y), "font-size": number(size), "fill": INK})
        for words, attributes in runs:
            ElementTree.SubElement(text, "tspan", attributes).text = words

    def said(self, words: Words) -> str:
        """`words` in the picture's language."""
        return words if isinstance(words, str) else words.text(self.language)

    def svg(self) -> str:
        """The finished picture, one element on each line."""
        opening = ElementTree.tostring(ElementTree.Element("svg", self._root), encoding="unicode")
        body = [ElementTree.tostring(part, encoding="unicode") for part in self._parts]
        return "\n".join([opening.removesuffix(" />") + ">", *body, "</svg>"]) + "\n"

    def _add(self, kind: str, attributes: dict[str, str] | None = None) -> ElementTree.Element:
        self._parts.append(ElementTree.Element(kind, attributes or {}))
        return self._parts[-1]


def _outline(*, colour: str = "", thick: float = 1.0, dash: str = "") -> dict[str, str]:
    if not colour:
        return {}
    line = {"stroke": colour, "stroke-width": number(thick)}
    return line | ({"stroke-dasharray": dash} if dash else {})
