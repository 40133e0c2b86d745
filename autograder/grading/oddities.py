"""What a submission did while work by hand was graded that such work does not need: no mark depends on it, a person is told."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.jail.refusals import LIBRARIES
from autograder.messages import Message

SHADOW = "shadow"
_WORDS = {
    "objects": Message("gc でオブジェクトを探す", "looks for objects through gc"),
    "memory": Message("ctypes でメモリを見る", "looks at memory through ctypes"),
    "tracing": Message("sys.settrace などで実行を追う", "traces what runs, by sys.settrace or the like"),
    "code": Message("コードオブジェクトから関数を作る", "makes functions of code objects"),
    "frames": Message("呼び出し元のフレームを見る", "looks at the frames of its callers"),
    "text": Message("文字列をコードとして実行する（eval、exec、compile）", "runs text as code (eval, exec, compile)"),
    "patched": Message(
        "使えない関数を別のものに置き換える", "puts something else in the place of a function that is not allowed"
    ),
    SHADOW: Message("ライブラリと同じ名前のファイルがある", "has a file that is called like a library"),
}


def shadows(modules: Iterable[str]) -> set[str]:
    """`SHADOW` if one of the submission's own modules is called like a library or a part of one."""
    return {SHADOW} if any(name.partition(".")[0] in LIBRARIES for name in modules) else set()


def note_of(kinds: Iterable[str]) -> Message | None:
    """One sentence about `kinds` (of `jail.witness.KINDS` and `SHADOW`); None without any."""
    words = [_WORDS[kind] for kind in _WORDS if kind in set(kinds)]
    if not words:
        return None
    ja, en = "、".join(one.ja for one in words), "; ".join(one.en for one in words)
    return Message(
        f"自分で書く課題なのに、ふつうは要らないことをしています: {ja}。点はこのために下がっていません。担当者が見ることがあります。",
        f"Work by hand does not need what this does: it {en}. No mark is lowered for it; a person may look.",
    )
