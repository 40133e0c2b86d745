"""Hints for students who are stuck: three levels for each public check, from the texts of an exercise.

    test_keeps_the_token_that_crosses_p:      # hints.yaml
      reread: "The idea"                      # 1: a heading of the English statement
      point: {ja: …, en: …}                   # 2: only if no mistake names this check, or its hints shall not be shown
      idea: {ja: …, en: …}                    # 3: in words and small numbers; never a line of the solution

Level 2 is otherwise what the mistakes say that the check must catch. Their sentences ship, their code does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.errors import CourseError, yaml_fault
from autograder.exercise import Check, Hint, Mistake
from autograder.messages import Message

FILE = "hints.yaml"
_HEADING = re.compile(r"^## (.*\S)", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_KEYS = {"reread", "point", "idea"}


def read_hints(
    folder: Path, name: str, statement: Message, checks: Sequence[Check], mistakes: Sequence[Mistake]
) -> tuple[Hint, ...]:
    """The hints of the exercise in `folder`, in the order of its public checks; none without a hints.yaml.

    Raises: CourseError if a part is missing or has no meaning.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    written = _loaded(path)
    public = {check.id: check for check in checks if check.public}
    for check in written.keys() - public.keys():
        raise _wrong(path, check, "公開チェックの名前ではありません", "is not the name of a public check")
    return tuple(
        Hint(check.id, _levels(path, name, statement, check, mistakes, written[check.id]))
        for check in public.values()
        if check.id in written
    )


def _loaded(path: Path) -> dict[str, Any]:
    import yaml

    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fault = yaml_fault(path, error)
        raise CourseError(ja=fault.ja, en=fault.en) from error
    if not isinstance(written, dict):
        raise CourseError(
            ja=f"{path}: 公開チェックの名前をキーとする表のはずです。",
            en=f"{path}: expected a mapping whose keys are names of public checks.",
        )
    return written


def _levels(
    path: Path, name: str, statement: Message, check: Check, mistakes: Sequence[Mistake], written: Any
) -> tuple[Message, ...]:
    if not isinstance(written, dict) or not {"reread", "idea"} <= written.keys() <= _KEYS:
        raise _wrong(
            path, check.id, "reread と idea（と point）が要ります", "needs reread and idea (and may have point)"
        )
    idea = _message(path, check.id, "idea", written["idea"])
    point = _message(path, check.id, "point", written["point"]) if "point" in written else _bank(check, mistakes)
    if point is None:
        raise _wrong(
            path, check.id, "これを名指す間違いがないので、point が要ります", "no mistake names it: it needs a point"
        )
    return (_nudge(path, name, statement, check, written["reread"]), point, idea)


def _nudge(path: Path, name: str, statement: Message, check: Check, heading: object) -> Message:
    ja, en = (_HEADING.findall(_FENCED.sub("", text)) for text in (statement.ja, statement.en))
    if heading not in en or len(ja) != len(en):
        raise _wrong(
            path,
            check.id,
            f"見出し {heading} が英語の説明文にありません",
            f"the English statement has no heading {heading}",
        )
    heading_ja = ja[en.index(heading)]
    return Message(
        f"{name}.ja.md の「{heading_ja}」を読み直してください。「{check.title.ja}」に当たるのは、どこでしょうか。",
        f"Reread “{heading}” in {name}.en.md. Where does it say this: “{check.title.en}”",
    )


def _bank(check: Check, mistakes: Sequence[Mistake]) -> Message | None:
    """What the mistakes that `check` must catch say to a student."""
    hints = [mistake.hint for mistake in mistakes if mistake.caught_by == check.id]
    if not hints:
        return None
    head = Message("ここでよくある間違いです。", "What often goes wrong here:")
    return Message(
        "\n".join([head.ja, *(f"・{hint.ja}" for hint in hints)]),
        "\n".join([head.en, *(f"- {hint.en}" for hint in hints)]),
    )


def _message(path: Path, check: str, key: str, value: object) -> Message:
    match value:
        case {"ja": str(ja), "en": str(en), **rest} if ja.strip() and en.strip() and not rest:
            return Message(ja.strip(), en.strip())
    raise _wrong(path, check, f"{key} には ja と en の文が要ります", f"{key} needs a text in ja and in en")


def _wrong(path: Path, check: object, ja: str, en: str) -> CourseError:
    return CourseError(ja=f"{path}: {check}: {ja}。", en=f"{path}: {check}: {en}.")
