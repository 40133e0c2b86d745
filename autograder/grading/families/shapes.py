"""Right content in the wrong form, or the same whatever is asked: types, dimensions, masks, constants, None for empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.grading.families.family import Family, Seen
from autograder.grading.families.plain import NOTHING, depth, is_numbers, is_table, is_texts, leaves, like, mapped
from autograder.messages import Message


def shape_families(seen: Sequence[Seen]) -> Iterator[Family]:
    """The families of form; a constant only if the right results differ."""
    for name, words, predict in _FORMS:
        yield Family(name, words, predict)
    other_types = {one.forms for one in seen if one.forms[0] != one.forms[1]}
    for right, got in sorted(other_types)[:1]:
        yield Family("dtype", _dtype_words(right, got), _other_dtype, sure=True)
    rights, gots = [one.right for one in seen], [one.got for one in seen]
    if (
        len(seen) > 1
        and not all(like(rights[0], right) for right in rights[1:])
        and all(like(gots[0], got) for got in gots)
    ):
        yield Family("constant", _CONSTANT, lambda one: one.got, always=True)


def vague_families() -> Iterator[Family]:
    """What can be said if no change explains the whole result: which side of it is right."""
    yield Family("right_tokens", _RIGHT_TOKENS, _right_tokens)
    yield Family("right_numbers", _RIGHT_NUMBERS, _right_numbers)


def _dtype_words(right: str, got: str) -> Message:
    return Message(
        f"テンソルの型が {right} ではなく {got} です。作るときに dtype を言うか、変換してください。",
        f"The tensor's dtype is {got}, not {right}. Say the dtype when you make it, or convert it.",
    )


def _other_dtype(one: Seen) -> Any:
    return one.got if one.forms[0] != one.forms[1] and like(one.right, one.got) else NOTHING


def _more_dimensions(one: Seen) -> Any:
    return one.got if _same_flat(one) and depth(one.got) > depth(one.right) else NOTHING


def _fewer_dimensions(one: Seen) -> Any:
    return one.got if _same_flat(one) and depth(one.got) < depth(one.right) else NOTHING


def _same_flat(one: Seen) -> bool:
    if is_table(one.right) or not isinstance(one.right, tuple):
        return False
    return like(tuple(leaves(one.right)), tuple(leaves(one.got)))


def _filled(number: float) -> Callable[[Seen], Any]:
    """A mask of nothing but `number`."""

    def predict(one: Seen) -> Any:
        found = set(leaves(one.right))
        return (
            mapped(one.right, lambda _: number)
            if isinstance(one.right, tuple) and found <= {0, 1} and found
            else NOTHING
        )

    return predict


def _inverted(one: Seen) -> Any:
    if isinstance(one.right, bool):
        return not one.right
    found = set(leaves(one.right))
    return mapped(one.right, lambda bit: 1 - bit) if isinstance(one.right, tuple) and found == {0, 1} else NOTHING


def _as_texts(one: Seen) -> Any:
    if is_numbers(one.right):
        return tuple(map(str, one.right))
    return str(one.right) if isinstance(one.right, int | float) else NOTHING


def _tokens_for_ids(one: Seen) -> Any:
    """Texts where ids are asked for, or ids for texts, as many of them."""
    right, got = tuple(leaves(one.right)), tuple(leaves(one.got))
    if len(right) != len(got) or not right:
        return NOTHING
    is_so = (is_texts(right) and all(type(one) is int for one in got)) or (
        is_texts(got) and all(type(one) is int for one in right)
    )
    return one.got if is_so else NOTHING


def _none_for_empty(one: Seen) -> Any:
    return None if one.right in ((), "", {}) else NOTHING


def _empty_for_all(one: Seen) -> Any:
    return one.got if one.got in ((), "", {}) and one.right not in ((), "", {}) else NOTHING


def _right_tokens(one: Seen) -> Any:
    if not (is_table(one.right) and is_table(one.got)):
        return NOTHING
    return one.got if [token for token, _ in one.right] == [token for token, _ in one.got] else NOTHING


def _right_numbers(one: Seen) -> Any:
    if not (is_table(one.right) and is_table(one.got)) or len(one.right) < 2:
        return NOTHING
    return one.got if like(tuple(p for _, p in one.right), tuple(p for _, p in one.got)) else NOTHING


_FORMS: tuple[tuple[str, Message, Callable[[Seen], Any]], ...] = (
    ("zeros", Message("全部 0 になっています。本物のトークンの位置は 1 です。", "All are 0. Where there is a real token, it is 1."), _filled(0)),
    ("ones", Message("全部 1 になっています。詰め物の位置は 0 です。", "All are 1. Where there is padding, it is 0."), _filled(1)),
    ("inverted", Message("真偽（0 と 1）が逆です。", "True and false (0 and 1) are the wrong way round."), _inverted),
    ("dimension_missing", Message("中身は合っていますが、次元が 1 つ足りません（[…] で包まれているはずです）。", "The content is right, but a dimension is missing: it should be wrapped once more, [[…]]."), _fewer_dimensions),
    ("dimension_too_many", Message("中身は合っていますが、次元が 1 つ余計です。", "The content is right, but there is one dimension too many."), _more_dimensions),
    ("tokens_for_ids", Message("ID とトークンの文字列を取り違えています。求められたほうを返してください。", "Ids and tokens are mixed up: return the one that is asked for."), _tokens_for_ids),
    ("numbers_as_texts", Message("数ではなく、数を文字列にしたものを返しています。", "The numbers come back as texts."), _as_texts),
    ("none_for_empty", Message("何もないときに、空のものではなく None を返しています。", "Where there is nothing, None comes back instead of something empty."), _none_for_empty),
    ("empty", Message("空のものが返っています。結果が途中で失われていないか確かめてください。", "Something empty comes back. Look at where the result is lost."), _empty_for_all),
)  # fmt: skip
_CONSTANT = Message(
    "どんな引数でも、いつも同じ結果が返ります。引数によって変わるはずです。条件分かれと、使われていない引数を確かめてください。",
    "The same comes back whatever the arguments are, though it should change with them. Look at the conditions, and at arguments that are not used.",
)
_RIGHT_TOKENS = Message(
    "残したトークンとその順は合っていますが、確率の値が違います。どの数をどの数で割っているか確かめてください。",
    "The tokens and their order are right, but their probabilities are not. Look at which numbers are divided by what.",
)
_RIGHT_NUMBERS = Message(
    "確率の値は合っていますが、違うトークンに付いています。トークンと確率を組のまま扱ってください。",
    "The probabilities are right, but stand by the wrong tokens. Keep each token together with its probability.",
)
