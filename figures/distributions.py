"""The example's distribution at several temperatures, and one draw from it."""

from __future__ import annotations

from autograder.messages import Message
from figures.example import PROBS, TOKENS, running_sums, warmed
from figures.svg import (
    BLUE,
    GREY,
    INK,
    MID_BLUE,
    MUTED,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    Drawing,
    FigureLanguage,
)

U = 0.5  # of the draw
_TOP, _ROW = 112.0, 25.0  # of the temperatures
_BASE, _SCALE, _LEFT, _STEP = 366.0, 290.0, 76.0, 62.0  # of the stairs


def temperatures(language: FigureLanguage) -> str:
    """The example's distribution at four temperatures, side by side."""
    drawing = Drawing(
        language,
        height=398,
        title=Message(
            "温度を上げるほど、分布はなだらかになる", "The higher the temperature, the flatter the distribution"
        ),
        about=Message(
            "10 個のトークンの確率を T = 0.5、1、1.5、10 で並べた棒グラフ。the は 0.409、0.25、0.195、0.112 と下がり、darkness は 0.003、0.02、0.036、0.087 と上がる。",
            "Bars of ten tokens' probabilities at T = 0.5, 1, 1.5 and 10. the falls from 0.409 over 0.25 and 0.195 to 0.112; darkness rises from 0.003 over 0.02 and 0.036 to 0.087.",
        ),
    )
    panels = (
        (0.5, Message("尖る", "sharper")),
        (1.0, Message("もとのまま", "unchanged")),
        (1.5, Message("なだらか", "flatter")),
        (10.0, Message("ほぼ一様", "almost uniform")),
    )
    for index, token in enumerate(TOKENS):
        drawing.write(100, _TOP + _ROW * index + 15, token, anchor="end")
    for panel, (t, effect) in enumerate(panels):
        left = 112 + 150 * panel
        drawing.write(left, 74, f"T = {t:g}", size=16, bold=True)
        drawing.write(left, 94, effect, size=13, colour=MUTED)
        _warmed_bars(drawing, left, t)
    drawing.line(114, 374, 114, 390, thick=2)
    drawing.write(124, 387, Message("T = 1 のときの確率", "probability at T = 1"), size=13, colour=MUTED)
    return drawing.svg()


def _warmed_bars(drawing: Drawing, left: float, t: float) -> None:
    """The distribution at temperature t, with marks where it was at T = 1."""
    drawing.line(left, _TOP - 4, left, _TOP + _ROW * len(TOKENS), colour=GREY)
    for index, (before, after) in enumerate(zip(PROBS, warmed(PROBS, t), strict=True)):
        y, mark = _TOP + _ROW * index, left + before * 225
        drawing.rect(left, y + 2, after * 225, 17, fill=MID_BLUE)
        drawing.line(mark, y - 1, mark, y + 22, thick=2)
        drawing.write(left + 136, y + 15, f"{after:.3f}", size=12.5, anchor="end")


def inverse_cdf(language: FigureLanguage) -> str:
    """Stairs of the running sum; a number u on the axis picks the token whose step it hits."""
    sums = running_sums(PROBS)
    chosen = sum(total <= U for total in sums)
    drawing = Drawing(
        language,
        height=424,
        title=Message("乱数 u が入った区間のトークンを選ぶ", "Draw the token whose interval the number u falls into"),
        about=Message(
            "縦軸に 0 から 1 の累積、横軸に 10 個のトークンを置いた階段。u = 0.5 から横に進むと dragon の段（0.45 以上 0.60 未満）に当たるので、dragon を選ぶ。",
            "Stairs of the running sum from 0 to 1 over ten tokens. From u = 0.5 a horizontal arrow meets the step of dragon (from 0.45 up to 0.60), so dragon is drawn.",
        ),
    )
    _steps(drawing, chosen)
    y, middle, first = _BASE - U * _SCALE, _LEFT + _STEP * (chosen + 0.5), sums[chosen] - PROBS[chosen]
    drawing.arrow(_LEFT, y, _LEFT + _STEP * chosen, y, colour=ORANGE, thick=2)
    drawing.write(_LEFT + 8, y - 8, f"u = {U}", bold=True, colour=ORANGE)
    drawing.arrow(middle, _BASE - first * _SCALE, middle, _BASE, colour=ORANGE, thick=2, dash="6 4")
    drawing.write(middle + 40, y + 5, f"{first:.2f} ≤ u < {sums[chosen]:.2f}", bold=True, colour=ORANGE)
    words = Message("段の高さが、そのトークンの確率", "the height of a step is the token's probability")
    drawing.write(middle + 40, _BASE - 20, words, size=13, colour=MUTED)
    return drawing.svg()


def _steps(drawing: Drawing, chosen: int) -> None:
    """Both axes, and a step for each token, as high as its probability."""
    drawing.line(_LEFT, _BASE, _LEFT, _BASE - _SCALE, colour=GREY)
    drawing.line(_LEFT, _BASE, _LEFT + _STEP * len(TOKENS), _BASE, colour=GREY)
    for y, tick in ((_BASE - tick * _SCALE, tick) for tick in (0, 0.2, 0.4, 0.6, 0.8, 1)):
        drawing.line(_LEFT - 5, y, _LEFT, y, colour=GREY)
        drawing.write(_LEFT - 10, y + 4.5, f"{tick:.1f}", size=12, colour=MUTED, anchor="end")
    drawing.write(_LEFT - 10, _BASE + 43, Message("累積", "sum"), size=12.5, anchor="end", colour=MUTED)
    for index, (token, p, total) in enumerate(zip(TOKENS, PROBS, running_sums(PROBS), strict=True)):
        x, middle, hit = _LEFT + _STEP * index, _LEFT + _STEP * (index + 0.5), index == chosen
        fill, colour, thick = (PALE_ORANGE, ORANGE, 2) if hit else (PALE_BLUE, BLUE, 1)
        drawing.rect(x, _BASE - total * _SCALE, _STEP, p * _SCALE, fill=fill, colour=colour, thick=thick)
        ink = ORANGE if hit else INK
        drawing.write(middle, _BASE + 20, token, size=12.5, anchor="middle", bold=hit, colour=ink)
        drawing.write(middle, _BASE + 43, f"{total:.2f}", size=12.5, anchor="middle", bold=hit, colour=ink)
