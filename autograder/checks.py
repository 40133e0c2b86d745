"""What check files write their judgements with.

A check is a pytest function that takes the fixture `student`. It calls the student's functions,
reads the answers with a `read_*` function (an answer of the wrong type is a FAIL with a sentence,
never an exception in the check), and states what must hold with `require`.

    @points(2)
    def test_keeps_the_token_that_crosses_p(student):
        \"\"\"p をまたぐトークンも残ります。

        The token that crosses p is kept.
        \"\"\"
        kept = read_probs(student.top_p_filter(PROBS, 0.8), "top_p_filter")
        require(len(kept) == 6, ja=f"…", en=f"…")

Every sentence says what was expected, what came and what to do. A hidden check's sentences name no
hidden input; what came is told in them by kind, size and rough numbers alone (`autograder.disclosure`).

What counts as what, for every exercise and on both sides of the jail:

    a number    int, float, a number of numpy, a tensor or array without axes; an int also counts as a float
    a list      list, tuple, any other sequence (a range), a tensor or array of one axis (of texts: an array)
    a pair      a list of two
    a dict      any mapping: a BatchEncoding, an OrderedDict
    a text      str, a str of numpy

Nothing else: no bool for a number, no float for an int, no number for a text, no array for a tensor. What cannot be
taken over is answered by a sentence that says how to convert it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from random import Random
from typing import Any, NoReturn, TypeVar

from autograder.disclosure import Sentence, told, told_exception, told_kind, told_shape, told_size, told_total
from autograder.errors import CheckFailed, StudentRaised, Unwritten
from autograder.shared import Array, ScratchFile

# How far a probability computed in float32 may lie from the exact one, in whatever order it is computed: eight times
# the most that was seen. Where tokens are kept or dropped, inputs keep a distance from the edge that is larger by far.
ROUNDING = 5e-6

# More than any answer has: some hundred tokens.
MAX_TEXT = 20_000

F = TypeVar("F", bound=Callable[..., object])


def points(value: float) -> Callable[[F], F]:
    """Mark a check as worth `value` points; the build reads the number from the source text.

    Raises: ValueError if `value` is not a positive finite number.
    """
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"points: expected a positive number, got {value!r}")

    def mark(check: F) -> F:
        return check

    return mark


def fail(*, ja: str, en: str, mistake: str | None = None) -> NoReturn:
    """End the check with FAIL; `mistake` is the id of a mistake that the check itself recognised."""
    raise CheckFailed(ja=ja, en=en, mistake=mistake)


def require(condition: bool, *, ja: str, en: str, mistake: str | None = None) -> None:
    """End the check with FAIL unless `condition` holds."""
    if not condition:
        fail(ja=ja, en=en, mistake=mistake)


def require_raises(error: type[Exception], call: Callable[..., object], *args: object, **kwargs: object) -> None:
    """End the check with FAIL unless `call(*args, **kwargs)`, a student's function, raises `error`.

    A stub that was never written stays UNWRITTEN, whatever `error` is.
    """
    name = getattr(call, "__name__", "function")
    expected = error.__name__
    try:
        value = call(*args, **kwargs)
    except Unwritten:
        raise
    except StudentRaised as raised:
        if raised.importing:  # nothing was called yet
            raise
        if expected in raised.type_names:
            return
        fail(
            ja=f"{name}: 使えない引数には {expected} を出すはずですが、{told_exception(raised.type_names)} が出ました。計算の前に引数を確かめてください。",
            en=f"{name}: expected {expected} for an argument that makes no sense, got {told_exception(raised.type_names)}. Check the arguments before computing.",
        )
    fail(
        ja=f"{name}: 使えない引数には {expected} を出すはずですが、値 {told(value)} が返りました。計算の前に引数を確かめてください。",
        en=f"{name}: expected {expected} for an argument that makes no sense, got the value {told(value)}. Check the arguments before computing.",
    )


def read_float(value: object, where: str) -> float:
    """`value` as a finite float."""
    found = _item(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        _wrong_type(where, "実数 (float)", "a float", value)
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        fail(
            ja=f"{where}: 有限の実数のはずですが、{told(value)} が返りました。0 での割り算、log(0)、exp のあふれがないか確かめてください。",
            en=f"{where}: expected a finite number, got {told(value)}. Look for a division by 0, log(0) or an overflow in exp.",
        )
    return number


def read_floats(value: object, where: str, *, length: int | None = None) -> list[float]:
    """`value` as a list of finite floats, of `length` elements if given."""
    items = read_list(value, where, length=length)
    return [read_float(item, _at(where, index)) for index, item in enumerate(items)]


def read_int(value: object, where: str) -> int:
    """`value` as an int."""
    found = _item(value)
    if isinstance(found, bool) or not isinstance(found, int):
        _wrong_type(where, "整数 (int)", "an int", value)
    return found


def read_text(value: object, where: str) -> str:
    """`value` as a str of at most `MAX_TEXT` characters: what is longer answers nothing here, and checks may take their time over a text."""
    found = _item(value)
    if not isinstance(found, str):
        _wrong_type(where, "文字列 (str)", "a str", value)
    require(
        len(found) <= MAX_TEXT,
        ja=f"{where}: {told_size(len(found))} 文字の文字列が返りました（{MAX_TEXT} 文字まで）。生成するトークンの数と、文字列をつなぎ続けるループがないかを確かめてください。",
        en=f"{where}: got a text of {told_size(len(found))} characters (at most {MAX_TEXT} are read). Check how many tokens are generated, and look for a loop that keeps adding to the text.",
    )
    return found


def parting(text: str, expected: str) -> tuple[Sentence, Sentence]:
    """Where `text` and `expected` part, ja and en, in words that hold no character of either: for sentences of hidden checks, too."""
    n_same = next(
        (index for index, (one, other) in enumerate(zip(text, expected, strict=False)) if one != other),
        min(len(text), len(expected)),
    )
    came, due = (_kind_of_character(one[n_same : n_same + 1]) for one in (text, expected))
    ja = f"はじめの {told_size(n_same)} 文字は合っていて、次が{due[0]}のはずのところ、{came[0]}でした"
    en = f"the first {told_size(n_same)} characters are right; then {due[1]} should come, but it was {came[1]}"
    if came == due:
        ja = f"はじめの {told_size(n_same)} 文字は合っていて、次の{due[0]}が違います"
        en = f"the first {told_size(n_same)} characters are right; then comes the wrong one ({due[1]})"
    return Sentence(ja), Sentence(en)


def _kind_of_character(one: str) -> tuple[str, str]:
    if not one:
        return "文の終わり", "the end of the text"
    if one == " ":
        return "空白", "a space"
    if one in "\n\r":
        return "改行", "a line break"
    if one == "\N{REPLACEMENT CHARACTER}":
        return "読めないバイトの印（U+FFFD）", "the mark of bytes that are no text (U+FFFD)"
    if one == "\N{LOWER ONE EIGHTH BLOCK}":
        return "記号 ▁", "the marker ▁"
    if one in "<>":
        return f"記号 {one}", f"the sign {one}"
    return ("文字か数字", "a letter or digit") if one.isalnum() else ("ほかの文字", "another character")


def read_list(value: object, where: str, *, length: int | None = None) -> list[Any]:
    """`value` as a list, of `length` elements if given."""
    items = _items(value)
    if items is None:
        _wrong_type(where, "リスト (list)", "a list", value)
    if length is not None and len(items) != length:
        fail(
            ja=f"{where}: 要素は {length} 個のはずですが、{told_size(len(items))} 個でした。",
            en=f"{where}: expected {length} elements, got {told_size(len(items))}.",
        )
    return items


def _at(where: str, index: int) -> str:
    """The place of an element."""
    return f"{where}[{told_size(index)}]"


def _item(value: Any) -> Any:
    """What a tensor or an array without axes holds; anything else as it is."""
    if isinstance(value, Array):
        return value if isinstance(value.items, list) else value.items
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor) and value.dim() == 0:
        return value.item()
    return value


def _items(value: Any) -> list[Any] | None:
    """The elements of what counts as a list, else None."""
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, Array) and isinstance(value.items, list):
        return list(value.items)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor) and value.dim() >= 1:
        items: list[Any] = value.tolist()
        return items
    return None


def read_texts(value: object, where: str, *, length: int | None = None) -> list[str]:
    """`value` as a list of str, of `length` elements if given."""
    items = read_list(value, where, length=length)
    return [read_text(item, _at(where, index)) for index, item in enumerate(items)]


def read_dict(value: object, where: str) -> dict[Any, Any]:
    """`value` as a dict."""
    if not isinstance(value, dict):
        _wrong_type(where, "辞書 (dict)", "a dict", value)
    return value


def read_probs(value: object, where: str) -> list[tuple[str, float]]:
    """`value` as a distribution: a non-empty list of (token, probability), each in 0..1, sum 1 up to rounding."""
    pairs = []
    for index, item in enumerate(read_list(value, where)):
        token, probability = read_list(item, _at(where, index), length=2)
        pairs.append(
            (read_text(token, f"{_at(where, index)}[0]"), read_float(probability, f"{_at(where, index)}[1]")),
        )
    if not pairs:
        fail(
            ja=f"{where}: 空のリストが返りました。少なくとも 1 つのトークンが残るはずです。",
            en=f"{where}: got an empty list. At least one token must remain.",
        )
    total = sum(probability for _, probability in pairs)  # not fsum, which raises where sums overflow
    if abs(total - 1) > 2 * ROUNDING or any(probability < 0 for _, probability in pairs):
        fail(
            ja=f"{where}: 確率は 0 以上で合計 1 のはずですが、合計は {told_total(total)} でした。残った確率を、その合計で割ってください。",
            en=f"{where}: expected probabilities of at least 0 with sum 1, got the sum {told_total(total)}. Divide the remaining probabilities by their sum.",
        )
    return pairs


def read_tensor(value: object, where: str, *, dtype: str, shape: tuple[int | None, ...]) -> Any:
    """`value` as a torch tensor of `dtype` (e.g. "int64") and `shape` (None: any size along that axis)."""
    import torch

    if not isinstance(value, torch.Tensor):
        _wrong_type(where, "torch.Tensor", "a torch.Tensor", value)
    wanted = "(" + ", ".join("n" if size is None else str(size) for size in shape) + ")"
    fits = value.dim() == len(shape) and all(
        size is None or size == actual for size, actual in zip(shape, value.shape, strict=True)
    )
    actual_dtype = str(value.dtype).removeprefix("torch.")
    if not fits or actual_dtype != dtype:
        fail(
            ja=f"{where}: 形 {wanted}、型 {dtype} のテンソルのはずですが、形 {told_shape(value.shape)}、型 {actual_dtype} でした。",
            en=f"{where}: expected a tensor of shape {wanted} and dtype {dtype}, got shape {told_shape(value.shape)} and dtype {actual_dtype}.",
        )
    return value


def different_seeds(rng: Random) -> list[int]:
    """Seeds from 0 to below 2 ** 31 that only a generator which takes the whole number tells apart.

    Among them are pairs that are equal modulo every number up to 16, in their lowest 16 bits, without their last
    digits, and in float32.
    """
    large = rng.randrange(2**29, 2**30)
    return [0, 1, 4, 5, large, large + 1, large + 2**16, large + 720_720, large + 10**6]


def take_file(student: Any, file: ScratchFile) -> bytes:
    """The bytes of `file`, which the student's code was asked to write; the file is gone afterwards.

    Whoever is given `ScratchFile("sweep.png")` as an argument finds the path of a new file in its place.
    The bytes are the student's: decode them with care.
    """
    data = student._take_file(file.name)
    if data is None:
        fail(
            ja=f"{file.name}: 渡されたパスにファイルができていません。受け取った path に、そのままの名前で書き出してください。",
            en=f"{file.name}: no file was written at the path that was passed. Write to the path that you get, under that very name.",
        )
    return bytes(data)


def forbid(shared: Any, *names: str) -> Any:
    """A twin of a loaded model or tokenizer: student code that is called with it may not use the methods `names`.

    For exercises that ask to do by hand what a method does: `forbid(lm.tokenizer, "__call__", "encode")`.
    The twin shares the weights and the vocabulary, and libraries may call the methods themselves. During the call
    they are refused to the student's code for every object of that class; see `by_hand` for what a use leads to.
    """
    from autograder.shared import forbidden_twin

    return forbidden_twin(shared, names)


def by_hand(student: Any, *names: str) -> Any:
    """The same student, whose code may not use the library functions `names`, such as "torch.softmax".

        student = by_hand(student, "torch.softmax", "torch.Tensor.softmax")

    A name is dotted and leads to a function, a method or a class (which then may not be constructed). A use ends the check
    as FAIL with a sentence that names it and its line: a call during the check, even one whose exception is swallowed, or
    a place in the source that the called function reaches. Libraries may use them, and names of other things do not matter.
    """
    return student._by_hand(names)


def unchanging(student: Any) -> Any:
    """The same student, a call of whom ends the check as FAIL if an argument is no longer what it was: emptied, sorted, grown.

    Arguments reach the student as copies, so it is the student's side that compares them before and after the call.
    """
    return student._unchanging()


def require_seeded(draw: Callable[[int], Any], seed: int, other: int, *, where: str, mistake: str | None = None) -> Any:
    """What `draw(seed)` gives; FAIL unless it gives the same again: at once, and once more after `draw(other)`.

    Asking twice in a row shows a seed that is not honoured (0 taken for none); asking with another one in between shows
    numbers that go on where the last call stopped.
    """
    first, again = draw(seed), draw(seed)
    draw(other)
    require(
        first == again == draw(seed),
        ja=f"{where}: 同じ seed で呼んだのに、違う結果になりました。呼ばれるたびに、この seed で乱数を始め直してください（0 も 1 つの seed です）。",
        en=f"{where}: calls with one seed gave different results. Start the random numbers from the seed at every call (0 is a seed, too).",
        mistake=mistake,
    )
    return first


# How what does not count becomes what is asked for, by the name of its type.
_CONVERSIONS = {
    **dict.fromkeys(
        ("ndarray", "Tensor"),
        (".tolist() か .item() で Python の値に直してください。", "Convert it by .tolist() or .item()."),
    ),
    **dict.fromkeys(
        ("set", "frozenset", "generator", "map", "filter", "zip", "dict_values", "dict_keys", "dict_items"),
        ("list(…) でリストに直してください。", "Convert it by list(…)."),
    ),
    "bytes": (".decode() で文字列に直してください。", "Convert it by .decode()."),
    "NoneType": ("return を忘れていないか確かめてください。", "Look for a return that is missing."),
}


def _wrong_type(where: str, ja: str, en: str, value: object) -> NoReturn:
    kind = told_kind(value)
    how = _CONVERSIONS.get(kind)
    if kind in {"float", "Decimal", "Fraction"}:
        by = "int(…)" if en == "an int" else "float(…)"
        how = (f"{by} で直してください。", f"Convert it by {by}.")
    if isinstance(value, dict) and en == "a list":
        how = ("list(….items()) でリストに直してください。", "Convert it by list(….items()).")
    if "Tensor" in en and kind in {"ndarray", "list", "tuple"}:
        how = ("torch.tensor(…) でテンソルに直してください。", "Convert it by torch.tensor(…).")
    convert_ja, convert_en = how or ("", "")
    fail(
        ja=f"{where}: {ja} のはずですが、{kind} 型の値 {told(value)} が返りました。{convert_ja}",
        en=f"{where}: expected {en}, got {told(value)} of type {kind}. {convert_en}".rstrip(),
    )
