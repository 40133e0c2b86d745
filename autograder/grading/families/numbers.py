"""Right numbers but for one change: a factor, a constant, a complement, a power, a logarithm, rounding, a missing division."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.grading.families.family import Family, Seen
from autograder.grading.families.plain import NOTHING, column, is_number, leaves, like, mapped, with_column
from autograder.messages import Message


def number_families(seen: Sequence[Seen]) -> Iterator[Family]:
    """The families of numbers, those with a constant read off the calls."""
    yield Family("not_normalised", _NOT_NORMALISED, _proportional_to_1)
    yield from _constant_families(seen)
    for name, words, change in _ELEMENTWISE:
        yield Family(name, words, lambda one, change=change: _each(one.right, change))  # type: ignore[misc]
    for name, words, reshape in _COLUMNS:
        yield Family(name, words, lambda one, reshape=reshape: _column(one.right, reshape))  # type: ignore[misc]
    yield Family("sum_not_mean", _SUM_NOT_MEAN, lambda one: _times_a_length(one, 1))
    yield Family("mean_not_sum", _MEAN_NOT_SUM, lambda one: _times_a_length(one, -1))
    yield Family("below_zero", _BELOW_ZERO, _not_cut_at_zero, sure=True)
    yield Family("proportional", _PROPORTIONAL, _proportional)


def _constant_families(seen: Sequence[Seen]) -> Iterator[Family]:
    """One factor and one difference that all wrong calls share."""
    for one in seen:
        right, got = list(leaves(one.right)), list(leaves(one.got))
        pairs = [
            (a, b) for a, b in zip(right, got, strict=False) if is_number(a) and is_number(b) and a and not like(a, b)
        ]
        if len(right) != len(got) or not pairs:
            continue
        yield from _constants(*pairs[0])
        return


def _constants(right: float, got: float) -> Iterator[Family]:
    factor, off = got / right, got - right
    if factor and math.isfinite(factor):
        name, words = _factor_words(factor)
        yield Family(name, words, lambda one: _each(one.right, lambda x: x * factor), fitted=True)
    is_whole = isinstance(right, int) and isinstance(got, int)
    yield Family(
        "shifted",
        _shift_words(off, is_whole=is_whole),
        lambda one: _each(one.right, lambda x: x + off),
        fitted=not (is_whole and abs(off) == 1),
    )


def _each(value: Any, change: Callable[[float], Any]) -> Any:
    if not any(map(is_number, leaves(value))):
        return NOTHING
    try:
        return mapped(value, change)
    except (ValueError, OverflowError, ZeroDivisionError):
        return NOTHING


def _column(value: Any, change: Callable[[tuple[float, ...]], tuple[float, ...]]) -> Any:
    numbers = column(value)
    try:
        return NOTHING if numbers is None else with_column(value, change(numbers))
    except (ValueError, OverflowError, ZeroDivisionError):
        return NOTHING


def _proportional(one: Seen) -> Any:
    right, got = column(one.right), column(one.got)
    if right is None or got is None or len(right) != len(got) or not sum(right):
        return NOTHING
    factor = sum(got) / sum(right)
    return with_column(one.right, tuple(factor * number for number in right)) if factor else NOTHING


def _proportional_to_1(one: Seen) -> Any:
    numbers = column(one.right)
    return _proportional(one) if numbers is not None and abs(sum(numbers) - 1) < 1e-5 else NOTHING


def _times_a_length(one: Seen, power: int) -> Any:
    """The right number times (or divided by) the number of elements of the first sequence among the arguments."""
    lengths = [len(value) for value in one.arguments.values() if isinstance(value, tuple) and value]
    return one.right * lengths[0] ** power if lengths and is_number(one.right) else NOTHING


def _not_cut_at_zero(one: Seen) -> Any:
    """What came, if it is negative where the right number is 0, and right elsewhere."""
    right, got = list(leaves(one.right)), list(leaves(one.got))
    if len(right) != len(got) or not all(map(is_number, [*right, *got])):
        return NOTHING
    return one.got if all(like(max(b, 0), a) for a, b in zip(right, got, strict=True)) else NOTHING


def _normalised(numbers: Sequence[float]) -> tuple[float, ...]:
    total = math.fsum(numbers)
    return tuple(number / total for number in numbers)


def _cumulated(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(math.fsum(numbers[: index + 1]) for index in range(min(len(numbers), 2000)))


def _factor_words(factor: float) -> tuple[str, Message]:
    if like(factor, 100.0):
        return "times_100", Message(
            "値がちょうど 100 倍になっています。0 から 1 で返すところを、パーセント（0 から 100）で返していませんか。",
            "Your numbers are exactly 100 times too large: percent, 0 to 100, where 0 to 1 is asked for.",
        )
    if like(factor, 0.01):
        return "over_100", Message(
            "値がちょうど 100 分の 1 になっています。0 から 100 で返すところを、0 から 1 で返しています。100 で割らないでください。",
            "Your numbers are exactly a hundredth: 0 to 1 where 0 to 100 is asked for. Do not divide by 100.",
        )
    if like(factor, -1.0):
        return "negated", Message(
            "値の正負が逆です。ほかは合っています。", "Your numbers have the wrong sign, and are right otherwise."
        )
    return "times_a_constant", Message(
        "値は、いつも同じ数がかかっているほかは合っています。余計なかけ算か、足りない割り算があります。",
        "Your numbers are right but for one constant factor, the same in every call: there is a multiplication too many, or a division missing.",
    )


def _shift_words(off: float, *, is_whole: bool) -> Message:
    if is_whole and abs(off) == 1:
        return (
            Message("値がいつも 1 大きすぎます。数え始めか終わりを確かめてください。", "Your numbers are always 1 too large. Look at where the counting begins and ends.")
            if off > 0
            else Message("値がいつも 1 小さすぎます。数え始めか終わりを確かめてください。", "Your numbers are always 1 too small. Look at where the counting begins and ends.")
        )  # fmt: skip
    return Message(
        "値は、いつも同じ数が足されているほかは合っています。",
        "Your numbers are right but for one constant that is added, the same in every call.",
    )


def _rounded(digits: int) -> Callable[[float], float]:
    return lambda x: round(x, digits)


_NOT_NORMALISED = Message(
    "確率は、どれにも同じ数がかかっているほかは合っていますが、合計が 1 になっていません。合計で割ってください。",
    "Your probabilities are right but for one factor: they do not add up to 1. Divide them by their sum.",
)
_PROPORTIONAL = Message(
    "値どうしの比は合っていますが、全体に何かがかかっています。何で割るか（合計、最大値、個数）を確かめてください。",
    "The ratios of your numbers are right, but all carry a factor. Look at what to divide by: the sum, the largest, the number of them.",
)
_BELOW_ZERO = Message("0 になるはずのところで、負の数を返しています。0 より小さくしないでください。", "A negative number comes back where it should be 0. Let it go no lower than 0.")  # fmt: skip
_SUM_NOT_MEAN = Message("合計のまま返しています。個数で割ってください。", "The sum is returned as it is. Divide it by the number of elements.")  # fmt: skip
_MEAN_NOT_SUM = Message("個数で割りすぎています。合計のままにしてください。", "It is divided by the number of elements, which is not asked for.")  # fmt: skip

_ELEMENTWISE: tuple[tuple[str, Message, Callable[[float], Any]], ...] = (
    ("one_minus", Message("1 から引いた値を返しています（1 − 正しい値）。", "You return 1 minus the right numbers."), lambda x: 1 - x),
    ("hundred_minus", Message("100 から引いた値を返しています（100 − 正しい値）。引かずに返してください。", "You return 100 minus the right numbers. Leave the subtraction out."), lambda x: 100 - x),
    ("squared", Message("値が、正しい値の 2 乗になっています。", "Your numbers are the squares of the right ones."), lambda x: x * x),
    ("root", Message("値が、正しい値の平方根になっています。", "Your numbers are the square roots of the right ones."), lambda x: math.sqrt(x)),
    ("inverse", Message("値が、正しい値の逆数になっています（割る側と割られる側が逆です）。", "Your numbers are 1 divided by the right ones: the division is the wrong way round."), lambda x: 1 / x),
    ("logarithm", Message("値が、正しい値の対数になっています。exp で戻すか、log を外してください。", "Your numbers are the logarithms of the right ones. Take exp, or leave log out."), lambda x: math.log(x)),
    ("log2", Message("値が、正しい値の 2 を底とする対数になっています。", "Your numbers are the logarithms to base 2 of the right ones."), lambda x: math.log2(x)),
    ("exponential", Message("値が、正しい値の exp になっています。", "Your numbers are exp of the right ones."), lambda x: math.exp(x)),
    ("absolute", Message("値の符号が落ちています（絶対値になっています）。", "The signs are lost: your numbers are the absolute values."), abs),
    *(
        (f"rounded_{digits}", Message("値は合っていますが、丸められています。丸めずに返してください。", "Your numbers are right but rounded. Return them as they are."), _rounded(digits))
        for digits in range(6)
    ),
    ("truncated", Message("値の小数部分が切り捨てられています。int や // を外してください。", "The fractions are cut off. Leave int or // out."), lambda x: float(int(x))),
)  # fmt: skip
_COLUMNS: tuple[tuple[str, Message, Callable[[tuple[float, ...]], tuple[float, ...]]], ...] = (
    ("softmaxed", Message("正しい確率に、もう一度 softmax をかけた値になっています。確率はそのまま使ってください。", "Your numbers are a softmax of the right probabilities. They are probabilities already: use them as they are."), lambda p: _normalised([math.exp(x) for x in p])),
    ("squared_normalised", Message("確率が、2 乗して合計を 1 にしたものになっています。同じ重みを 2 度かけていないか確かめてください。", "Your probabilities are the squares of the right ones, made to sum to 1. Look for a weight that is multiplied twice."), lambda p: _normalised([x * x for x in p])),
    ("over_the_largest", Message("最大の値で割っています。合計で割ってください。", "Your numbers are divided by the largest. Divide by the sum."), lambda p: tuple(x / max(p) for x in p)),
    ("cumulated", Message("それぞれの値ではなく、そこまでの累積を返しています。", "You return running sums instead of the single numbers."), _cumulated),
    ("uniform", Message("どれも同じ確率になっています。確率の違いが失われています。", "All have the same probability: the differences between them are lost."), lambda p: (1 / len(p),) * len(p)),
    ("ascending_numbers", Message("値だけが小さい順に並べ替えられ、トークンと合わなくなっています。組のまま並べ替えてください。", "The numbers alone are sorted, so they no longer stand by their tokens. Sort the pairs."), lambda p: tuple(sorted(p))),
    ("descending_numbers", Message("値だけが大きい順に並べ替えられ、もとの場所と合わなくなっています。組のまま扱ってください。", "The numbers alone are sorted in descending order, so they no longer stand in their places. Keep them with what they belong to."), lambda p: tuple(sorted(p, reverse=True))),
)  # fmt: skip
