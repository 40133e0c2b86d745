"""A call of a public check as one line to paste: `top_p_filter([('a', 0.5), ('b', 0.5)], 0.8)`."""

from __future__ import annotations

from typing import Any

from autograder.grading.families.plain import is_tensor
from autograder.grading.student import Call
from autograder.shared import ScratchFile

MAX_CHARACTERS = 600


def pasted(call: Call) -> str:
    """The line; empty if it would be too long. Models and tokenizers stand as `model` and `tokenizer`."""
    given: Any = call.arguments
    if call.function == "take_file" or not isinstance(given, tuple):
        return ""
    parts = [*map(_written, given[0]), *(f"{name}={_written(value)}" for name, value in given[1].items())]
    line = f"{call.function}({', '.join(parts)})"
    return line if len(line) <= MAX_CHARACTERS else ""


def _written(value: Any) -> str:
    if is_tensor(value):
        return f"torch.tensor({value.tolist()!r})" if value.numel() else f"torch.empty({tuple(value.shape)!r}, dtype={value.dtype})"  # fmt: skip
    if isinstance(value, ScratchFile):
        return repr(value.name)
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, int | float | str | bytes | tuple | dict) or value is None:
        return repr(value)
    return "tokenizer" if hasattr(value, "tokenize") else "model"
