"""What the two limits count, and where padding goes."""

from __future__ import annotations

from autograder.messages import Message
from figures.svg import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALE_BLUE,
    PALE_GREEN,
    PAPER,
    Drawing,
    FigureLanguage,
)
from figures.tokens import split

SHORT, LONG, QUESTION = 10, 80, 7  # tokens of the prompts
MAX_LENGTH, MAX_NEW_TOKENS, TO_EOS = 100, 50, 29
PROMPTS = ("1+1=?", "Tell me a story about a dragon.")
_LEFT, _SCALE = 40.0, 4.6  # of the bars: where they begin, and units for each token
_CELL, _STEP = 29.0, 58.0  # of the batch: height of a cell, and from one to the next


def token_limits(language: FigureLanguage) -> str:
    """A short and a long prompt under max_length and under max_new_tokens, and a stop by EOS."""
    drawing = Drawing(
        language,
        height=412,
        title=Message(
            "max_length はプロンプトも数え、max_new_tokens は数えない",
            "max_length counts the prompt, max_new_tokens does not",
        ),
        about=Message(
            "max_length = 100 では、10 トークンのプロンプトのあとに 90、80 トークンのプロンプトのあとに 20 しか生成できない。max_new_tokens = 50 では、どちらのあとにも 50 生成できる。EOS が出れば上限より前に止まる。",
            "With max_length = 100, 90 tokens fit after a prompt of 10, but only 20 after a prompt of 80. With max_new_tokens = 50 either prompt is followed by 50. An EOS stops before the limit.",
        ),
    )
    groups = (
        (f"max_length = {MAX_LENGTH}", 70.0, ((SHORT, MAX_LENGTH - SHORT), (LONG, MAX_LENGTH - LONG))),
        (
            f"max_new_tokens = {MAX_NEW_TOKENS}",
            206.0,
            ((SHORT, MAX_NEW_TOKENS), (LONG, MAX_NEW_TOKENS), (QUESTION, TO_EOS)),
        ),
    )
    for name, top, bars in groups:
        drawing.write(24, top, name, size=15, bold=True)
        for row, (prompt, new) in enumerate(bars):
            _prompt_and_new(drawing, top + 16 + 42 * row, prompt, new)
    _edge(drawing, MAX_LENGTH, 72, 166)
    words = Message("ここまで（プロンプト込み）", "limit, prompt included")
    drawing.write(_LEFT + MAX_LENGTH * _SCALE + 10, 106, words, size=13, bold=True, colour=ORANGE)
    _edge(drawing, SHORT + MAX_NEW_TOKENS, 217, 257)
    _edge(drawing, LONG + MAX_NEW_TOKENS, 259, 299)
    _limits_legend(drawing)
    return drawing.svg()


def _prompt_and_new(drawing: Drawing, y: float, prompt: int, new: int) -> None:
    """A bar of the prompt's tokens and the new ones; the one of TO_EOS ends with EOS."""
    start, end = _LEFT + prompt * _SCALE, _LEFT + (prompt + new) * _SCALE
    drawing.rect(_LEFT, y, start - _LEFT, 30, fill=PALE_BLUE, colour=BLUE)
    drawing.rect(start, y, end - start, 30, fill=PALE_GREEN, colour=GREEN)
    drawing.write((_LEFT + start) / 2, y + 20, str(prompt), anchor="middle")
    if new == TO_EOS:
        words = Message("EOS が出れば、上限の前に止まる", "EOS stops it before the limit")
        drawing.write(end + 14, y + 20, words, size=13, colour=MUTED)
        end -= 40
        drawing.rect(end, y, 40, 30, fill=GREEN, colour=GREEN)
        drawing.write(end + 20, y + 20, "EOS", size=13, bold=True, anchor="middle", colour=PAPER)
    drawing.write((start + end) / 2, y + 20, str(new), anchor="middle", bold=True)


def _edge(drawing: Drawing, n_tokens: int, top: float, bottom: float) -> None:
    x = _LEFT + n_tokens * _SCALE
    drawing.line(x, top, x, bottom, colour=ORANGE, thick=2.5, dash="6 4")


def _limits_legend(drawing: Drawing) -> None:
    for x, fill, colour, words in (
        (40, PALE_BLUE, BLUE, Message("プロンプトのトークン数", "tokens of the prompt")),
        (250, PALE_GREEN, GREEN, Message("新しいトークン数", "new tokens")),
    ):
        drawing.rect(x, 374, 16, 16, fill=fill, colour=colour)
        drawing.write(x + 24, 387, words, size=13, colour=MUTED)
    drawing.line(410, 382, 436, 382, colour=ORANGE, thick=2.5, dash="6 4")
    drawing.write(444, 387, Message("上限", "limit"), size=13, colour=MUTED)


def padding(language: FigureLanguage) -> str:
    """A batch of two prompts, padded on the left and on the right, with the attention mask."""
    drawing = Drawing(
        language,
        height=424,
        title=Message("生成では、パディングを左に置く", "For generation, padding goes to the left"),
        about=Message(
            "6 トークンと 9 トークンのプロンプトを 1 つのバッチにした図。左に 3 個詰めると、どちらも最後のトークンの直後に新しいトークンが続く。右に詰めると、短いほうは詰め物のあとに続いてしまう。attention_mask は詰め物が 0、ほかが 1。",
            "A batch of a prompt of six tokens and one of nine. With three padding tokens on the left, the new token follows the last token of either prompt. With padding on the right it follows the padding of the shorter one. The attention_mask is 0 for padding and 1 elsewhere.",
        ),
    )
    left_side = Message(
        "○ 左に詰める：新しいトークンがプロンプトの直後に来る", "○ left: the new token follows the prompt"
    )
    right_side = Message(
        "× 右に詰める：新しいトークンが詰め物の後ろに来る", "× right: the new token follows the padding"
    )
    for top, at_left, words in ((74.0, True, left_side), (262.0, False, right_side)):
        drawing.write(24, top, words, size=15, bold=True, colour=GREEN if at_left else ORANGE)
        rows = [[token.text for token in split(prompt)] for prompt in PROMPTS]
        width = max(map(len, rows))
        for row, tokens in enumerate(rows):
            gap = [""] * (width - len(tokens))
            _padded(drawing, top + 18 + 72 * row, gap + tokens if at_left else tokens + gap)
    return drawing.svg()


def _padded(drawing: Drawing, top: float, cells: list[str]) -> None:
    """One row of the batch: padding ("") as dashed cells, the mask below, the next token behind."""
    drawing.write(104, top + 50, "attention_mask", size=11, colour=MUTED, anchor="end")
    for column, text in enumerate([*cells, drawing.said(Message("新", "new"))]):
        x, new = 112 + _STEP * column, column == len(cells)
        fill, colour, dash = (PALE_BLUE, BLUE, "") if text else (PAPER, GREY, "4 3")
        if new:
            fill, colour, dash = PALE_GREEN, GREEN, ""
        drawing.rect(x, top, _STEP - 4, _CELL, fill=fill, colour=colour, dash=dash, radius=4)
        ink = INK if text else MUTED
        drawing.write(x + _STEP / 2 - 2, top + 19, text or "pad", size=11.5, mono=True, anchor="middle", colour=ink)
        if not new:
            drawing.write(
                x + _STEP / 2 - 2, top + 50, str(int(bool(text))), size=12, mono=True, anchor="middle", colour=ink
            )
