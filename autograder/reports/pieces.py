"""Texts cut into overlapping pieces; loaded in the process in which students' texts are read (`jail.readers`) alone.

Equal pieces have equal numbers within one such process, or within processes that hash text alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
from copydetect.utils import filter_code, hashed_kgrams

CODE_PIECE = 15  # characters of code whose names are one letter: about one short statement
PROSE_PIECE, WIDE_PROSE_PIECE = 20, 10  # characters of alphabetic text, of Japanese
_MAX_SPACE = 100


def cut_here(order: dict[str, Any], at: Callable[[str], None]) -> list[bytes]:
    """The numbers of the pieces of each of `order["texts"]`, as 8 bytes each."""
    cut = prose_pieces if order["is_prose"] else code_pieces
    return [np.fromiter(cut(text), dtype=np.int64).tobytes() for text in order["texts"]]


def code_pieces(text: str) -> set[int]:
    """The pieces of a Python text, whatever its names, comments and layout."""
    filtered, _ = filter_code(_without_long_gaps(text), "answer.py", "python")
    return set(hashed_kgrams(filtered, CODE_PIECE).tolist())


def prose_pieces(text: str) -> set[int]:
    """The pieces of a text in words, whatever its case, width, punctuation and line breaks."""
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    wide = sum(letter >= "\u2e80" for letter in letters)
    return set(hashed_kgrams(letters, WIDE_PROSE_PIECE if 2 * wide > len(letters) else PROSE_PIECE).tolist())


def _without_long_gaps(text: str) -> str:
    """The lexer takes time that grows with the square of a gap's length."""
    half = _MAX_SPACE // 2
    return re.sub(rf"\s{{{_MAX_SPACE},}}", lambda gap: gap[0][:half] + gap[0][-half:], text)
