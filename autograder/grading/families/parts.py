"""The parts of a result that can be right or wrong by themselves: the two of a pair, the entries of a dict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def parts_of(
    right: Any, got: Any, known: str, *, label: str = "", path: tuple[Any, ...] = ()
) -> Iterator[tuple[str, tuple[Any, ...], Any, Any]]:
    """(label, path of keys, right part, part that came); the whole where it has no parts, or others than it should.

    A key stands in the label only if it stands in `known`, the exercise's statement; others may be inputs.
    """
    if isinstance(right, tuple) and isinstance(got, tuple | list) and len(right) == len(got) and 1 < len(right) < 5:
        for index, (one, other) in enumerate(zip(right, got, strict=True)):
            yield from parts_of(one, other, known, label=f"{label}[{index}]", path=(*path, index))
    elif isinstance(right, dict) and isinstance(got, dict) and right and right.keys() == got.keys():
        for key, one in right.items():
            shown = f'["{key}"]' if isinstance(key, str) and f"`{key}`" in known else "[…]"
            yield from parts_of(one, got[key], known, label=f"{label}{shown}", path=(*path, key))
    else:
        yield label, path, right, got
