"""Self-BLEU: each text against all the others, and the trap of one reference."""

from __future__ import annotations

import sacrebleu

from autograder.messages import Message
from figures.svg import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PAPER,
    Drawing,
    FigureLanguage,
    Words,
)

# Text by its parts; parts of one number are the same words.
TEXTS = (
    (("The red dragon slept", 1), (" on a bed of gold.", 0)),
    (("A young knight rode to ", 0), ("the old castle.", 2)),
    (("The red dragon slept", 1), (" in ", 0), ("the old castle.", 2)),
)
_CELL, _LINE = 62.0, 36.0


def self_bleu_references(language: FigureLanguage) -> str:
    """Which texts are references of which, with the scores that follow."""
    drawing = Drawing(
        language,
        height=404,
        title=Message("Self-BLEU：1 つの文を、残りすべてと比べる", "Self-BLEU: each text against all the others"),
        about=Message(
            "3 つの文の表。残りすべてを参照にすると、スコアは 27.78、29.85、59.69、平均 39.11。残りの最初の 1 つだけを参照にすると 4.20、4.27、28.24、平均 12.23 で、3 つ目の文の後半が 2 つ目と同じことが見落とされる。",
            "A table of three texts. With all the others as references the scores are 27.78, 29.85 and 59.69, mean 39.11. With only the first of the others they are 4.20, 4.27 and 28.24, mean 12.23: that the end of text 3 repeats text 2 goes unnoticed.",
        ),
    )
    for row, parts in enumerate(TEXTS):
        drawing.write(60, 78 + 30 * row, str(row + 1), bold=True, anchor="end")
        shared = {"text-decoration": "underline", "font-weight": "600"}
        styles: tuple[dict[str, str], ...] = ({}, {"fill": BLUE} | shared, {"fill": ORANGE} | shared)
        runs = [(words, styles[number]) for words, number in parts]
        drawing.write_runs(76, 78 + 30 * row, runs, size=16)
    all_others = [[other for other in range(3) if other != row] for row in range(3)]
    panels = (
        (60.0, Message("残りすべてが参照", "all the others as references"), all_others),
        (
            404.0,
            Message("最初の 1 つだけが参照（落とし穴）", "only the first one (the trap)"),
            [others[:1] for others in all_others],
        ),
    )
    for left, words, references in panels:
        drawing.write(left, 186, words, size=15, bold=True)
        _matrix(drawing, (left, 246), references)
    return drawing.svg()


def _matrix(drawing: Drawing, corner: tuple[float, float], references: list[list[int]]) -> None:
    """Hypotheses downwards, references across, the score behind each row and the mean below."""
    left, top = corner
    drawing.write(left, top - 34, Message("参照 →、仮説 ↓", "reference →, hypothesis ↓"), size=12, colour=MUTED)
    drawing.write(left + 3 * _CELL + 70, top - 12, "BLEU", size=13, colour=MUTED, anchor="end")
    texts = ["".join(words for words, _ in parts) for parts in TEXTS]
    scores = []
    for row, used in enumerate(references):
        y = top + _LINE * row
        drawing.write(left - 10, y + 22, str(row + 1), bold=True, anchor="end")
        drawing.write(left + _CELL * (row + 0.5), top - 12, str(row + 1), bold=True, anchor="middle")
        for column in range(3):
            _cell(
                drawing,
                (left + _CELL * column, y),
                "self" if row == column else "used" if column in used else "ignored",
            )
        score = sacrebleu.sentence_bleu(texts[row], [texts[column] for column in used]).score
        drawing.write(left + 3 * _CELL + 70, y + 22, f"{score:.2f}", anchor="end")
        scores.append(score)
    y = top + _LINE * 3
    drawing.line(left + 3 * _CELL + 14, y + 4, left + 3 * _CELL + 70, y + 4, colour=INK)
    drawing.write(left + 3 * _CELL + 70, y + 26, f"{sum(scores) / len(scores):.2f}", anchor="end", bold=True)
    drawing.write(left + 3 * _CELL - 8, y + 26, Message("平均", "mean"), size=13, anchor="end", colour=MUTED)


def _cell(drawing: Drawing, corner: tuple[float, float], kind: str) -> None:
    looks: dict[str, tuple[str, str, str, Words]] = {
        "self": (PALE_GREY, PALE_GREY, "", "–"),
        "used": (PALE_BLUE, BLUE, "", Message("使う", "used")),
        "ignored": (PAPER, GREY, "4 3", Message("無視", "ignored")),
    }
    fill, colour, dash, words = looks[kind]
    x, y = corner
    drawing.rect(x, y, _CELL - 6, _LINE - 6, fill=fill, colour=colour, dash=dash, radius=4)
    ink = BLUE if kind == "used" else MUTED
    drawing.write(x + (_CELL - 6) / 2, y + 20, words, size=12, anchor="middle", colour=ink)
