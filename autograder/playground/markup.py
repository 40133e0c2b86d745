"""Pieces of HTML for the page; whatever a model or a user wrote is escaped. Legible on light and dark: colours are translucent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from autograder.messages import Language, visible
from autograder.playground import words as w
from autograder.playground.prompts import Token
from autograder.playground.writing import Written

_TINTS = ("rgba(49,130,189,.22)", "rgba(230,140,30,.22)", "rgba(60,160,80,.22)")
_STRIP = "display:flex;flex-wrap:wrap;gap:4px;max-height:11rem;overflow-y:auto;line-height:1.25"
_CELL = "padding:.35rem .6rem;border-bottom:1px solid rgba(128,128,128,.35);vertical-align:top;text-align:"


def unmarked(text: str) -> str:
    """The text with every sign of Markdown escaped, for labels in which Streamlit reads Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!$:~|<>&])", r"\\\1", text)


def token_strip(tokens: Sequence[Token], n_prompt: int, language: Language) -> str:
    """The tokens in boxes with their ids; those from the `n_prompt`-th on were added."""
    boxes = (_box(token, number, number >= n_prompt, language) for number, token in enumerate(tokens))
    return f'<div role="list" style="{_STRIP}">{"".join(boxes)}</div>'


def text_table(texts: Sequence[Written], scores: Sequence[float], language: Language) -> str:
    """One row for each text: its number, its Self-BLEU with a bar of that length, its number of tokens, itself."""
    heads = ["#", w.SELF_BLEU.text(language), w.NEW_TOKENS.text(language), w.TEXT.text(language)]
    rows = [_row("th", zip(heads, ("right", "right", "right", "left"), strict=True))]
    for number, (text, score) in enumerate(zip(texts, scores, strict=True), start=1):
        length = f"{len(text.ids)}{' EOS' if text.ended else ' …'}"
        cells = [(f"{number}", "right"), (_score(score), "right"), (length, "right"), (_prose(text, language), "left")]
        rows.append(_row("td", cells))
    return (
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;width:100%">{"".join(rows)}</table></div>'
    )


def text_box(text: Written, language: Language) -> str:
    """One text in a frame."""
    frame = "border:1px solid rgba(128,128,128,.5);border-radius:.4rem;padding:.5rem .8rem"
    return f'<div style="{frame}">{_prose(text, language)}</div>'


def _box(token: Token, number: int, added: bool, language: Language) -> str:
    notes = [w.SPECIAL.text(language)] * token.is_special + [w.ADDED.text(language)] * added
    border = (
        "3px double" if token.is_special else "2.5px solid" if added else "1px solid" if number % 2 else "1px dashed"
    )
    style = f"border:{border} currentColor;border-radius:4px;padding:1px 5px;text-align:center;background:{_TINTS[number % 3]}"
    title = escape(" · ".join([f"{number + 1}: {token.text!r}", *notes]), quote=True)
    mark = "＋" if added else ""
    return (
        f'<span role="listitem" title="{title}" style="{style}">'
        f'<code style="background:none;color:inherit;white-space:pre">{mark}{escape(token.piece)}</code>'
        f'<br><small style="opacity:.8">{token.token_id}</small></span>'
    )


def _row(kind: str, cells: Iterable[tuple[str, str]]) -> str:
    inner = (f'<{kind} style="{_CELL}{side}">{content}</{kind}>' for content, side in cells)
    return f"<tr>{''.join(inner)}</tr>"


def _score(score: float) -> str:
    bar = f'<div style="height:4px;margin-left:auto;width:{score * 0.8:.0f}px;background:#4292c6"></div>'
    return f"{score:.1f}{bar}"


def _prose(text: Written, language: Language) -> str:
    shown = visible(text.text.strip("\n"), limit=5000) or w.EMPTY_TEXT.text(language)
    return f'<span style="white-space:pre-wrap;overflow-wrap:anywhere">{escape(shown)}</span>'
