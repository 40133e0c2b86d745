"""Pictures that students draw, as the checks see them: a PNG's bytes → pixels, and where the axes stand in them.

A picture is bytes from student code. Its size is read from its first bytes, and only a PNG within the bounds
is decoded (by pillow). Whatever is wrong with one ends the check with FAIL and a sentence. Words are found,
not read: the functions here tell that something is written beside an axis, and whether it is the same.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

from autograder.checks import fail, require
from autograder.disclosure import told, told_size

MIN_SIDE, MAX_SIDE = 100, 3000  # pixels
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Paper and the pale ground of some styles differ by about 20 of 255; antialiased ink differs by more.
_INK = 12
_LONG = 0.4  # of the side: such a run of ink is an axis, a grid line or the edge of a coloured ground,
_GRID = 0.005  # which a grid of another colour may cross


@dataclass(frozen=True)
class Picture:
    """`pixels`: uint8 (height, width, 3) on white; the axes' box goes from `top` and `left` up to `bottom` and `right`."""

    pixels: Any
    top: int
    bottom: int
    left: int
    right: int

    @property
    def inside(self) -> Any:
        """What is drawn between the axes, without the frame."""
        return self.pixels[self.top + 3 : self.bottom - 2, self.left + 3 : self.right - 2]

    @property
    def below(self) -> Any:
        """What stands under the x axis: its numbers and its name."""
        return self.pixels[self.bottom + 1 :]


def read_picture(data: bytes, where: str) -> Picture:
    """The picture in the bytes of a PNG file, with its axes found."""
    pixels = _decoded(data, where)
    rows, columns = _long_runs(_ink(pixels))
    if not rows or not columns:
        fail(
            ja=f"{where}: 図の中に座標軸が見つかりません。横軸と縦軸のある図をかいてください。",
            en=f"{where}: found no axes in the picture. Draw one with an x axis and a y axis.",
        )
    return Picture(pixels, min(rows), max(rows), min(columns), max(columns))


def _decoded(data: bytes, where: str) -> Any:
    import numpy
    from PIL import Image

    require(
        data[:8] == _SIGNATURE and len(data) >= 24,
        ja=f"{where}: PNG のファイルのはずですが、先頭のバイトが {told(data[:8])} でした。PNG として保存してください。",
        en=f"{where}: expected a PNG file, but it begins with the bytes {told(data[:8])}. Save the picture as PNG.",
    )
    width, height = struct.unpack(">II", data[16:24])
    require(
        min(width, height) >= MIN_SIDE and max(width, height) <= MAX_SIDE,
        ja=f"{where}: 図の縦と横は {MIN_SIDE} から {MAX_SIDE} ピクセルのはずですが、{told_size(width)} × {told_size(height)} でした。figsize と dpi を確かめてください。",
        en=f"{where}: expected {MIN_SIDE} to {MAX_SIDE} pixels on each side, got {told_size(width)} × {told_size(height)}. Look at figsize and dpi.",
    )
    try:
        opened = Image.open(io.BytesIO(data), formats=["PNG"])
        if opened.size != (width, height):  # a second header, larger than the first
            raise ValueError("two sizes in one file")
        image = opened.convert("RGBA")
    except Exception:  # a decoder may raise anything on bytes that a student's code made
        fail(
            ja=f"{where}: PNG として読めません（途中で切れているか、壊れています）。ファイルを最後まで書き、閉じてください。",
            en=f"{where}: not a readable PNG (cut short or damaged). Write the file to its end and close it.",
        )
    paper = Image.new("RGBA", image.size, "white")
    return numpy.asarray(Image.alpha_composite(paper, image).convert("RGB"))


def differ(one: Any, other: Any) -> Any:
    """Where two regions of equal size differ visibly: bool (height, width)."""
    import numpy

    return numpy.abs(one.astype(numpy.int16) - other).max(axis=2) > _INK


def look_alike(one: Any, other: Any) -> bool:
    """Whether two regions have one size and no visible difference."""
    return one.shape == other.shape and not differ(one, other).any()


def has_y_name(picture: Picture) -> bool:
    """Whether something besides numbers stands to the left of the y axis.

    Numbers are as high as those below the x axis and have space between them; a name runs along the axis,
    or stands apart from the column of numbers.
    """
    ink = _ink(picture.pixels)
    texts = _runs(ink[picture.bottom + 1 :, picture.left : picture.right].any(axis=1), gap=0)
    texts = texts[1:] if texts and texts[0][0] <= 1 else texts  # marks that touch the axis
    height = texts[0][1] - texts[0][0] if texts else 0.02 * ink.shape[0]
    margin = ink[picture.top : picture.bottom, : picture.left]
    columns = _runs(margin.any(axis=0), gap=0)
    if columns and columns[-1][1] >= picture.left - 1:
        margin = margin[:, : columns[-1][0]]
    rows = _runs(margin.any(axis=1), gap=0.6 * height)
    columns = _runs(margin.any(axis=0), gap=0.45 * height)
    return any(end - start >= 3 * height for start, end in rows) or len(columns) > 1


def _ink(pixels: Any) -> Any:
    """Where the picture differs from its paper, the most frequent colour of its border: bool (height, width)."""
    import numpy

    border = numpy.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colours, counts = numpy.unique(border, axis=0, return_counts=True)
    return differ(pixels, colours[counts.argmax()])


def _long_runs(ink: Any) -> tuple[list[int], list[int]]:
    """Rows and columns in which long runs of ink lie, horizontal or vertical, with both their ends."""
    rows: list[int] = []
    columns: list[int] = []
    for lines, along, across in ((ink, columns, rows), (ink.T, rows, columns)):
        for number, line in enumerate(lines):
            for start, end in _runs(line, gap=_GRID * line.size):
                if end - start >= _LONG * line.size:
                    along += [start, end - 1]
                    across.append(number)
    return rows, columns


def _runs(line: Any, *, gap: float) -> list[tuple[int, int]]:
    """(start, end) of every run of True; runs that are at most `gap` apart count as one."""
    import numpy

    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[0], line.astype(int), [0]])))
    runs: list[tuple[int, int]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        if runs and start - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs
