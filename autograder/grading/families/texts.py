"""Right texts but for one change: case, spaces, ends, raw tokens, special tokens, the prompt in front."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from autograder.grading.families.family import Family, Seen
from autograder.grading.families.plain import NOTHING, is_texts, leaves, texts_mapped
from autograder.messages import Message

_BYTE = re.compile(r"((?:<0x[0-9A-Fa-f]{2}>)+)")
_SPECIAL = re.compile(r"</?s>|<unk>|<pad>|<\|[^|<>]{1,40}\|>|\[(?:PAD|EOS|BOS|UNK|CLS|SEP)\]")


def exact_texts() -> Iterator[Family]:
    """What becomes of the right texts, alone or as elements, by itself."""
    for name, words, change in _CHANGES:
        yield Family(name, words, lambda one, change=change: _each(one.right, change))  # type: ignore[misc]
    yield Family("joined", _JOINED, _joined)
    yield Family("single_characters", _CHARACTERS, lambda one: tuple(one.right) if _is_text(one.right) else NOTHING)
    yield Family("text_prompt_in_front", _PROMPT, _behind_an_argument)


def compatible_texts() -> Iterator[Family]:
    """What came, where it is the right text but for what does not count here: spaces, marks, special tokens, its end."""
    for name, words, undo in _UNDONE:
        yield Family(name, words, lambda one, undo=undo: _undone(one, undo))  # type: ignore[misc]
    for name, words, forget in _FORGOTTEN:
        yield Family(name, words, lambda one, forget=forget: _equal_but_for(one, forget))  # type: ignore[misc]
    yield Family("text_ends_early", _ENDS_EARLY, lambda one: _pairwise(one, lambda a, b: a.startswith(b) and bool(b)))
    yield Family("text_goes_on", _GOES_ON, lambda one: _pairwise(one, lambda a, b: b.startswith(a) and bool(a)))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    return texts_mapped(value, change) if any(isinstance(leaf, str) for leaf in leaves(value)) else NOTHING


def _undone(one: Seen, undo: Callable[[str], str]) -> Any:
    """What came, if undoing the change makes it the right one, which has no trace of that change."""
    if not any(isinstance(leaf, str) for leaf in leaves(one.right)) or texts_mapped(one.right, undo) != one.right:
        return NOTHING
    return one.got if texts_mapped(one.got, undo) == one.right else NOTHING


def _equal_but_for(one: Seen, forget: Callable[[str], str]) -> Any:
    """What came, if both sides are the same when something is left out of account."""
    has_text = any(isinstance(leaf, str) for leaf in leaves(one.right))
    return one.got if has_text and texts_mapped(one.got, forget) == texts_mapped(one.right, forget) else NOTHING


def _pairwise(one: Seen, holds: Callable[[str, str], bool]) -> Any:
    """What came, if each text in it stands so to the right one."""
    right, got = list(leaves(one.right)), list(leaves(one.got))
    pairs = list(zip(right, got, strict=False))
    is_so = len(right) == len(got) and all(isinstance(a, str) and isinstance(b, str) for a, b in pairs)
    return one.got if pairs and is_so and all(holds(a, b) for a, b in pairs) else NOTHING


def _behind_an_argument(one: Seen) -> Any:
    texts = [text for value in one.arguments.values() for text in leaves(value) if isinstance(text, str) and text]
    right, got = list(leaves(one.right)), list(leaves(one.got))
    if not texts or len(right) != len(got) or not all(isinstance(text, str) for text in [*right, *got]):
        return NOTHING
    pairs = zip(right, got, strict=True)
    is_so = right and all(any(b.startswith(text) and b.endswith(a) and len(b) - len(text) - len(a) in (0, 1) for text in texts) for a, b in pairs)  # fmt: skip
    return one.got if is_so else NOTHING


def _joined(one: Seen) -> Any:
    """One text where several were asked for."""
    if not is_texts(one.right) or not isinstance(one.got, str):
        return NOTHING
    forms = {separator.join(one.right) for separator in ("", " ", "\n", ", ")}
    return one.got if one.got in forms else NOTHING


def _bytes_read(text: str) -> str:
    def read(found: re.Match[str]) -> str:
        return bytes(int(code, 16) for code in re.findall(r"[0-9A-Fa-f]{2}(?=>)", found[0])).decode("utf-8", "replace")

    return _BYTE.sub(read, text)


def _without_marks(text: str) -> str:
    return _bytes_read(text).replace("▁", " ").replace("Ġ", " ").replace("Ċ", "\n")


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _ordinary(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


_CHANGES: tuple[tuple[str, Message, Callable[[str], str]], ...] = (
    ("lower_case", Message("文字がすべて小文字になっています。大文字・小文字はそのまま返してください。", "The texts are right but in lower case. Leave upper and lower case as they are."), str.lower),
    ("upper_case", Message("文字がすべて大文字になっています。", "The texts are right but in upper case."), str.upper),
    ("stripped", Message("前後の空白や改行が取り除かれています（strip）。そのまま返してください。", "Spaces or newlines at the ends are stripped off. Return the texts as they are."), str.strip),
    ("left_stripped", Message("先頭の空白が取り除かれています。そのまま返してください。", "Spaces at the beginning are stripped off. Return the texts as they are."), str.lstrip),
    ("right_stripped", Message("末尾の空白や改行が取り除かれています。そのまま返してください。", "Spaces or newlines at the end are stripped off. Return the texts as they are."), str.rstrip),
    ("space_in_front", Message("先頭に空白が 1 つ余計に付いています。", "There is one space too many in front."), lambda text: f" {text}"),
    ("space_behind", Message("末尾に空白が 1 つ余計に付いています。", "There is one space too many at the end."), lambda text: f"{text} "),
    ("newline_behind", Message("末尾に改行が余計に付いています。", "There is a newline too many at the end."), lambda text: f"{text}\n"),
    ("no_spaces", Message("空白が失われています。単語の間の空白を残してください。", "The spaces are lost. Keep those between the words."), lambda text: text.replace(" ", "")),
    ("squeezed", Message("続いた空白が 1 つにまとめられ、改行も失われています（split と join）。", "Runs of spaces and newlines have become single spaces (split and join). Keep them."), lambda text: " ".join(text.split())),
    ("backwards", Message("文字の並びが逆です。", "The characters come in reverse order."), lambda text: text[::-1]),
    ("without_first_character", Message("先頭の 1 文字が抜けています。", "The first character is missing."), lambda text: text[1:]),
    ("without_last_character", Message("末尾の 1 文字が抜けています。", "The last character is missing."), lambda text: text[:-1]),
    ("quoted", Message("文字列ではなく、その repr（引用符の付いた形）を返しています。", "The repr of the text comes back, with quotes."), repr),
)  # fmt: skip
_UNDONE: tuple[tuple[str, Message, Callable[[str], str]], ...] = (
    ("raw_bytes", Message("<0x0A> のようなバイトのトークンが、そのまま文に出ています。バイトに直し、続いた分をまとめて文字にしてください。", "Byte tokens such as <0x0A> stand raw in the text. Turn them into bytes, and each run of them into characters."), _bytes_read),
    ("special_tokens_left", Message("特殊トークンが文に残っています。取り除いてください。", "Special tokens are left in the text. Remove them."), lambda text: _SPECIAL.sub("", text)),
    ("raw_marks", Message("トークンの中の印（▁ など）が、空白に直されずに残っています。", "The tokens' own marks, such as ▁, are left where spaces should be."), _without_marks),
)  # fmt: skip
_FORGOTTEN: tuple[tuple[str, Message, Callable[[str], str]], ...] = (
    ("other_case", Message("大文字・小文字だけが違います。", "Only upper and lower case differ."), str.casefold),
    ("other_spaces", Message("空白や改行だけが違います。足したり取り除いたりしていないか確かめてください。", "Only spaces and newlines differ. Look for some that are added, lost or changed."), _without_spaces),
    ("other_forms", Message("文字の形（全角・半角など）だけが違います。正規化せずに返してください。", "Only the form of characters differs (wide and narrow ones). Do not normalise them."), _ordinary),
)  # fmt: skip
_PROMPT = Message("渡された文が前に付いたままです。新しい部分だけを返してください。", "The text that was passed in stands in front. Return the new part only.")  # fmt: skip
_ENDS_EARLY = Message("途中までは合っていますが、早く終わりすぎています。終わる条件や、何個まで作るかを確かめてください。", "The beginning is right, but the text ends too early. Look at what makes it end, and at the limit.")  # fmt: skip
_GOES_ON = Message("途中までは合っていますが、終わるべきところを過ぎて続いています。終わる条件や、何個まで作るかを確かめてください。", "The beginning is right, but the text goes on beyond its end. Look at what should make it stop, and at the limit.")  # fmt: skip
_JOINED = Message("文のリストではなく、つなげた 1 つの文を返しています。", "One joined text comes back instead of a list of texts.")  # fmt: skip
_CHARACTERS = Message("文字列ではなく、1 文字ずつのリストを返しています。", "A list of single characters comes back instead of the text.")  # fmt: skip
