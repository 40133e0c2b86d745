"""The receipt that `autograder submit` puts beside a student's answers: written there, read and judged in grading.

It comes from the student's machine, so nothing in it decides a mark. Read here, it is bounded plain data of a fixed
shape, or it is a note. What it is good for: from which release the answers were made, and whether they were changed
after they were packed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, NoReturn

from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Unit
from autograder.grading.files import RECEIPT_NAME, SubmittedFile
from autograder.messages import Message, shown

SCHEMA_VERSION = 1
# What of an exercise was handed out, by the words in which people are told that it changed since.
PARTS = {
    "text_ja": Message("日本語の説明", "the Japanese text"),
    "text_en": Message("英語の説明", "the English text"),
    "stub": Message("ひな形", "the stub"),
    "checks": Message("公開チェック", "the public checks"),
}
_MAX_ENTRIES = 500
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Receipt:
    """What a receipt claims.

    `release` is None for answers made in a folder that is no release, such as a checkout of the repository. `files`: name →
    SHA-256 of what was packed. `handed_out`: exercise → part (see `PARTS`) → SHA-256 of what the student had been given.
    """

    unit: str
    release: str | None
    made: str
    files: Mapping[str, str] = field(default_factory=dict)
    handed_out: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_receipt(data: bytes | None) -> Receipt:
    """The receipt in `data`. Raises: SubmissionError naming what is not as `autograder submit` writes it."""
    if data is None:
        _refuse("too large")
    try:
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        _refuse("not JSON")
    found = _object(content, "receipt")
    if found.get("schema_version") != SCHEMA_VERSION:
        _refuse(f"schema_version {shown(found.get('schema_version'), limit=20)}, expected {SCHEMA_VERSION}")
    release = found.get("release")
    return Receipt(
        unit=_word(found.get("unit"), "unit"),
        release=None if release is None else _word(release, "release"),
        made=_matching(found.get("made"), _TIME, "made"),
        files=_digests(found.get("files"), "files", _NAME),
        handed_out={
            _matching(name, _WORD, "handed_out"): _digests(parts, "handed_out", _WORD)
            for name, parts in _object(found.get("handed_out"), "handed_out").items()
        },
    )


def digest_of(text: str | bytes) -> str:
    """SHA-256 in hex, whatever the line ends of the student's system are."""
    data = text.encode("utf-8") if isinstance(text, str) else text
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def handed_out(exercise: Exercise) -> dict[str, str]:
    """Part → digest of what a student of `exercise` is given now."""
    parts = {
        "text_ja": digest_of(exercise.statement.ja),
        "text_en": digest_of(exercise.statement.en),
        "stub": digest_of(exercise.stub),
    }
    if exercise.rubric is None:
        parts["checks"] = digest_of((exercise.folder / "checks_public.py").read_bytes())
    return parts


def judge(file: SubmittedFile, files: list[SubmittedFile], unit: Unit) -> tuple[dict[str, Any], list[Message]]:
    """What a report says of the receipt in `file`, and notes for people where all is not as it should be.

    `state` is `current`, `old` (what was handed out then is not what is handed out now), `other_unit` or `unreadable`.
    """
    try:
        receipt = read_receipt(file.data)
    except SubmissionError as error:
        return _summary("unreadable"), [error.message]
    if receipt.unit != unit.id:
        return _summary("other_unit", receipt), [_other_unit(receipt, unit)]
    changed = _changed_files(receipt, file.path.parent, files)
    differs = _differences(receipt, unit)
    notes = [_old(receipt, differs)] if differs else []
    notes += [_changed(changed)] if changed else []
    return _summary("old" if differs else "current", receipt, differs=differs, changed=changed), notes


def _summary(
    state: str,
    receipt: Receipt | None = None,
    *,
    differs: dict[str, list[str]] | None = None,
    changed: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "state": state,
        "release": receipt.release if receipt else None,
        "made": receipt.made if receipt else None,
        "differs": differs or {},
        "changed": changed or [],
    }


def _differences(receipt: Receipt, unit: Unit) -> dict[str, list[str]]:
    """Exercise → the parts that are not what they were; all of them for an exercise that there was not."""
    found = {}
    for exercise in unit.exercises:
        now, then = handed_out(exercise), receipt.handed_out.get(exercise.name, {})
        parts = [part for part in PARTS if part in now and then.get(part) != now[part]]
        if parts:
            found[exercise.name] = parts
    return found


def _changed_files(receipt: Receipt, folder: PurePosixPath, files: list[SubmittedFile]) -> list[str]:
    """Names of answers that are not as they were packed: changed, removed or added."""
    present = {file.path.name: file for file in files if file.path.parent == folder}
    changed = [
        name
        for name, digest in receipt.files.items()
        if name not in present or hashlib.sha256(present[name].data or b"").hexdigest() != digest
    ]
    return sorted({*changed, *(present.keys() - receipt.files.keys())})


def _old(receipt: Receipt, differs: dict[str, list[str]]) -> Message:
    told = [_what_differs(name, parts, receipt) for name, parts in differs.items()]
    ja, en = "、".join(one.ja for one in told), "; ".join(one.en for one in told)
    if receipt.release is None:
        return Message(
            f"今とは違う版の課題フォルダから提出されています。今の版と違うところ: {ja}。点は今の版のチェックで決まります。",
            f"This was submitted from a folder of another version than the present one. What differs: {en}. The present checks decide the mark.",
        )
    return Message(
        f"配布版 {receipt.release} から提出されています。今の版と違うところ: {ja}。点は今の版のチェックで決まります。",
        f"This was submitted from release {receipt.release}. What differs from the present one: {en}. The present checks decide the mark.",
    )


def _what_differs(name: str, parts: list[str], receipt: Receipt) -> Message:
    if name not in receipt.handed_out:
        return Message(f"{name}（この課題がまだない）", f"{name} (not there yet)")
    words = [PARTS[part] for part in parts]
    return Message(f"{name}（{'、'.join(one.ja for one in words)}）", f"{name} ({', '.join(one.en for one in words)})")


def _changed(names: list[str]) -> Message:
    listed = ", ".join(shown(name)[1:-1] for name in names[:10]) + (" …" if len(names) > 10 else "")
    return Message(
        f"`autograder submit` のあとで変わったファイルがあります: {listed}。採点したのは、いま提出物に入っているものです。",
        f"Files changed after `autograder submit`: {listed}. What is in the submission now was graded.",
    )


def _other_unit(receipt: Receipt, unit: Unit) -> Message:
    return Message(
        f"{RECEIPT_NAME} は {receipt.unit} のものですが、採点しているのは {unit.id} です。提出先を確かめてください。",
        f"{RECEIPT_NAME} is of {receipt.unit}, but {unit.id} is being graded. Check where this was handed in.",
    )


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > _MAX_ENTRIES:
        _refuse(where)
    return value


def _digests(value: object, where: str, name: re.Pattern[str]) -> dict[str, str]:
    entries = _object(value, where).items()
    return {_matching(key, name, where): _matching(digest, _DIGEST, where) for key, digest in entries}


def _word(value: object, where: str) -> str:
    return _matching(value, _WORD, where)


def _matching(value: object, pattern: re.Pattern[str], where: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse(where)
    return value


def _refuse(where: str) -> NoReturn:
    raise SubmissionError(
        ja=f"{RECEIPT_NAME} が読めません（{where}）。点には関係ありませんが、どの版から提出されたかは分かりません。",
        en=f"{RECEIPT_NAME} cannot be read ({where}). No mark depends on it, but from which release this was submitted is not known.",
    )
