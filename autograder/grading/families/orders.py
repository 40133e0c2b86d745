"""Right elements in the wrong order or number: reversed, sorted, one too many or too few, repeated, wrapped, only a part of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from autograder.grading.families.family import Family, Seen
from autograder.grading.families.plain import NOTHING, is_numbers, is_table, is_texts, leaves, like
from autograder.messages import Message


def exact_orders() -> Iterator[Family]:
    """What becomes of the right sequence or table, by itself."""
    for name, words, change in _CHANGES:
        yield Family(name, words, lambda one, change=change: _changed(one.right, change))  # type: ignore[misc]
    for name, words, predict in _WITH_ARGUMENTS:
        yield Family(name, words, predict)


def compatible_orders() -> Iterator[Family]:
    """What came, where it goes with the right sequence: its beginning, more than it, another order."""
    for name, words, predict in _WITH_WHAT_CAME:
        yield Family(name, words, predict)


def _changed(value: Any, change: Callable[[tuple[Any, ...]], Any]) -> Any:
    try:
        return change(value) if isinstance(value, tuple) and value else NOTHING
    except (TypeError, IndexError, ValueError, ZeroDivisionError):
        return NOTHING


def _renormalised(rows: Any) -> Any:
    """A table with sum 1; anything else as it is."""
    if not is_table(rows):
        return rows
    total = math.fsum(number for _, number in rows)
    return tuple((token, number / total) for token, number in rows) if total else rows


def _as_given(one: Seen) -> Any:
    """The rows in the order of the table among the arguments."""
    given = next((value for value in one.arguments.values() if is_table(value)), None)
    if given is None or not is_table(one.right):
        return NOTHING
    place = {token: index for index, (token, _) in enumerate(given)}
    return tuple(sorted(one.right, key=lambda row: place.get(row[0], len(place))))


def _one_less(one: Seen) -> Any:
    """The last element gone, a table made to sum to 1 again or not."""
    if not isinstance(one.right, tuple) or len(one.right) < 2:
        return NOTHING
    cut = one.right[:-1]
    return next((form for form in (cut, _renormalised(cut)) if like(form, one.got)), cut)


def _one_more(one: Seen) -> Any:
    """What came, if it is the right result with one more element at the end."""
    return one.got if _begins_with(one.got, one.right, 1) else NOTHING


def _one_more_in_front(one: Seen) -> Any:
    got, right = one.got, one.right
    is_so = isinstance(got, tuple) and isinstance(right, tuple) and len(got) == len(right) + 1 and like(got[1:], right)
    return got if is_so and right else NOTHING


def _begins_with(got: Any, right: Any, n_more: int) -> bool:
    if not (isinstance(got, tuple) and isinstance(right, tuple)) or len(got) != len(right) + n_more or not right:
        return False
    if is_table(got) and is_table(right):
        return like(_renormalised(got[: len(right)]), _renormalised(right))
    return like(got[: len(right)], right)


def _goes_on(one: Seen) -> Any:
    """What came, if the right result is its beginning."""
    got, right = one.got, one.right
    if isinstance(got, tuple) and isinstance(right, tuple) and 0 < len(right) < len(got):
        return got if _begins_with(got, right, len(got) - len(right)) else NOTHING
    return NOTHING


def _ends_early(one: Seen) -> Any:
    """What came, if it is a beginning of the right result."""
    got, right = one.got, one.right
    if isinstance(got, tuple) and isinstance(right, tuple) and 0 < len(got) < len(right):
        return (
            got
            if like(_renormalised(right[: len(got)]), _renormalised(got)) or like(right[: len(got)], got)
            else NOTHING
        )
    return NOTHING


def _in_another_order(one: Seen) -> Any:
    """What came, if it holds the right elements (numbers up to rounding), each as often, in another order."""
    got, right = one.got, one.right
    if not (isinstance(got, tuple) and isinstance(right, tuple)) or len(got) != len(right) or len(got) < 2:
        return NOTHING
    key: Callable[[Any], str] = lambda item: repr(item if not isinstance(item, tuple) else item[:1])  # noqa: E731
    if is_numbers(got) and is_numbers(right):
        return got if like(tuple(sorted(got)), tuple(sorted(right))) else NOTHING
    return got if like(tuple(sorted(got, key=key)), tuple(sorted(right, key=key))) else NOTHING


def _with_repeats(one: Seen) -> Any:
    """What came, if it holds nothing but the right elements, some of them more than once."""
    got, right = one.got, one.right
    if not (isinstance(got, tuple) and isinstance(right, tuple)) or len(got) <= len(right) or not right:
        return NOTHING
    return got if all(any(like(item, each) for each in right[:500]) for item in got[:500]) else NOTHING


def _front_of_an_argument(one: Seen) -> Any:
    """The right elements behind those of an argument: the prompt that was passed in."""
    for value in one.arguments.values():
        for given in (value, *(value if isinstance(value, tuple) and len(value) == 1 else ())):
            if isinstance(given, tuple) and given and isinstance(one.right, tuple) and not is_table(given):
                for right in (
                    one.right,
                    *(one.right if len(one.right) == 1 and isinstance(one.right[0], tuple) else ()),
                ):
                    if like(_flat(one.got), (*_flat(given), *_flat(right))):
                        return one.got
    return NOTHING


def _without_an_argument(one: Seen) -> Any:
    """What came, if it is the right result without the elements of an argument in front."""
    right, got = _flat(one.right), _flat(one.got)
    for value in one.arguments.values():
        given = _flat(value) if isinstance(value, tuple) and not is_table(value) else ()
        if given and got and like(right, (*given, *got)):
            return one.got
    return NOTHING


def _flat(value: Any) -> tuple[Any, ...]:
    return tuple(leaves(value))


def _unique(rows: tuple[Any, ...]) -> Any:
    return tuple(dict.fromkeys(rows))


def _swapped(rows: tuple[Any, ...]) -> Any:
    return tuple((b, a) for a, b in rows) if is_table(rows) else NOTHING


def _only(column: int) -> Callable[[tuple[Any, ...]], Any]:
    return lambda rows: tuple(row[column] for row in rows) if is_table(rows) else NOTHING


def _by_number(*, reverse: bool) -> Callable[[tuple[Any, ...]], Any]:
    def ordered(rows: tuple[Any, ...]) -> Any:
        if is_table(rows):
            return tuple(sorted(rows, key=itemgetter(1), reverse=reverse))
        return tuple(sorted(rows, reverse=reverse)) if is_numbers(rows) else NOTHING

    return ordered


def _by_text(rows: tuple[Any, ...]) -> Any:
    if is_table(rows):
        return tuple(sorted(rows))
    return tuple(sorted(rows)) if is_texts(rows) else NOTHING


def _transposed(rows: tuple[Any, ...]) -> Any:
    is_matrix = all(isinstance(row, tuple) for row in rows) and len({len(row) for row in rows}) == 1
    return (
        tuple(zip(*rows, strict=True)) if is_matrix and not is_table(rows) and len(rows) * len(rows[0]) > 1 else NOTHING
    )


_CHANGES: tuple[tuple[str, Message, Callable[[tuple[Any, ...]], Any]], ...] = (
    ("reversed", Message("要素は合っていますが、順が逆です。", "The elements are right, but in reverse order."), lambda rows: rows[::-1]),
    ("ascending", Message("要素は合っていますが、値の小さい順に並んでいます。求められた順に直してください。", "The elements are right, but sorted with the smallest number first. Put them in the order that is asked for."), _by_number(reverse=False)),
    ("descending", Message("要素は合っていますが、値の大きい順に並べ替えられています。求められた順のままにしてください。", "The elements are right, but sorted with the largest number first. Keep them in the order that is asked for."), _by_number(reverse=True)),
    ("alphabetical", Message("要素は合っていますが、文字の順に並べ替えられています。", "The elements are right, but sorted as texts."), _by_text),
    ("without_the_first", Message("先頭の 1 つが抜けています。ほかは合っています。", "The first element is missing, the rest is right."), lambda rows: rows[1:]),
    ("first_only", Message("結果のうち、最初の 1 つだけを返しています。", "Only the first element of the result comes back."), lambda rows: rows[:1]),
    ("first_bare", Message("リストではなく、その最初の要素だけを返しています。", "The first element comes back by itself instead of the whole list."), lambda rows: rows[0]),
    ("wrapped", Message("余計なリストに包まれています（次元が 1 つ多い）。", "The result is wrapped into one list too many."), lambda rows: (rows,)),
    ("transposed", Message("行と列が入れ替わっています。", "Rows and columns are exchanged."), _transposed),
    ("unique", Message("同じ要素が 1 つにまとめられています。同じものが何度あっても、その数だけ残してください。", "Equal elements have become one. Keep each as often as it occurs."), _unique),
    ("twice", Message("結果が 2 回繰り返されています。", "The result comes twice."), lambda rows: rows + rows),
    ("swapped_pairs", Message("組の中の順が逆です（トークンと確率）。", "The two parts of each pair are the wrong way round."), _swapped),
    ("tokens_only", Message("トークンだけを返しています。確率との組で返してください。", "Only the tokens come back. Return pairs with their probabilities."), _only(0)),
    ("numbers_only", Message("確率だけを返しています。トークンとの組で返してください。", "Only the probabilities come back. Return pairs with their tokens."), _only(1)),
    ("as_a_dict", Message("組のリストではなく辞書を返しています。", "A dict comes back instead of a list of pairs."), lambda rows: dict(rows) if is_table(rows) else NOTHING),
)  # fmt: skip
_WITH_ARGUMENTS: tuple[tuple[str, Message, Callable[[Seen], Any]], ...] = (
    ("order_of_the_argument", Message("選んだものは合っていますが、渡された順のままです。並べ替えて返してください。", "What is kept is right, but it stands in the order in which it was passed. Sort it."), _as_given),
    ("one_too_few", Message("いつも最後の 1 つが足りません。ほかは合っています。どこで止めるか、何を残すかの条件を確かめてください。", "The last element is missing, one too few each time; the rest is right. Look at the condition by which you stop, or keep."), _one_less),
    ("one_too_many", Message("いつも最後に 1 つ余計に入っています。ほかは合っています。どこで止めるか、何を残すかの条件を確かめてください。", "There is one element too many at the end each time; the rest is right. Look at the condition by which you stop, or keep."), _one_more),
    ("one_in_front", Message("いつも先頭に 1 つ余計に入っています。ほかは合っています。", "There is one element too many in front each time; the rest is right."), _one_more_in_front),
    ("prompt_in_front", Message("渡されたものが結果の前に付いたままです。新しい部分だけを返してください。", "What was passed in stands in front of the result. Return the new part only."), _front_of_an_argument),
    ("prompt_cut_off", Message("渡されたものが結果の前から取り除かれています。それも含めて返してください。", "What was passed in is missing in front of the result. Return it, too."), _without_an_argument),
)  # fmt: skip
_WITH_WHAT_CAME: tuple[tuple[str, Message, Callable[[Seen], Any]], ...] = (
    ("ends_early", Message("途中までは合っていますが、早く終わりすぎています。終わる条件を確かめてください。", "The beginning is right, but it ends too early. Look at what makes it end."), _ends_early),
    ("goes_on", Message("途中までは合っていますが、終わるべきところを過ぎて続いています。終わる条件を確かめてください。", "The beginning is right, but it goes on beyond the end. Look at what should make it stop."), _goes_on),
    ("another_order", Message("要素は合っていますが、順が違います。", "The elements are right, but their order is not."), _in_another_order),
    ("repeats", Message("正しい要素が、重なって入っています。", "There are no wrong elements, but some come more than once."), _with_repeats),
)  # fmt: skip
