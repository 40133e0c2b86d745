"""From a matplotlib figure to an `<svg>` that lives inside a page.

Colours become CSS variables and words stand in Japanese and English (classes `ja` and `en`), so one
picture serves light and dark pages in both languages. Only shapes and words are kept: no ids, no
fonts, no names of other files. matplotlib itself sees ASCII placeholders, hence it needs no
Japanese font. The same content gives the same bytes, whatever settings the user has for matplotlib.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from autograder.exercise import Verdict
from autograder.messages import Message, visible

WIDTH = 680.0  # of every picture, in its own units; the page scales it
VARIABLES = (
    "text",
    "muted",
    "line",
    "surface",
    "accent",
    "on-fill",
    "pass-fill",
    "unwritten-fill",
    *(verdict.value for verdict in Verdict),
)
COLOURS = {name: f"#0a0b{code:02x}" for code, name in enumerate(VARIABLES)}  # stand-ins, replaced in the end


@contextmanager
def plain_settings() -> Iterator[None]:
    """matplotlib's own defaults instead of the user's, with words kept as words."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "autograder"})
        yield


class Drawing:
    """A figure, WIDTH by `height` units, whose words are put in after matplotlib has placed them."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH / 72, height / 72))
        self._words: dict[str, Message | str] = {}

    def placeholder(self, words: Message | str) -> str:
        """The ASCII text to give to matplotlib where `words` are to stand."""
        key = f"word{len(self._words)}"
        self._words[key] = words
        return key

    def write(self, axes: Any, place: tuple[float, float], words: Message | str, **style: Any) -> None:
        """Put `words` at `place`, in the axes' coordinates, on the baseline."""
        axes.text(*place, self.placeholder(words), va="baseline", **style)

    def svg(self, title: Message, description: str) -> str:
        """The finished `<svg>`, its title and description told to screen readers."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        attributes = {"viewBox": f"0 0 {WIDTH:g} {self.height:g}", "role": "img", "class": "figure"}
        svg = ElementTree.Element("svg", attributes)
        ElementTree.SubElement(svg, "title").text = f"{title.ja} / {title.en}"
        ElementTree.SubElement(svg, "desc").text = visible(description, limit=20_000)
        for element in ElementTree.fromstring(buffer.getvalue()).iter():
            self._copy(element, svg)
        return ElementTree.tostring(svg, encoding="unicode", short_empty_elements=False)

    def _copy(self, element: ElementTree.Element, svg: ElementTree.Element) -> None:
        kind, style = element.tag.rpartition("}")[2], _themed(element.get("style", ""))
        if kind == "path" and style != "fill: none":
            ElementTree.SubElement(svg, "path", {"d": " ".join(element.get("d", "").split()), "style": style})
        elif kind == "text":
            place = {name: element.get(name, "") for name in ("x", "y")}
            _put(self._words[element.text or ""], ElementTree.SubElement(svg, "text", {**place, "style": style}))


def _put(words: Message | str, text: ElementTree.Element) -> None:
    if isinstance(words, str):
        text.text = words
        return
    for language, sentence in (("ja", words.ja), ("en", words.en)):
        part = ElementTree.SubElement(text, "tspan", {"class": language, "lang": language})
        part.text, part.tail = sentence, " "


def _themed(style: str) -> str:
    """A style of matplotlib's with our colours as CSS variables and without its fonts."""
    style = re.sub(r"font-family: [^;]*; ", "", style)
    return re.sub("#0a0b([0-9a-f]{2})", lambda found: f"var(--{VARIABLES[int(found[1], 16)]})", style)
