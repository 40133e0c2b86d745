"""What a student does next, in a few calm sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.messages import Message

TO_FIX = ("fail", "crash", "limit")


def next_steps(report: Mapping[str, Any]) -> list[Message]:
    """Sentences for the top of a student's page, most urgent first; never empty."""
    exercises = report["exercises"]
    verdicts = [check["verdict"] for exercise in exercises for check in exercise["checks"]]
    verdicts += [exercise["verdict"] for exercise in exercises]
    steps = []
    if report["points"] is None or "fault" in verdicts:
        steps.append(_WAIT)
    to_fix = [exercise for exercise in exercises if _has(exercise, TO_FIX)]
    if to_fix:
        steps.append(_start_with(to_fix[0]["title"]))
    if "limit" in verdicts:
        steps.append(_LIMIT)
    unwritten = [exercise["title"] for exercise in exercises if exercise["verdict"] == "unwritten"]
    if unwritten:
        steps.append(_unwritten(unwritten))
    if "pass" in verdicts and set(verdicts) <= {"pass", "person"} and not steps:
        steps.append(_DONE)
    read = [exercise["title"] for exercise in exercises if exercise["verdict"] == "person"]
    if read:
        steps.append(_read_by_a_person(read))
    return steps or [_NOTHING]


def _has(exercise: Mapping[str, Any], verdicts: Iterable[str]) -> bool:
    return any(
        found in verdicts for found in [exercise["verdict"], *(check["verdict"] for check in exercise["checks"])]
    )


_WAIT = Message(
    "採点側のプログラムに問題が起き、結果を出せなかったところがあります。あなたのせいではありません。"
    "担当者が確認するまで点数は保留になります。このことについて、あなたがすることは何もありません。",
    "Something went wrong on the grading side, so a part could not be judged. This is not your fault. "
    "Your mark waits until a person has looked at it; there is nothing you need to do about this.",
)
_LIMIT = Message(
    "時間かメモリが足りなくなったチェックがあります。終わらない繰り返しや、必要以上に大きなデータがないか確かめてください。",
    "Some checks ran out of time or memory. Look for a loop that does not end, or for data larger than needed.",
)
_DONE = Message(
    "このレポートのチェックにはすべて合格しています。直すところはありません。",
    "Every check in this report is passed. There is nothing to fix.",
)
_NOTHING = Message(
    "このレポートに、直すところとして挙がったチェックはありません。",
    "No check in this report asks for a change.",
)


def _start_with(title: Mapping[str, str]) -> Message:
    return Message(
        f"まず「{title['ja']}」から見ましょう。"
        "チェックの説明を上から順に読み、1 つ直すごとに手元で pytest を実行します。",
        f"Start with “{title['en']}”. Read what its checks say from the top, fix one thing at a time, "
        "and run pytest on your own machine after each change.",
    )


def _read_by_a_person(titles: list[Mapping[str, str]]) -> Message:
    return Message(
        f"担当者が読んで採点する課題: {'、'.join(title['ja'] for title in titles)}。点数はあとから決まります。",
        f"Read and marked by a person: {', '.join(title['en'] for title in titles)}. These points come later.",
    )


def _unwritten(titles: list[Mapping[str, str]]) -> Message:
    return Message(
        f"まだひな形のままの課題: {'、'.join(title['ja'] for title in titles)}。"
        "準備ができたら、書けるところから始めてください。",
        f"Still as handed out: {', '.join(title['en'] for title in titles)}. "
        "Begin when you are ready, with whatever part you can write.",
    )
