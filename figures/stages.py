"""What pipeline does in one call: text → ids → more ids → text, with tiny-chat's own numbers."""

from __future__ import annotations

from autograder.messages import Message
from figures.svg import (
    BLUE,
    GREEN,
    GREY,
    MUTED,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    Drawing,
    FigureLanguage,
)
from figures.tokens import split, tokenizer

PROMPT = "1+1=?"
NEW_IDS = (13, 1399, 1372, 1254, 1795, 272, 2)  # what tiny-chat generates greedily; EOS ends it
_LEFT, _TOPS = 24.0, (62.0, 146.0, 230.0, 314.0)


def three_stages(language: FigureLanguage) -> str:
    """The four forms of the text, and what leads from one to the next."""
    drawing = Drawing(
        language,
        height=366,
        title=Message("pipeline の中：文 → ID → 続きの ID → 文", "Inside pipeline: text → ids → more ids → text"),
        about=Message(
            "1+1=? がトークナイザで 6 個の ID になり、generate で新しい 7 個の ID が後ろに付き、decode で 1+1=? と The answer is 2. の 2 行の文に戻る。",
            "The tokenizer turns 1+1=? into six ids, generate adds seven new ids behind them, and decode makes a text of two lines of all: 1+1=? and The answer is 2.",
        ),
    )
    prompt_ids = [token.id for token in split(PROMPT)]
    text = tokenizer().decode([*prompt_ids, *NEW_IDS], skip_special_tokens=True)
    drawing.write(_LEFT, _TOPS[0] + 21, repr(PROMPT), size=16, mono=True)
    _ids(drawing, _TOPS[1], prompt_ids, 0)
    _ids(drawing, _TOPS[2], prompt_ids, len(NEW_IDS))
    drawing.write(_LEFT, _TOPS[3] + 21, repr(text), size=16, mono=True)
    stages = (
        Message("1. トークン化：tokenizer(...)", "1. tokenize: tokenizer(...)"),
        Message("2. 生成：model.generate(...)", "2. generate: model.generate(...)"),
        Message("3. デコード：tokenizer.decode(...)", "3. decode: tokenizer.decode(...)"),
    )
    for top, words in zip(_TOPS, stages, strict=False):
        drawing.arrow(_LEFT + 12, top + 38, _LEFT + 12, top + 78, colour=MUTED, thick=1.5)
        drawing.write(_LEFT + 28, top + 63, words, colour=MUTED)
    drawing.write(
        696, _TOPS[1] + 21, Message("破線：BOS と EOS", "dashed: BOS and EOS"), size=13, colour=MUTED, anchor="end"
    )
    drawing.write(696, _TOPS[0] + 21, Message("入力", "input"), colour=MUTED, anchor="end")
    drawing.write(696, _TOPS[3] + 21, Message("出力", "output"), colour=MUTED, anchor="end")
    return drawing.svg()


def _ids(drawing: Drawing, top: float, prompt_ids: list[int], n_new: int) -> None:
    """A row of ids, the new ones in another colour, special tokens dashed."""
    x = _LEFT
    special = (tokenizer().token_to_id("<s>"), tokenizer().token_to_id("</s>"))
    for index, one in enumerate([*prompt_ids, *NEW_IDS[:n_new]]):
        width, is_new = len(str(one)) * 8.6 + 12, index >= len(prompt_ids)
        fill, colour = (PALE_GREEN, GREEN) if is_new else (PALE_BLUE, BLUE)
        if one in special:
            fill, colour = PALE_GREY, GREY
        drawing.rect(x, top, width, 32, fill=fill, colour=colour, dash="5 3" if one in special else "", radius=5)
        drawing.write(x + width / 2, top + 21, str(one), mono=True, anchor="middle")
        x += width + 4
    if n_new:
        words = Message(f"後ろ {n_new} 個が新しい", f"last {n_new}: new")
        drawing.write(696, top + 21, words, size=13, bold=True, colour=GREEN, anchor="end")
