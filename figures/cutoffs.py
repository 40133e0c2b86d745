"""Which tokens of a distribution stay: the nucleus, epsilon's floor, min-p's floor, top-k beside top-p."""

from __future__ import annotations

from autograder.messages import Message
from figures.example import PEAKED, PROBS, TOKENS, nucleus_size, renormalised, running_sums, warmed
from figures.svg import BLUE, GREY, INK, MID_BLUE, MUTED, ORANGE, PAPER, Drawing, FigureLanguage

P, EPSILON, MIN_P, K = 0.8, 0.05, 0.3, 3
DROPPED = Message("捨てる", "dropped")
_TOP, _ROW, _LEFT, _SCALE = 98.0, 28.0, 214.0, 310.0  # of the nucleus: its rows, and its running sum


def nucleus(language: FigureLanguage) -> str:
    """The running sum of the example as stairs, cut where it reaches p."""
    size, sums = nucleus_size(PROBS, P), running_sums(PROBS)
    after = renormalised(list(PROBS[:size]))
    drawing = Drawing(
        language,
        height=428,
        title=Message(
            f"p = {P} の nucleus：合計が p に届くまで、上から残す",
            f"The nucleus for p = {P}: keep from the top until p is reached",
        ),
        about=Message(
            "確率の高い順に 10 個のトークンを階段のように積み上げた図。over までの合計は 0.78、and で 0.85 となり 0.8 をまたぐ。the から and までの 6 個が残り、castle から darkness までの 4 個は捨てられる。右の列は割り直した確率。",
            "Ten tokens, most probable first, stacked like stairs. The sum is 0.78 up to over and 0.85 with and, which crosses 0.8. The six tokens from the to and stay, the four from castle to darkness are dropped. The right column holds the renormalised probabilities.",
        ),
    )
    drawing.write(146, 82, Message("確率", "P"), size=13, colour=MUTED, anchor="end")
    drawing.write(196, 82, Message("合計", "sum"), size=13, colour=MUTED, anchor="end")
    drawing.write(576, 82, Message("割り直したあと", "renormalised"), size=13, colour=MUTED)
    bottom, edge = _TOP + _ROW * len(TOKENS) + 4, _LEFT + P * _SCALE
    drawing.axis(_LEFT, _LEFT + _SCALE, bottom, (0, 0.2, 0.4, 0.6, 0.8, 1))
    for index in range(len(TOKENS)):
        _stair(drawing, index, crossing=size - 1)
        y = _TOP + _ROW * index
        if index < size:
            drawing.rect(576, y + 3, after[index] * 260, 19, fill=ORANGE if index == size - 1 else BLUE)
            drawing.write(584 + after[index] * 260, y + 18, f"{after[index]:.3f}", size=13)
        else:
            drawing.write(576, y + 18, DROPPED, size=13, colour=MUTED)
    drawing.line(edge, 88, edge, bottom + 6, colour=ORANGE, thick=2, dash="6 4")
    drawing.write(edge, 82, f"p = {P}", bold=True, colour=ORANGE, anchor="middle")
    x, y = _LEFT + sums[size - 2] * _SCALE - 10, _TOP + _ROW * (size - 1) + 18
    words = Message(f"ここで {P} をまたぐ：「{TOKENS[size - 1]}」も残す", f"crosses {P}, so “{TOKENS[size - 1]}” stays")
    drawing.write(x, y, words, size=13, bold=True, colour=ORANGE, anchor="end")
    return drawing.svg()


def _stair(drawing: Drawing, index: int, *, crossing: int) -> None:
    """One row of the nucleus: the token, its probability, the sum so far, and the step from the last sum to this."""
    y, p, total = _TOP + _ROW * index, PROBS[index], running_sums(PROBS)[index]
    kept, crosses = index <= crossing, index == crossing
    colour = INK if kept else MUTED
    drawing.write(100, y + 18, TOKENS[index], anchor="end", colour=colour, bold=crosses)
    drawing.write(146, y + 18, f"{p:.2f}", size=13, anchor="end", colour=colour)
    drawing.write(196, y + 18, f"{total:.2f}", size=13, anchor="end", colour=colour, bold=crosses)
    start = _LEFT + (total - p) * _SCALE
    if index:
        drawing.line(start, y - 6, start, y + 3, colour=GREY)
    _bar(drawing, (start, y + 3, p * _SCALE, 19), kept, ORANGE if crosses else BLUE)


