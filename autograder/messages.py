"""Sentences for people, always in Japanese and English.

Both languages are written side by side where the sentence is used; this module only carries and
renders them. It does not translate.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

Language = Literal["ja", "en", "both"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Message:
    """One sentence (or a few) in both languages; whatever it was made of, it holds no control and no bidi character."""

    ja: str
    en: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "ja", escaped(self.ja))
        object.__setattr__(self, "en", escaped(self.en))

    def text(self, language: Language) -> str:
        """The sentence in `language`; `both` gives two lines, Japanese first."""
        if language == "ja":
            return self.ja
        if language == "en":
            return self.en
        return self.ja if self.ja == self.en else f"{self.ja}\n{self.en}"

    def line(self, language: Language) -> str:
        """The sentence on one line; `both` gives `Japanese / English`."""
        return self.text(language).replace("\n", " / ")

    def __add__(self, other: Message) -> Message:
        """Both messages, each language on lines of its own."""
        return Message(f"{self.ja}\n{other.ja}", f"{self.en}\n{other.en}")


def chosen_language(default: Language = "both") -> Language:
    """The language asked for by the environment: by `AUTOGRADER_LANG`, else by the locale, else `default`.

    The locale is what POSIX says of messages: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set. Japanese and
    English locales choose that language; any other (`C`, `de_DE.UTF-8`) chooses nothing.

    Raises: ValueError if `AUTOGRADER_LANG` holds anything but ja, en or both.
    """
    value = os.environ.get("AUTOGRADER_LANG", "") or _language_of_the_locale() or default
    for language in LANGUAGES:
        if value == language:
            return language
    raise ValueError(f"AUTOGRADER_LANG: expected ja, en or both, got {value!r}. Set it to one of the three.")


def _language_of_the_locale() -> str:
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    language = re.split(r"[_.@]", locale)[0].lower()
    return language if language in ("ja", "en") else ""


# Of a tensor with more elements than this a message tells the first few.
_SHOWN_ELEMENTS = 64
# Format (Cf) covers bidi controls and zero-width marks, which can make text read differently
# from what it is; emoji sequences need the zero-width joiner.
_HARMLESS = frozenset("\n\t\u200d")


def escaped(text: str) -> str:
    """`text` with control, bidi and surrogate characters written as `\\uXXXX`; line feeds and tabs stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_escaped, text))


def visible(text: str, *, limit: int = 2000) -> str:
    """`text` as it may be shown: control, bidi and surrogate characters escaped, cut at `limit` characters."""
    shown = escaped(text[:limit])
    return shown if len(text) <= limit else f"{shown} … (+{len(text) - limit})"


def visible_name(name: str) -> str:
    """The name of a file or a student in one line of at most 100 characters."""
    return visible(name, limit=100).replace("\n", "\\n").replace("\t", "\\t")


def _escaped(character: str) -> str:
    if character in _HARMLESS or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return character
    # As JSON writes it, so that JSON stays JSON.
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else json.dumps(character)[1:-1]


def shown(value: object, *, limit: int = 120) -> str:
    """A value from a student in one short printable line, for use inside a message: its `repr`, cut at `limit` characters.

    It costs what it shows: of a list, a text or a tensor only the beginning is looked at.
    """
    text = ""
    for n_pieces, piece in enumerate(_pieces(value, limit), 1):
        text += piece
        if len(text) > limit or n_pieces > limit:
            text = f"{text[:limit]} …"
            break
    return escaped(text).replace("\n", " ")


def _pieces(value: object, limit: int) -> Iterator[str]:
    """The `repr` of `value` bit by bit."""
    if isinstance(value, str | bytes):
        yield repr(value[: limit + 1])
    elif isinstance(value, list | tuple | dict):
        opening, closing = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
        yield opening
        for index, item in enumerate(value):
            if index:
                yield ", "
            yield from _pieces(item, limit)
            if isinstance(value, dict):
                yield ": "
                yield from _pieces(value[item], limit)
        yield f",{closing}" if isinstance(value, tuple) and len(value) == 1 else closing
    elif type(value).__name__ == "Array" and hasattr(value, "items"):
        yield "array("
        yield from _pieces(value.items, limit)
        yield ")"
    elif type(value).__name__ == "Tensor" and hasattr(value, "numel"):
        yield _tensor(value)
    else:
        yield repr(value)


def _tensor(value: Any) -> str:
    """A small tensor's `repr`; of a large one the first numbers, shape and dtype, for its `repr` reads all of it."""
    if value.numel() <= _SHOWN_ELEMENTS:
        return repr(value)
    first = ", ".join(f"{number:.4g}" for number in value.reshape(-1)[:8].tolist())
    return f"tensor([{first}, …], shape={tuple(value.shape)}, dtype={value.dtype})"
