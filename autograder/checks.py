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
hidden input.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from autograder.errors import CheckFailed, StudentRaised, Unwritten
from autograder.messages import shown
from autograder.shared import ScratchFile

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
        if expected in raised.type_names:
            return
        fail(
            ja=f"{name}: 使えない引数には {expected} を出すはずですが、{raised.type_names[0]} が出ました。計算の前に引数を確かめてください。",
            en=f"{name}: expected {expected} for an argument that makes no sense, got {raised.type_names[0]}. Check the arguments before computing.",
        )
    fail(
        ja=f"{name}: 使えない引数には {expected} を出すはずですが、値 {shown(value)} が返りました。計算の前に引数を確かめてください。",
        en=f"{name}: expected {expected} for an argument that makes no sense, got the value {shown(value)}. Check the arguments before computing.",
    )


def read_float(value: object, where: str) -> float:
    """`value` as a finite float (ints count, bools do not)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _wrong_type(where, "実数 (float)", "a float", value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        fail(
            ja=f"{where}: 有限の実数のはずですが、{shown(value)} が返りました。0 での割り算、log(0)、exp のあふれがないか確かめてください。",
            en=f"{where}: expected a finite number, got {shown(value)}. Look for a division by 0, log(0) or an overflow in exp.",
        )
    return number


def read_floats(value: object, where: str, *, length: int | None = None) -> list[float]:
    """`value` as a list of finite floats, of `length` elements if given."""
    items = read_list(value, where, length=length)
    return [read_float(item, f"{where}[{index}]") for index, item in enumerate(items)]


def read_int(value: object, where: str) -> int:
    """`value` as an int (bools do not count)."""
    if isinstance(value, bool) or not isinstance(value, int):
        _wrong_type(where, "整数 (int)", "an int", value)
    return value


def read_text(value: object, where: str) -> str:
    """`value` as a str."""
    if not isinstance(value, str):
        _wrong_type(where, "文字列 (str)", "a str", value)
    return value


def read_list(value: object, where: str, *, length: int | None = None) -> list[Any]:
    """`value` as a list (tuples count), of `length` elements if given."""
    if not isinstance(value, list | tuple):
        _wrong_type(where, "リスト (list)", "a list", value)
    if length is not None and len(value) != length:
        fail(
            ja=f"{where}: 要素は {length} 個のはずですが、{len(value)} 個でした。",
            en=f"{where}: expected {length} elements, got {len(value)}.",
        )
    return list(value)


def read_texts(value: object, where: str, *, length: int | None = None) -> list[str]:
    """`value` as a list of str, of `length` elements if given."""
    items = read_list(value, where, length=length)
    return [read_text(item, f"{where}[{index}]") for index, item in enumerate(items)]


def read_dict(value: object, where: str) -> dict[Any, Any]:
    """`value` as a dict."""
    if not isinstance(value, dict):
        _wrong_type(where, "辞書 (dict)", "a dict", value)
    return value


def read_probs(value: object, where: str) -> list[tuple[str, float]]:
    """`value` as a distribution: a non-empty list of (token, probability), each in 0..1, sum 1 within 1e-6."""
    pairs = []
    for index, item in enumerate(read_list(value, where)):
        token, probability = read_list(item, f"{where}[{index}]", length=2)
        pairs.append(
            (read_text(token, f"{where}[{index}][0]"), read_float(probability, f"{where}[{index}][1]")),
        )
    if not pairs:
        fail(
            ja=f"{where}: 空のリストが返りました。少なくとも 1 つのトークンが残るはずです。",
            en=f"{where}: got an empty list. At least one token must remain.",
        )
    total = sum(probability for _, probability in pairs)  # not fsum, which raises where sums overflow
    if abs(total - 1) > 1e-6 or any(probability < 0 for _, probability in pairs):
        fail(
            ja=f"{where}: 確率は 0 以上で合計 1 のはずですが、合計は {total:.6g} でした。残った確率を、その合計で割ってください。",
            en=f"{where}: expected probabilities of at least 0 with sum 1, got the sum {total:.6g}. Divide the remaining probabilities by their sum.",
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
            ja=f"{where}: 形 {wanted}、型 {dtype} のテンソルのはずですが、形 {tuple(value.shape)}、型 {actual_dtype} でした。",
            en=f"{where}: expected a tensor of shape {wanted} and dtype {dtype}, got shape {tuple(value.shape)} and dtype {actual_dtype}.",
        )
    return value


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


def _wrong_type(where: str, ja: str, en: str, value: object) -> NoReturn:
    kind = getattr(value, "type_name", type(value).__name__)  # what crossed only as its description
    convert_ja, convert_en = "", ""
    if kind in {"ndarray", "Tensor"}:
        convert_ja, convert_en = (
            ".tolist() か .item() で Python の値に直してください。",
            " Convert it by .tolist() or .item().",
        )
    fail(
        ja=f"{where}: {ja} のはずですが、{kind} 型の値 {shown(value)} が返りました。{convert_ja}",
        en=f"{where}: expected {en}, got {shown(value)} of type {kind}.{convert_en}",
    )