def epsilon_floor(language: FigureLanguage) -> str:
    """The example's bars before and after the tokens below the floor are dropped."""
    drawing = Drawing(
        language,
        height=386,
        title=Message(
            f"ε = {EPSILON}：確率が床に届かないトークンを捨てる",
            f"ε = {EPSILON}: tokens below the floor are dropped",
        ),
        about=Message(
            "10 個のトークンの確率の棒と、高さ 0.05 の床。into 0.04、flames 0.03、darkness 0.02 は床に届かないので捨てられ、残りの 7 個は割り直されて少し高くなる。",
            "Bars of ten tokens' probabilities and a floor at 0.05. into (0.04), flames (0.03) and darkness (0.02) do not reach it and are dropped; the seven others are renormalised and grow a little.",
        ),
    )
    base, left, right = 296.0, 76.0, 704.0
    floor = base - EPSILON * 760
    drawing.line(left, base, right, base, colour=GREY)
    _pairs(drawing, base)
    drawing.write(72, base + 43, Message("もと", "before"), size=13, anchor="end", colour=MUTED)
    drawing.write(72, base + 67, Message("あと", "after"), size=13, anchor="end", colour=BLUE, bold=True)
    drawing.line(left, floor, right, floor, colour=ORANGE, thick=2, dash="6 4")
    drawing.write(72, floor + 5, f"ε = {EPSILON}", size=12.5, bold=True, colour=ORANGE, anchor="end")
    legend = (
        (MID_BLUE, Message("もとの確率", "before")),
        (BLUE, Message("捨てて割り直したあと", "after dropping and renormalising")),
        ("", Message("床に届かないので捨てる", "below the floor: dropped")),
    )
    for index, (colour, words) in enumerate(legend):
        _bar(drawing, (424, 62 + 24 * index, 14, 14), bool(colour), colour)
        drawing.write(446, 74 + 24 * index, words, size=13, colour=MUTED)
    return drawing.svg()


def _pairs(drawing: Drawing, base: float) -> None:
    """For each token the bars before and after, and below them the numbers."""
    size = sum(p >= EPSILON for p in PROBS)
    after = [*renormalised(list(PROBS[:size])), *[0.0] * (len(PROBS) - size)]
    for index, (token, old, new) in enumerate(zip(TOKENS, PROBS, after, strict=True)):
        x, kept = 84 + 62.0 * index, index < size
        _bar(drawing, (x + 5, base - old * 760, 25, old * 760), kept, MID_BLUE)
        if kept:
            drawing.rect(x + 32, base - new * 760, 25, new * 760, fill=BLUE)
        ink, ink_after = (INK, BLUE) if kept else (MUTED, MUTED)
        drawing.write(x + 31, base + 19, token, size=12.5, anchor="middle", colour=ink)
        drawing.write(x + 31, base + 43, f"{old:.2f}", size=12.5, anchor="middle", colour=ink)
        words = f"{new:.3f}" if kept else DROPPED
        drawing.write(x + 31, base + 67, words, size=12.5, anchor="middle", colour=ink_after, bold=kept)


