"""A submission read for forbidden functions (`grading.by_hand`) in a jailed process of its own, which runs nothing of it.

That process knows torch as students' do, so other names of a function are recognised; limits, and whatever a text can do to a
reader of it, are its own. Each question is asked once for a submission, however many checks ask it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from autograder.errors import LimitReached, Outcome, Withheld
from autograder.grading.by_hand import Sources
from autograder.jail.pool import Limits
from autograder.jail.refusals import Use

LIMITS = Limits(cpu_s=10, wall_s=60.0, memory_mib=512)
MODULE = "autograder reading"  # which no import can name
# What runs there in the place of a student's module, beside the texts.
TEXT = """
from autograder.grading.by_hand import Sources, first_use


def read(main, function, names):
    sources = dict(__loader__._sources)
    del sources[__name__]
    use = first_use(Sources(main, sources), function, frozenset(names))
    return None if use is None else (use.name, use.line, use.line_text[:300])
"""
_MAX_KEPT = 64
_kept: OrderedDict[tuple[Any, ...], Use | Outcome | None] = OrderedDict()

Ask = Callable[[str, tuple[object, ...]], Any]


def first_use_apart(ask: Ask, sources: Sources, function: str, names: frozenset[str]) -> Use | None:
    """The first use of the library functions `names` in what `function` reaches, or None.

    Args:
        ask: calls a function of the module `MODULE` in a process that `sources` and `TEXT` were handed to.

    Raises: Withheld if it cannot be read within the limits.
    """
    key = (sources.main, frozenset(sources.texts.items()), function, names)
    if key not in _kept:
        _kept[key] = _asked(ask, sources, function, names)
        while len(_kept) > _MAX_KEPT:
            _kept.popitem(last=False)
    found = _kept[key]
    if isinstance(found, Outcome):
        raise _unread(function, found) from found
    return found


def _asked(ask: Ask, sources: Sources, function: str, names: frozenset[str]) -> Use | Outcome | None:
    try:
        match ask("read", (sources.main, function, sorted(names))):
            case None:
                return None
            case (str(name), int(line), str(line_text)) if name in names:
                return Use(name, line, line_text)
        return LimitReached(kind="nonsense", ja="答えが読めません。", en="no answer that makes sense.")
    except Outcome as error:
        return error


def _unread(function: str, error: Outcome) -> Withheld:
    return Withheld(
        ja=f"{function}: 自分で書いたものかどうかを、決められた時間とメモリ（{LIMITS.cpu_s} 秒、{LIMITS.memory_mib} MiB）のうちに読み取れませんでした。この項目の点は、担当者が確かめてから決まります。",
        en=f"{function}: whether it is written by hand could not be read within {LIMITS.cpu_s} s and {LIMITS.memory_mib} MiB. A person will look at it before this mark is decided.",
        log=error.message.en,
    )
