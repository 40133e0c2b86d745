"""Lines of a bearable length: English breaks at spaces, Japanese anywhere but in front of closing punctuation."""

from __future__ import annotations

import re

from rich.cells import cell_len

_CJK = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]"
_PIECE = re.compile(rf"[ァ-ヺー]{{2,14}}|{_CJK}|[^\S\n]+|(?:(?!{_CJK})\S)+")
_NOT_FIRST = "、。，．！？：；）」』】〕》・ー…々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_NOT_LAST = "（「『【〔《"


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, where it can be broken; a line that is indented stays so."""
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, max(width, 20))]


def _paragraph(text: str, width: int) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    lines, line = [], indent
    for piece in _unbreakable(text[len(indent) :]):
        if line.strip() and cell_len(line) + cell_len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent
        line += piece if line.strip() else piece.lstrip()
    return [*lines, line.rstrip()]


def _unbreakable(text: str) -> list[str]:
    """`text` cut where a line may end: what must not be first goes with what stands before it."""
    parts: list[str] = []
    for piece in _PIECE.findall(text):
        joins = parts and (piece in _NOT_FIRST or piece.isspace() or parts[-1][-1] in _NOT_LAST)
        if joins:
            parts[-1] += piece
        else:
            parts.append(piece)
    return parts
