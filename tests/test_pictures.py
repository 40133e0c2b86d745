"""Pictures of students: real ones are understood in many styles, everything else is a FAIL with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import matplotlib.style
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from autograder.errors import CheckFailed
from autograder.pictures import MAX_SIDE, has_y_name, look_alike, read_picture

STYLES = ["default", "ggplot", "dark_background", "seaborn-v0_8-darkgrid", "fivethirtyeight", "classic"]


def drawn(style: str = "default", *, xlabel: str = "temperature", ylabel: str = "Self-BLEU", last: float = 10.0, **how):
    """A PNG of three points."""
    with matplotlib.style.context(style):
        figure = Figure(figsize=how.get("size"), layout=how.get("layout"))
        axes = figure.subplots()
        axes.plot([0.2, 1.0, 3.0], [90.0, 50.0, last], marker="o")
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        data = io.BytesIO()
        figure.savefig(data, dpi=how.get("dpi", "figure"))
    return data.getvalue()


@pytest.mark.parametrize("how", [{}, {"layout": "constrained", "size": (4, 3), "dpi": 72}], ids=["plain", "small"])
@pytest.mark.parametrize("style", STYLES)
def test_a_name_beside_the_y_axis_is_seen_in_every_style(style: str, how: dict):
    """And its absence, too."""
    assert has_y_name(read_picture(drawn(style, **how), "plot"))
    assert not has_y_name(read_picture(drawn(style, ylabel="", **how), "plot"))


def test_regions_tell_what_changed():
    """Points inside, the name of the x axis below."""
    one, other, renamed = (read_picture(data, "plot") for data in (drawn(), drawn(last=20.0), drawn(xlabel="top_p")))
    assert not look_alike(one.inside, other.inside)
    assert look_alike(one.inside, renamed.inside)
    assert not look_alike(one.below, renamed.below)
    assert look_alike(one.pixels, read_picture(drawn(), "plot").pixels)
    assert not look_alike(one.pixels, one.pixels[1:])


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG with that header, whatever stands behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


def blank(width: int = 640, height: int = 480) -> bytes:
    data = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 255, np.uint8)).save(data, format="PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "expected a PNG file"),
        (b"\xff\xd8\xff\xe0 jpeg" + bytes(40), "expected a PNG file"),
        (b"%PDF-1.4" + bytes(40), "expected a PNG file"),
        (png(50_000, 50_000), "got 50000 × 50000"),
        (png(MAX_SIDE + 1, 300), "pixels on each side"),
        (png(2, 2), "pixels on each side"),
        (png(640, 480), "not a readable PNG"),
        (png(640, 480, png(20_000, 20_000)[8:33]), "not a readable PNG"),
        (drawn()[:2000], "not a readable PNG"),
        (blank(), "found no axes"),
    ],
    ids=["empty", "jpeg", "pdf", "bomb", "large", "tiny", "no data", "two headers", "cut", "blank"],
)
def test_everything_else_is_a_fail(data: bytes, part: str):
    """Never an exception of the decoder, and no memory for what a header promises."""
    with pytest.raises(CheckFailed, match=part):
        read_picture(data, "plot")
