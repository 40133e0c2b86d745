"""Sentences as tiny-chat's tokenizer splits them, read from its file: ids, byte tokens, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

from tokenizers import Tokenizer

from autograder.messages import Message
from autograder.models import model_path
from figures.svg import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PALE_ORANGE,
    Drawing,
    FigureLanguage,
)

ENGLISH, JAPANESE = "A dragon in a café.", "ドラゴンの鱗が光る。"
_LOOKS = {"special": (PALE_GREY, GREY, "5 3"), "byte": (PALE_ORANGE, ORANGE, ""), "text": (PALE_BLUE, BLUE, "")}
_GAP, _HEIGHT = 5.0, 32.0


@dataclass(frozen=True)
class Token:
    """One token: as the tokenizer writes it, and its id."""

    text: str
    id: int

    @property
    def kind(self) -> str:
        """special, byte or text."""
        if self.text.startswith("<0x"):
            return "byte"
        return "special" if self.text in ("<s>", "</s>") else "text"

    @property
    def width(self) -> float:
        """Of its box: wide enough for its text and its id in a monospaced font of size 14."""
        columns = sum(1.8 if character > "\u2fff" or character == "▁" else 1.0 for character in self.text)
        return max(columns, len(str(self.id))) * 8.6 + 12


@cache
def tokenizer() -> Tokenizer:
    """tiny-chat's own."""
    return Tokenizer.from_file(str(Path(model_path("tiny-chat")) / "tokenizer.json"))


def split(sentence: str) -> list[Token]:
    """The tokens of tiny-chat, `<s>` first."""
    found = tokenizer().encode(sentence)
    return [Token(text, id) for text, id in zip(found.tokens, found.ids, strict=True)]


def tokens_and_ids(language: FigureLanguage) -> str:
    """An English and a Japanese sentence, their tokens and the ids."""
    drawing = Drawing(
        language,
        height=424,
        title=Message("文 → トークン → ID（tiny-chat のトークナイザ）", "Text → tokens → ids (tiny-chat's tokenizer)"),
        about=Message(
            "2 つの文がトークンの箱に分かれ、その下に ID が並ぶ図。A dragon in a café. の é は 2 個、ドラゴンの鱗が光る。の鱗は 3 個のバイトトークンになる。",
            "Two sentences split into boxes of tokens with their ids below. In A dragon in a café. the é becomes two byte tokens; in ドラゴンの鱗が光る。 the 鱗 becomes three.",
        ),
    )
    _sentence(drawing, 74, ENGLISH)
    _sentence(drawing, 224, JAPANESE)
    legend = (
        ("text", Message("サブワード（▁ は空白）", "subword (▁ is a space)")),
        ("byte", Message("バイト", "byte")),
        ("special", Message("特殊トークン", "special token")),
    )
    for left, (kind, words) in zip((84, 330, 470), legend, strict=True):
        fill, colour, dash = _LOOKS[kind]
        drawing.rect(left, 384, 16, 16, fill=fill, colour=colour, dash=dash, radius=3)
        drawing.write(left + 24, 397, words, size=13, colour=MUTED)
    return drawing.svg()


def _sentence(drawing: Drawing, top: float, sentence: str) -> None:
    """The sentence, its tokens, their ids, and what its bytes stand for."""
    tokens = split(sentence)
    drawing.write(84, top + 6, sentence, size=17)
    for y, words in ((6, Message("文", "text")), (46, Message("トークン", "tokens")), (80, Message("ID", "ids"))):
        drawing.write(72, top + y, words, size=13, colour=MUTED, anchor="end")
    lefts = _row(drawing, 84, top + 25, tokens)
    for left, token in zip(lefts, tokens, strict=True):
        drawing.write(left + token.width / 2, top + 80, str(token.id), mono=True, anchor="middle")
    left, right, letter = _byte_tokens(lefts, tokens)
    digits = letter.encode().hex(" ").upper()
    words = Message(f"{digits} → {letter}（UTF-8）", f"{digits} → {letter} (UTF-8)")
    _bracket(drawing, (left, right, top + 90), words)


def _byte_tokens(lefts: list[float], tokens: list[Token]) -> tuple[float, float, str]:
    """Where the byte tokens begin and end, and the letter that they are together."""
    at = [index for index, token in enumerate(tokens) if token.kind == "byte"]
    letter = bytes(int(tokens[index].text[3:5], 16) for index in at).decode()
    return lefts[at[0]], lefts[at[-1]] + tokens[at[-1]].width, letter