def scaled_floor(language: FigureLanguage) -> str:
    """The floor of the same min_p on a peaked distribution, the example and a flat one."""
    drawing = Drawing(
        language,
        height=330,
        title=Message(
            f"min_p = {MIN_P} の下限は、最も高い棒の {MIN_P} 倍",
            f"The floor of min_p = {MIN_P} is {MIN_P} times the highest bar",
        ),
        about=Message(
            "3 つの分布の棒グラフと、最も高い棒の 0.3 倍の高さに引いた下限。尖った分布では下限が 0.24 で 1 個、例の分布では 0.075 で 5 個、平らな分布では 0.034 で 10 個全部が残る。",
            "Bar charts of three distributions, each with a floor at 0.3 times its highest bar. The peaked one has its floor at 0.24 and keeps one token, the example at 0.075 and keeps five, the flat one at 0.034 and keeps all ten.",
        ),
    )
    shapes = (
        (PEAKED, Message("尖った分布", "peaked")),
        (PROBS, Message("例の分布", "the example")),
        (tuple(warmed(PROBS, 10)), Message("平らな分布", "flat")),
    )
    for column, (probs, shape) in enumerate(shapes):
        left, base, floor = 40 + 226.0 * column, 284.0, MIN_P * probs[0]
        size, height = sum(p >= floor for p in probs), 180 / probs[0]
        drawing.write(left, 70, shape, size=16, bold=True)
        drawing.line(left - 4, base, left + 204, base, colour=GREY)
        for index, p in enumerate(probs):
            _bar(drawing, (left + 20 * index, base - p * height, 15, p * height), index < size, BLUE)
            ink = INK if index < size else MUTED
            drawing.write(left + 20 * index + 7.5, base + 16, str(index + 1), size=12, anchor="middle", colour=ink)
        drawing.line(
            left - 4, base - floor * height, left + 204, base - floor * height, colour=ORANGE, thick=2, dash="6 4"
        )
        words = f"{MIN_P} × {probs[0]:.3g} = {floor:.2g}"
        drawing.write(left, base - 192, words, size=13, bold=True, colour=ORANGE)
        many = "token" if size == 1 else "tokens"
        kept = Message(f"{size} 個が残る", f"{size} {many} kept")
        drawing.write(left, base + 38, kept, colour=BLUE, bold=True)
    return drawing.svg()


def top_k_and_top_p(language: FigureLanguage) -> str:
    """The same k and p on a peaked and on a flat distribution."""
    drawing = Drawing(
        language,
        height=394,
        title=Message(
            "top-k は個数が一定、top-p は分布に合わせて変わる",
            "top-k keeps a fixed number, top-p follows the distribution",
        ),
        about=Message(
            "尖った分布と平らな分布に、k = 3 と p = 0.8 をかけた 4 つの棒グラフ。k = 3 はどちらでも 3 個を残す。p = 0.8 は尖った分布で 1 個、平らな分布で 8 個を残す。",
            "Four bar charts: k = 3 and p = 0.8 on a peaked and on a flat distribution. k = 3 keeps three tokens of both. p = 0.8 keeps one token of the peaked and eight of the flat one.",
        ),
    )
    rows = (
        (PEAKED, Message("尖った分布", "peaked"), 236.0),
        (tuple(warmed(PROBS, 10)), Message("平らな分布", "flat"), 356.0),
    )
    for column, rule in enumerate((f"top-k, k = {K}", f"top-p, p = {P}")):
        drawing.write(128 + 304 * column, 74, rule, size=16, bold=True)
    for probs, shape, base in rows:
        drawing.write(104, base - 6, shape, anchor="end", bold=True)
        drawing.write(104, base + 16, Message("順位", "rank"), size=12, colour=MUTED, anchor="end")
        for column, size in enumerate((K, nucleus_size(probs, P))):
            _ranked(drawing, (128 + 304 * column, base), probs, size)
    return drawing.svg()


def _ranked(drawing: Drawing, corner: tuple[float, float], probs: tuple[float, ...], size: int) -> None:
    """Bars by rank, of which the first `size` stay. One scale for all of them, so that heights compare."""
    left, base = corner
    drawing.line(left - 4, base, left + 264, base, colour=GREY)
    for index, p in enumerate(probs):
        _bar(drawing, (left + 26 * index, base - p * 170, 20, p * 170), index < size, BLUE)
        ink = INK if index < size else MUTED
        drawing.write(left + 26 * index + 10, base + 16, str(index + 1), size=12, anchor="middle", colour=ink)
    many, total = "token" if size == 1 else "tokens", running_sums(probs)[size - 1]
    words = Message(f"{size} 個が残る（合計 {total:.2f}）", f"{size} {many} kept (sum {total:.2f})")
    drawing.write(left + 264, base - 44, words, colour=BLUE, bold=True, anchor="end")


def _bar(drawing: Drawing, place: tuple[float, float, float, float], kept: bool, colour: str) -> None:
    """Solid if the token stays, an empty dashed outline if not."""
    if kept:
        drawing.rect(*place, fill=colour)
    else:
        drawing.rect(*place, fill=PAPER, colour=GREY, thick=1.2, dash="3 2")
