"""Every sentence of "What to write" is held by a check and broken by a mistake, or says why it needs none."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course.promises import has_marks, marks_elsewhere
from autograder.exercise import Exercise, Promise, Unit
from autograder.messages import Message

_HELP = Message(
    "文のうしろに <!-- チェック: 間違い --> か <!-- no check: 理由 --> を書いてください。",
    "Write <!-- check: mistake --> behind it, or <!-- no check: reason -->.",
)


def audit_promises(unit: Unit) -> list[Message]:
    """What a unit's statements promise without a check or a mistake, and marks that name what there is not."""
    return [
        Message(
            f"{exercise.folder / 'statement.en.md'}: {problem.ja}",
            f"{exercise.folder / 'statement.en.md'}: {problem.en}",
        )
        for exercise in unit.exercises
        if exercise.rubric is None
        for problem in [
            *_misplaced(exercise),
            *(one for promise in exercise.promises for one in _wrong(exercise, promise)),
        ]
    ]


def _misplaced(exercise: Exercise) -> Iterator[Message]:
    ja, en = ((exercise.folder / f"statement.{one}.md").read_text(encoding="utf-8") for one in ("ja", "en"))
    if has_marks(ja) or marks_elsewhere(en):
        yield Message(
            "<!-- … --> は、英語の説明の What to write の節にだけ書きます。",
            "marks <!-- … --> belong in the section What to write of the English statement alone.",
        )
    if not exercise.promises:
        yield Message("What to write の節に文がありません。", "the section What to write holds no sentence.")


def _wrong(exercise: Exercise, promise: Promise) -> Iterator[Message]:
    sentence = promise.sentence if len(promise.sentence) <= 80 else f"{promise.sentence[:80]}…"
    if not promise.held_by and not promise.reason:
        yield Message(
            f"「{sentence}」を確かめるチェックがわかりません。{_HELP.ja}",
            f"“{sentence}”: which check holds it? {_HELP.en}",
        )
    caught_by = {mistake.id: mistake.caught_by for mistake in exercise.mistakes}
    checks = {check.id for check in exercise.checks}
    for check, mistakes in promise.held_by:
        if check not in checks:
            yield Message(
                f"「{sentence}」: {check} というチェックはありません。", f"“{sentence}”: there is no check {check}."
            )
        if not mistakes:
            yield Message(
                f"「{sentence}」: {check} が捕まえる、この文だけに反する間違いがありません。",
                f"“{sentence}”: no mistake breaks this sentence and is caught by {check}.",
            )
        for mistake in mistakes:
            if mistake not in caught_by:
                yield Message(
                    f"「{sentence}」: {mistake} という間違いはありません。",
                    f"“{sentence}”: there is no mistake {mistake}.",
                )
            elif caught_by[mistake] != check:
                yield Message(
                    f"「{sentence}」: {mistake} を捕まえるのは {check} ではなく {caught_by[mistake]} です。",
                    f"“{sentence}”: {mistake} is caught by {caught_by[mistake]}, not by {check}.",
                )
