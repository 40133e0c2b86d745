"""How a sequence of tokens is found: greedy beside a beam, and one round of the sampling loop."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.messages import Message
from figures.example import PROBS, nucleus_size, renormalised, warmed
from figures.svg import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MID_BLUE,
    MUTED,
    ORANGE,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PAPER,
    Drawing,
    FigureLanguage,
    Words,
)

START = "The dragon"
# Next token → (its probability, the tokens after it with theirs); most probable first.
TREE = {
    "was": (0.5, {"big": 0.40, "red": 0.35, "old": 0.25}),
    "flew": (0.4, {"home": 0.90, "off": 0.10}),
    "sat": (0.1, {}),
}
BEAMS = 2
T, K, P = 1.5, 5, 0.8  # of the sampling loop
_TOP, _ROW, _BOX = 116.0, 44.0, 30.0
_COLUMNS = (24.0, 196.0, 366.0, 478.0)
_FIRST_ROWS = {"was": 1.0, "flew": 3.5, "sat": 5.0}  # beside the tokens that follow them


@dataclass(frozen=True)
class _Leaf:
    """A sequence of two tokens with the row in which it stands."""

    first: str
    second: str
    row: int

    @property
    def probability(self) -> float:
        return TREE[self.first][0] * TREE[self.first][1][self.second]


def _leaves() -> list[_Leaf]:
    pairs = [(first, second) for first, (_, after) in TREE.items() for second in after]
    return [_Leaf(first, second, row) for row, (first, second) in enumerate(pairs)]


def beam(language: FigureLanguage) -> str:
    """A tree of two steps in which greedy ends at 0.20 and a beam of two finds 0.36."""
    drawing = Drawing(
        language,
        height=410,
        title=Message(
            "greedy は目の前の最大を選び、beam は先まで比べる",
            "Greedy takes the best step; a beam compares further ahead",
        ),
        about=Message(
            "The dragon に続く 2 語の木。1 語目は was 0.5、flew 0.4、sat 0.1。greedy は was、big と進み 0.5 × 0.40 = 0.20。幅 2 の beam は was と flew を残し、flew home の 0.4 × 0.90 = 0.36 を見つける。",
            "A tree of two words after The dragon. First was 0.5, flew 0.4, sat 0.1. Greedy goes on to was, big: 0.5 × 0.40 = 0.20. A beam of width 2 keeps was and flew and finds flew home: 0.4 × 0.90 = 0.36.",
        ),
    )
    leaves = _leaves()
    greedy, best = leaves[0], max(leaves, key=lambda leaf: leaf.probability)
    heads = (Message("1 語目", "first token"), Message("2 語目", "second token"), Message("積", "product"))
    for x, words in zip(_COLUMNS[1:], heads, strict=True):
        drawing.write(x, 80, words, size=13, colour=MUTED)
    for rank, (token, (p, _)) in enumerate(TREE.items()):
        colour, thick, dash = _edge(token == greedy.first, token == best.first)
        y = _TOP + _ROW * _FIRST_ROWS[token]
        drawing.line(_COLUMNS[0] + 112, _TOP + _ROW * 2, _COLUMNS[1], y, colour=colour, thick=thick, dash=dash)
        _node(drawing, (_COLUMNS[1], y), f"{token} {p:.1f}", rank < BEAMS)
    for rank, leaf in enumerate(sorted(leaves, key=lambda leaf: -leaf.probability)):
        _second_token(drawing, leaf, _edge(leaf == greedy, leaf == best), rank < BEAMS)
    _node(drawing, (_COLUMNS[0], _TOP + _ROW * 2), START, True, width=112)
    drawing.write(640, _TOP + 5, "greedy", bold=True, colour=ORANGE)
    drawing.write(640, _TOP + _ROW * best.row + 5, "beam", bold=True, colour=BLUE)
    _beam_legend(drawing, 386)
    return drawing.svg()


def _second_token(drawing: Drawing, leaf: _Leaf, edge: tuple[str, float, str], kept: bool) -> None:
    """The branch to a second token, the token, and the product of the two probabilities."""
    (colour, thick, dash), y = edge, _TOP + _ROW * leaf.row
    before = _TOP + _ROW * _FIRST_ROWS[leaf.first]
    drawing.line(_COLUMNS[1] + 96, before, _COLUMNS[2], y, colour=colour, thick=thick, dash=dash)
    first, second = TREE[leaf.first][0], TREE[leaf.first][1][leaf.second]
    _node(drawing, (_COLUMNS[2], y), f"{leaf.second} {second:.2f}", kept)
    words = f"{first:.1f} × {second:.2f} = {leaf.probability:.3f}"
    drawing.write(_COLUMNS[3], y + 5, words, size=13, bold=thick > 1, colour=colour)


def _edge(greedy: bool, best: bool) -> tuple[str, float, str]:
    """Colour, thickness and dashes of a branch."""
    if greedy:
        return ORANGE, 3.0, "7 4"
    return (BLUE, 3.0, "") if best else (MUTED, 1.0, "")


def _node(drawing: Drawing, place: tuple[float, float], words: str, kept: bool, *, width: float = 96) -> None:
    x, y = place
    fill, colour, dash = (PALE_BLUE, BLUE, "") if kept else (PAPER, GREY, "4 3")
    drawing.rect(x, y - _BOX / 2, width, _BOX, fill=fill, colour=colour, dash=dash, radius=6)
    drawing.write(x + width / 2, y + 5, words, anchor="middle", colour=INK if kept else MUTED)


def _beam_legend(drawing: Drawing, y: float) -> None:
    drawing.line(24, y - 5, 56, y - 5, colour=ORANGE, thick=3, dash="7 4")
    drawing.write(64, y, "greedy", size=13, colour=MUTED)
    drawing.line(136, y - 5, 168, y - 5, colour=BLUE, thick=3)
    drawing.write(176, y, Message("beam の答え", "the beam's answer"), size=13, colour=MUTED)
    drawing.rect(316, y - 12, 24, 16, fill=PALE_BLUE, colour=BLUE, radius=4)
    words = Message(f"beam（幅 {BEAMS}）が残す", f"kept by the beam (width {BEAMS})")
    drawing.write(348, y, words, size=13, colour=MUTED)
    drawing.rect(552, y - 12, 24, 16, fill=PAPER, colour=GREY, dash="4 3", radius=4)
    drawing.write(584, y, Message("残さない", "not kept"), size=13, colour=MUTED)


def sampling_round(language: FigureLanguage) -> str:
    """One round: the scores of the last position, temperature, top-k, top-p, one draw, append, and again."""
    drawing = Drawing(
        language,
        height=372,
        title=Message("「1 つ引いて末尾に付け足す」を繰り返す", "Draw one token, append it, repeat"),
        about=Message(
            "生成のループ。ここまでの ID をモデルに入れ、最後の位置の分布に温度、top-k、top-p を順にかけ、1 つ引いて末尾に付け足す。EOS が出るか max_new_tokens に達したら終わる。",
            "The loop of generation. The ids so far go through the model; temperature, top-k and top-p change the distribution of the last position in this order; one token is drawn and appended. It ends at EOS or at max_new_tokens.",
        ),
    )
    _strip(drawing)
    _stages(drawing)
    drawing.arrow(84, 104, 84, 172, colour=MUTED, thick=1.5)
    through = Message("モデルに入れる（forward 1 回）", "through the model (one forward call)")
    drawing.write(96, 142, through, size=13, colour=MUTED)
    drawing.path("M 636 176 V 83 H 516", colour=GREEN, thick=2)
    drawing.arrow(520, 83, 508, 83, colour=GREEN, thick=2)
    drawing.write(624, 142, Message("末尾に付け足す", "append"), size=13, colour=GREEN, anchor="end", bold=True)
    drawing.arrow(636, 296, 636, 330, colour=ORANGE, thick=2)
    stop = Message("EOS が出たか、max_new_tokens 個に達したら終わり", "EOS drawn, or max_new_tokens reached: stop")
    drawing.write(696, 350, stop, size=13, bold=True, colour=ORANGE, anchor="end")
    return drawing.svg()


def _stages(drawing: Drawing) -> None:
    """What becomes of the distribution, from the model to the draw."""
    warm = warmed(PROBS, T)
    in_k = warm[:K]
    in_p = in_k[: nucleus_size(tuple(renormalised(in_k)), P)]
    stages: tuple[tuple[Words, list[float]], ...] = (
        (Message("最後の位置の分布", "last position"), list(PROBS)),
        (Message(f"温度 T = {T:g}", f"T = {T:g}"), warm),
        (f"top-k, k = {K}", in_k),
        (f"top-p, p = {P:g}", in_p),
        (Message("1 つ引く", "draw one"), in_p),
    )
    for index, (words, bars) in enumerate(stages):
        left, drawn = 24 + 138 * index, index == len(stages) - 1
        colour, thick = (GREEN, 2) if drawn else (GREY, 1)
        drawing.rect(left, 176, 120, 118, fill=PAPER, colour=colour, thick=thick, radius=8)
        drawing.write(left + 60, 198, words, size=12.5, anchor="middle", bold=True)
        _mini_bars(drawing, (left + 11, 282), bars, 2 if drawn else None)
        if not drawn:
            drawing.arrow(left + 122, 235, left + 136, 235, colour=MUTED)


def _strip(drawing: Drawing) -> None:
    """The tokens so far, and a place for the next one."""
    drawing.write(24, 88, Message("ここまでの ID", "ids so far"), size=13, colour=MUTED)
    x = 124.0
    for token in ("<s>", "▁Tell", "▁me", "▁a", "…", "▁dragon", "."):
        width = len(token) * 8.0 + 14
        drawing.rect(x, 69, width, 28, fill=PALE_BLUE, colour=BLUE, radius=5)
        drawing.write(x + width / 2, 88, token, size=13, mono=True, anchor="middle")
        x += width + 4
    drawing.rect(x, 69, 60, 28, fill=PALE_GREEN, colour=GREEN, dash="4 3", radius=5)
    drawing.write(x + 30, 88, "?", size=13, mono=True, anchor="middle")


def _mini_bars(drawing: Drawing, corner: tuple[float, float], heights: list[float], drawn: int | None) -> None:
    """Ten places for bars, rescaled to sum 1; those that are gone leave a grey stub, the drawn one stands out."""
    left, base = corner
    total = sum(heights)
    for index in range(len(PROBS)):
        x, height = left + 10 * index, heights[index] / total * 240 if index < len(heights) else 2.0
        fill = GREEN if index == drawn else MID_BLUE if index < len(heights) else PALE_GREY
        drawing.rect(x, base - height, 8, height, fill=fill)
    drawing.line(left - 2, base, left + 100, base, colour=GREY)