def bytes_joined(language: FigureLanguage) -> str:
    """From tokens back to the sentence: marks become spaces, neighbouring bytes one character."""
    sentence = JAPANESE if language == "ja" else ENGLISH
    tokens = [token for token in split(sentence) if token.kind != "special"]
    drawing = Drawing(
        language,
        height=348,
        title=Message(
            "トークンから文へ：バイトは隣どうしをまとめてから文字にする",
            "Tokens → text: join neighbouring bytes before decoding",
        ),
        about=Message(
            "▁、ドラゴン、の、<0xE9>、<0xB1>、<0x97>、が、光、る、。の 10 個のトークン。▁ は空白に、3 つのバイト E9 B1 97 は 1 文字の鱗になり、つなげて先頭の空白を除くとドラゴンの鱗が光る。に戻る。",
            "The nine tokens ▁A, ▁dragon, ▁in, ▁a, ▁ca, f, <0xC3>, <0xA9> and the full stop. Each ▁ becomes a space, the two bytes C3 A9 become the one letter é; joined, without the space in front, they are A dragon in a café.",
        ),
    )
    steps = (
        Message("トークン", "tokens"),
        Message("文字に戻す", "letters"),
        Message("つなげる", "joined"),
        Message("先頭の空白を除く", "strip the space"),
    )
    for index, words in enumerate(steps):
        drawing.write(132, 93 + 70 * index, words, size=13, colour=MUTED, anchor="end")
    _tokens_and_letters(drawing, tokens)
    drawing.write(144, 234, ("␣" + sentence).replace(" ", "␣"), size=17)
    drawing.write(144, 304, sentence, size=17, bold=True)
    for y in (182, 252):
        drawing.arrow(152, y, 152, y + 28, colour=GREY)
    return drawing.svg()


def _tokens_and_letters(drawing: Drawing, tokens: list[Token]) -> None:
    """Each token above what it becomes; the byte tokens become one letter together."""
    lefts = _row(drawing, 144, 72, tokens)
    for left, token in zip(lefts, tokens, strict=True):
        if token.kind == "text":
            middle = left + token.width / 2
            drawing.arrow(middle, 108, middle, 138, colour=GREY)
            _letters(drawing, (left, 142, token.width), token.text.replace("▁", "␣"))
    left, right, letter = _byte_tokens(lefts, tokens)
    middle = (left + right) / 2
    _bracket(drawing, (left, right, 107), "")
    drawing.arrow(middle, 113, middle, 138, colour=ORANGE, thick=2)
    _letters(drawing, (left, 142, right - left), letter)
    drawing.write(middle + 14, 130, letter.encode().hex(" ").upper(), size=12, mono=True, colour=ORANGE)


def _row(drawing: Drawing, left: float, top: float, tokens: list[Token]) -> list[float]:
    """Boxes side by side. Returns: their left edges."""
    lefts = list(accumulate((token.width + _GAP for token in tokens[:-1]), initial=left))
    for x, token in zip(lefts, tokens, strict=True):
        fill, colour, dash = _LOOKS[token.kind]
        drawing.rect(x, top, token.width, _HEIGHT, fill=fill, colour=colour, dash=dash, radius=5)
        drawing.write(x + token.width / 2, top + 21, token.text, mono=True, anchor="middle")
    return lefts


def _letters(drawing: Drawing, place: tuple[float, float, float], letters: str) -> None:
    left, top, width = place
    drawing.rect(left, top, width, _HEIGHT, fill=PALE_GREEN, colour=GREEN, radius=5)
    drawing.write(left + width / 2, top + 21, letters, mono=True, anchor="middle", colour=INK)


def _bracket(drawing: Drawing, place: tuple[float, float, float], words: Message | str) -> None:
    """A bracket that opens upwards, with words below it."""
    left, right, y = place
    steps = f"M {left:g} {y:g} V {y + 6:g} H {right:g} V {y:g}"
    drawing.path(steps, colour=ORANGE, thick=1.5)
    if words:
        drawing.write((left + right) / 2, y + 23, words, size=13, colour=ORANGE, anchor="middle")
