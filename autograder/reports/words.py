"""The words and signs that reports use for verdicts and numbers, the same on every page and in the terminal."""

from __future__ import annotations

from autograder.exercise import Verdict
from autograder.messages import Message

WORDS: dict[str, Message] = {
    Verdict.PASS.value: Message("合格", "passed"),
    Verdict.FAIL.value: Message("要修正", "to fix"),
    Verdict.CRASH.value: Message("エラーで停止", "stopped by an error"),
    Verdict.LIMIT.value: Message("時間・メモリ切れ", "out of time or memory"),
    Verdict.UNWRITTEN.value: Message("未記入", "not written yet"),
    Verdict.FAULT.value: Message("採点側の問題", "grading problem"),
    Verdict.PERSON.value: Message("人が採点", "marked by a person"),
}

SIGNS: dict[str, str] = {
    Verdict.PASS.value: "✓",
    Verdict.FAIL.value: "✗",
    Verdict.CRASH.value: "!",
    Verdict.LIMIT.value: "◷",
    Verdict.UNWRITTEN.value: "–",
    Verdict.FAULT.value: "?",
    Verdict.PERSON.value: "✎",
}

WITHHELD = Message("保留", "on hold")


def number(value: float) -> str:
    """`value` with at most two decimals and no trailing zeros: 3, 12.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
