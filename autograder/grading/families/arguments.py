"""Results that are right for another argument: one larger, its inverse, ignored, sorted first, without the last element, exchanged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from autograder.grading.families.plain import is_number, is_table, is_tensor, plain
from autograder.messages import Message

# A whole number may be a count of things to make: it grows to so many times the largest that was passed, or to this.
_TIMES, _SMALL = 4, 64
_SAME = object()  # the change means nothing for this value, or changes nothing


@dataclass(frozen=True)
class Variation:
    """One change of the arguments.

    Args:
        id: a short name; `about` the arguments that change.
        words: how the result came about and what to do.
        change: the changed arguments; None where the change means nothing.
    """

    id: str
    about: tuple[str, ...]
    words: Message
    change: Callable[[Mapping[str, Any]], dict[str, Any] | None]


def variations(
    arguments: Sequence[Mapping[str, Any]],
    defaults: Mapping[str, Any],
    generates: Callable[[Mapping[str, Any]], bool] = lambda _: False,
) -> Iterator[Variation]:
    """The changes that fit the kinds of the arguments (bound to their names, one mapping for each call).

    Where calls run a model (`generates`), no whole number is multiplied: it may be the length of a text. Nowhere does one
    grow beyond bounds: a seed in the place of a number of draws would keep the reference busy for ever.
    """
    names = list(dict.fromkeys(name for one in arguments for name in one))
    largest = {
        name: max(_SMALL, *(_TIMES * abs(one[name]) for one in arguments))
        for name in names
        if all(isinstance(one.get(name), int) for one in arguments)
    }
    for one in _every(arguments, names, defaults, long=any(map(generates, arguments))):
        yield replace(one, change=_within(largest, one.change))


def _within(
    largest: Mapping[str, int], change: Callable[[Mapping[str, Any]], dict[str, Any] | None]
) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    def changed(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        found: Mapping[str, Any] = change(arguments) or {}
        numbers = {name: found[name] for name in largest if is_number(found.get(name))}
        return dict(found) if found and all(abs(numbers[name]) <= largest[name] for name in numbers) else None

    return changed


def _every(
    arguments: Sequence[Mapping[str, Any]], names: Sequence[str], defaults: Mapping[str, Any], *, long: bool
) -> Iterator[Variation]:
    for name in names:
        values = [one[name] for one in arguments if name in one]
        for kind, ja, en, change in _changes_of(values, name in defaults, defaults.get(name)):
            if long and kind in _LENGTHENING and all(isinstance(value, int) for value in values):
                continue
            words = Message(f"引数 {name} {ja}", f"Your results are those for {name} {en}")
            yield Variation(f"{name}_{kind}", (name,), words, _changing(name, change))
    numbers = [name for name in names if all(is_number(one.get(name)) for one in arguments)]
    for first, second in combinations(numbers, 2):
        words = Message(
            f"引数 {first} と {second} を取り違えています。", f"The arguments {first} and {second} are exchanged."
        )
        yield Variation(f"{first}_{second}_exchanged", (first, second), words, _exchanging(first, second))


def _changing(name: str, change: Callable[[Any], Any]) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    def changed(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        if name not in arguments:
            return None
        try:
            value = change(arguments[name])
        except (ArithmeticError, AttributeError, ValueError, TypeError, IndexError):
            return None
        return None if value is _SAME else {**arguments, name: value}

    return changed


def _exchanging(first: str, second: str) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    def changed(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        if first not in arguments or second not in arguments:
            return None
        return {**arguments, first: arguments[second], second: arguments[first]}

    return changed


Change = tuple[str, str, str, Callable[[Any], Any]]


def _changes_of(values: Sequence[Any], has_default: bool, default: Any) -> Iterator[Change]:
    if has_default and not all(value == default for value in values if not is_tensor(value)):
        yield (
            "ignored",
            "が使われていません。既定値のままの結果です。",
            "left at its default: it is ignored.",
            lambda value: default,
        )
    if all(map(is_number, values)):
        yield from _NUMBER
        if all(isinstance(value, int) for value in values):
            yield from _WHOLE
        yield from (_always(number) for number in (0, 1) if any(value != number for value in values))
    elif all(isinstance(value, bool) for value in values):
        yield "inverted", "の真偽が逆になっています。", "turned round (true for false).", lambda value: not value
        yield from (_always(bit) for bit in (True, False))
    elif all(isinstance(value, str) for value in values):
        yield from _TEXT
    elif all(isinstance(value, list) and (not value or is_table(plain(value))) for value in values):
        yield from _SEQUENCE
        yield from _TABLE
    elif all(isinstance(value, list) for value in values):
        yield from _SEQUENCE
        yield from _LIST
    elif all(map(is_tensor, values)):
        yield from _TENSOR


def _always(number: int | bool) -> Change:
    ja = f"が使われていません。いつも {number} のときの結果です。"
    return f"always_{number}", ja, f"= {number} always: it is ignored.", lambda value: type(value)(number)


def _listed(change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], Any]:
    return lambda value: change(list(value)) if isinstance(value, list) else _SAME


def _weights(change: Callable[[list[float]], list[float]]) -> Callable[[Any], Any]:
    def changed(rows: Any) -> Any:
        if not rows:
            return _SAME
        tokens, numbers = zip(*rows, strict=True)
        return list(zip(tokens, change(list(numbers)), strict=True))

    return changed


def _normalised(numbers: list[float]) -> list[float]:
    total = math.fsum(numbers)
    return [number / total for number in numbers]


_LENGTHENING = {"squared", "doubled"}
_NUMBER: tuple[Change, ...] = (
    ("one_more", "が 1 大きいときの結果になっています。数え始めか終わりを確かめてください。", "one larger than it is. Look at where counting begins and ends.", lambda x: x + 1),
    ("one_less", "が 1 小さいときの結果になっています。数え始めか終わりを確かめてください。", "one smaller than it is. Look at where counting begins and ends.", lambda x: x - 1),
    ("inverted", "の逆数（1 / 引数）を使った結果になっています。かける所と割る所が逆です。", "turned into 1 divided by it: where you divide you should multiply, or the other way round.", lambda x: 1 / x if x else _SAME),
    ("squared", "の 2 乗を使った結果になっています。2 度かけていないか確かめてください。", "squared: it is applied twice.", lambda x: x * x),
    ("root", "の平方根を使った結果になっています。", "replaced by its square root.", lambda x: math.sqrt(x)),
    ("one_minus", "の代わりに「1 − 引数」を使った結果になっています。", "replaced by 1 minus it.", lambda x: 1 - x),
    ("doubled", "を 2 倍にした結果になっています。", "doubled.", lambda x: 2 * x),
    ("halved", "を半分にした結果になっています。", "halved.", lambda x: x / 2 if isinstance(x, float) else x // 2),
    ("negated", "の正負を逆にした結果になっています。", "with the opposite sign.", lambda x: -x),
    ("percent", "を 100 分の 1 にした結果になっています。", "divided by 100.", lambda x: x / 100),
    ("rounded", "を小数 1 桁に丸めた結果になっています。", "rounded to one decimal.", lambda x: round(x, 1) if isinstance(x, float) else _SAME),
    ("whole", "の小数を切り捨てた結果になっています。", "with its fraction cut off.", lambda x: float(int(x)) if isinstance(x, float) else _SAME),
    ("at_least_1", "が 1 より小さいと 1 として扱われています。", "read as 1 wherever it is below 1.", lambda x: max(x, type(x)(1))),
    ("at_most_1", "が 1 より大きいと 1 として扱われています。", "read as 1 wherever it is above 1.", lambda x: min(x, type(x)(1))),
)  # fmt: skip
_WHOLE: tuple[Change, ...] = (
    ("two_more", "が 2 大きいときの結果になっています。", "two larger than it is.", lambda x: x + 2),
    ("two_less", "が 2 小さいときの結果になっています。", "two smaller than it is.", lambda x: x - 2),
)
_TEXT: tuple[Change, ...] = (
    ("stripped", "の前後の空白や改行を取り除いた結果になっています。そのまま使ってください。", "with spaces and newlines at its ends stripped off. Use it as it is.", lambda text: text.strip()),
    ("lower_case", "を小文字にした結果になっています。そのまま使ってください。", "in lower case. Use it as it is.", lambda text: text.lower()),
    ("squeezed", "の続いた空白や改行を 1 つにまとめた結果になっています。そのまま使ってください。", "with runs of spaces and newlines squeezed into one. Use it as it is.", lambda text: " ".join(text.split())),
    ("no_spaces", "の空白を取り除いた結果になっています。そのまま使ってください。", "without its spaces. Use it as it is.", lambda text: text.replace(" ", "")),
    ("space_in_front", "の前に空白を付けた結果になっています。そのまま使ってください。", "with a space put in front. Use it as it is.", lambda text: f" {text}"),
    ("newline_behind", "の後ろに改行を付けた結果になっています。そのまま使ってください。", "with a newline put behind. Use it as it is.", lambda text: f"{text}\n"),
    ("capital", "の最初の文字を大文字にした結果になっています。", "with its first letter made a capital.", lambda text: text[:1].upper() + text[1:]),
    ("backwards", "を逆順にした結果になっています。", "read backwards.", lambda text: text[::-1]),
)  # fmt: skip
_SEQUENCE: tuple[Change, ...] = (
    ("reversed", "を逆順にした結果になっています。渡された順のまま使ってください。", "in reverse order. Use it in the order in which it comes.", _listed(lambda rows: rows[::-1])),
    ("without_the_last", "の最後の 1 つを使わない結果になっています。", "without its last element. Look at the end of the loop.", _listed(lambda rows: rows[:-1])),
    ("without_the_first", "の先頭の 1 つを使わない結果になっています。", "without its first element. Look at the beginning of the loop.", _listed(lambda rows: rows[1:])),
    ("first_only", "の先頭の 1 つしか使わない結果になっています。", "cut down to its first element.", _listed(lambda rows: rows[:1])),
    ("last_only", "の最後の 1 つしか使わない結果になっています。", "cut down to its last element.", _listed(lambda rows: rows[-1:])),
    ("unique", "の中の同じものを 1 つにまとめた結果になっています。", "with equal elements merged into one.", _listed(lambda rows: list(dict.fromkeys(rows)))),
)  # fmt: skip
_LIST: tuple[Change, ...] = (
    ("ascending", "を小さい順に並べ替えた結果になっています。渡された順のまま使ってください。", "sorted first. Use it in the order in which it comes.", _listed(sorted)),
    ("descending", "を大きい順に並べ替えた結果になっています。渡された順のまま使ってください。", "sorted first, the largest in front. Use it in the order in which it comes.", _listed(lambda rows: sorted(rows, reverse=True))),
    ("lower_case", "の文を小文字にした結果になっています。そのまま使ってください。", "with its texts in lower case. Use them as they are.", _listed(lambda rows: [text.lower() for text in rows])),
    ("stripped", "の文の前後の空白を取り除いた結果になっています。そのまま使ってください。", "with its texts stripped. Use them as they are.", _listed(lambda rows: [text.strip() for text in rows])),
    ("no_punctuation", "の文から記号を取り除いた結果になっています。そのまま使ってください。", "with the punctuation taken out of its texts. Use them as they are.", _listed(lambda rows: ["".join(c for c in text if c.isalnum() or c.isspace()) for text in rows])),
    ("spread", "の文を 1 文字ずつに分けた結果になっています。", "with its texts split into single characters.", _listed(lambda rows: [" ".join(text) for text in rows])),
    ("no_empty", "の中の空のものを飛ばした結果になっています。", "with what is empty left out. It counts, too.", _listed(lambda rows: [text for text in rows if text])),
)  # fmt: skip
_TABLE: tuple[Change, ...] = (
    ("descending", "を確率の大きい順に並べ替えた結果になっています。渡された順のまま使ってください。", "sorted by probability first. Use it in the order in which it comes.", _listed(lambda rows: sorted(rows, key=lambda row: -row[1]))),
    ("ascending", "を確率の小さい順に並べ替えた結果になっています。", "sorted with the least probable first.", _listed(lambda rows: sorted(rows, key=lambda row: row[1]))),
    ("alphabetical", "をトークンの文字の順に並べ替えた結果になっています。", "sorted by the tokens' letters.", _listed(lambda rows: sorted(rows))),
    ("squared", "の確率を 2 乗して使った結果になっています。", "with its probabilities squared.", _weights(lambda p: _normalised([x * x for x in p]))),
    ("squared_raw", "の確率を 2 乗して（合計を 1 に直さずに）使った結果になっています。", "with its probabilities squared.", _weights(lambda p: [x * x for x in p])),
    ("root", "の確率の平方根を使った結果になっています。", "with the square roots of its probabilities.", _weights(lambda p: _normalised([math.sqrt(x) for x in p]))),
    ("uniform", "の確率の違いを無視した結果になっています。", "with equal probabilities: the given ones are ignored.", _weights(lambda p: [1 / len(p)] * len(p))),
    ("softmaxed", "の確率に、さらに softmax をかけた結果になっています。", "with a softmax put on its probabilities, which are probabilities already.", _weights(lambda p: _normalised([math.exp(x) for x in p]))),
    ("softmaxed_weights", "の確率を、対数をとらずにそのままスコアとして使った結果になっています。", "taken for scores as they are, without their logarithms.", _weights(lambda p: [math.exp(x) if x > 0 else 0.0 for x in p])),
    ("no_zeros", "の中の確率 0 のものを取り除いた結果になっています。", "without the tokens of probability 0.", _listed(lambda rows: [row for row in rows if row[1] > 0])),
    ("unique_numbers", "の中の、同じ確率のトークンを 1 つだけにした結果になっています。", "with only one of all tokens that have the same probability.", _listed(lambda rows: list({row[1]: row for row in reversed(rows)}.values())[::-1])),
)  # fmt: skip
_TENSOR: tuple[Change, ...] = (
    ("without_the_last", "の最後のトークンを使わない結果になっています。", "without its last token.", lambda ids: ids[..., :-1] if ids.shape[-1] > 1 else _SAME),
    ("without_the_first", "の最初のトークンを使わない結果になっています。", "without its first token.", lambda ids: ids[..., 1:] if ids.shape[-1] > 1 else _SAME),
    ("last_only", "の最後のトークンだけを使った結果になっています。前のトークンも必要です。", "cut down to its last token. Those before are needed, too.", lambda ids: ids[..., -1:] if ids.shape[-1] > 1 else _SAME),
    ("backwards", "を逆順にした結果になっています。", "in reverse order.", lambda ids: ids.flip(-1)),
)  # fmt: skip
