"""Submissions read in a process of its own (`jail.readers`): what one holds costs the others nothing.

    with SubmissionReader() as reader:
        submission = reader.read("a", Path("submissions/a"), unit)

A file on which reading ends (too much computing time or memory, a crash of Python's own parser, a fault of ours) is left
out, and the rest is read without it; the answers that were in it wait for a person, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise, Rubric, Unit, Verdict
from autograder.grading.intake import Answer, Submission, read_submission, unreadable
from autograder.jail.readers import Readers, ReadingFailedError, ReadingLimits
from autograder.messages import Message, visible_name

# Of one submission, one after the other; then the rest of it is not read either.
MAX_LEFT_OUT = 3
READ_HERE = "autograder.grading.apart:read_here"
_NOTHING = Message("", "")


@dataclass(frozen=True)
class LeftOut:
    """Why reading ended on a file, in words for people, and the trace for the log."""

    reason: Message
    log: str


class SubmissionReader:
    """Reads submissions of one class; a context manager. `ask`: see `Readers`; `cpu_s`: CPU seconds that it took so far."""

    def __init__(self, limits: ReadingLimits | None = None) -> None:
        self._readers = Readers(limits)
        self.ask, self.close = self._readers.ask, self._readers.close

    def __enter__(self) -> SubmissionReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def cpu_s(self) -> float:
        return self._readers.cpu_s

    def read(self, student: str, entry: Path, unit: Unit, known: dict[str, LeftOut] | None = None) -> Submission:
        """Everything that can be read of `entry`; never raises for what a student can send.

        Args:
            known: files on which reading has ended before, which are not tried again; gets those on which it ends now.
        """
        left_out = {} if known is None else known
        while "" not in left_out:
            reasons = {path: _message(one.reason) for path, one in left_out.items()}
            order = {"student": student, "entry": str(entry), "unit": _unit_data(unit), "left_out": reasons}
            limits = self._readers.limits
            limits = replace(
                limits, cpu_s=max(1, limits.cpu_s >> len(left_out))
            )  # the rest takes no time if it is honest
            try:
                answer = self._readers.ask(READ_HERE, order, limits)
                return _submission(student, answer, [one.log for one in left_out.values()])
            except ReadingFailedError as error:
                path = error.at if error.at not in left_out and len(left_out) < MAX_LEFT_OUT else ""
                several = [visible_name(one) for one in [*left_out, error.at] if one] if not path else []
                reason = (
                    _several(entry.name, several) if len(several) > 1 else _reason(error, path or entry.name, limits)
                )
                left_out[path] = LeftOut(reason, str(error))
        given_up = unreadable(student, unit, left_out[""].reason, Verdict.FAULT)
        return _with_log(given_up, [one.log for one in left_out.values()])


def read_here(order: dict[str, Any], at: Any) -> dict[str, Any]:
    """In the process of its own: the submission of `order` as plain data."""
    reasons = {path: Message(*words) for path, words in order["left_out"].items()}
    unit = _unit(order["unit"])
    read = read_submission(order["student"], Path(order["entry"]), unit, at=at, left_out=reasons)
    return {
        "answers": {
            name: [one.source, one.verdict.value, _message(one.note) if one.note else None]
            for name, one in read.answers.items()
        },
        "modules": read.modules,
        "notes": [_message(note) for note in read.notes],
        "digest": read.digest,
        "unreadable": read.unreadable,
        "receipt": read.receipt,
    }


def _submission(student: str, answer: dict[str, Any], logs: list[str]) -> Submission:
    answers = {
        name: Answer(source, Verdict(verdict), Message(*note) if note else None)
        for name, (source, verdict, note) in answer["answers"].items()
    }
    notes = tuple(Message(*note) for note in answer["notes"])
    rest = {name: answer[name] for name in ("modules", "digest", "unreadable", "receipt")}
    return _with_log(Submission(student, answers, notes=notes, **rest), logs)


def _with_log(submission: Submission, logs: list[str]) -> Submission:
    return Submission(**{**vars(submission), "faults": "\n".join(logs)})


def _unit_data(unit: Unit) -> dict[str, Any]:
    """Of `unit` what reading needs, and nothing secret."""
    return {
        "id": unit.id,
        "exercises": [
            {
                "id": one.id,
                "folder": str(one.folder),
                "statement": _message(one.statement),
                "stub": one.stub,
                "functions": list(one.functions),
                "is_prose": one.is_prose,
            }
            for one in unit.exercises
        ],
    }


def _unit(data: dict[str, Any]) -> Unit:
    exercises = tuple(
        Exercise(
            id=one["id"],
            folder=Path(one["folder"]),
            title=_NOTHING,
            statement=Message(*one["statement"]),
            solution="",
            stub=one["stub"],
            functions=tuple(one["functions"]),
            checks=(),
            mistakes=(),
            rubric=Rubric(_NOTHING, ()) if one["is_prose"] else None,
        )
        for one in data["exercises"]
    )
    return Unit(data["id"], Path(), _NOTHING, _NOTHING, exercises)


def _message(message: Message) -> list[str]:
    return [message.ja, message.en]


def _several(submission: str, files: list[str]) -> Message:
    name, listed = visible_name(submission), ", ".join(files)
    return Message(
        f"{name}: 決められた時間やメモリのうちに読めないファイルがいくつもある（{listed}）ので、採点できませんでした。点は、担当者が見るまで保留です。",
        f"{name}: several files could not be read within time and memory ({listed}), so nothing of it could be graded. The mark waits for a person.",
    )


def _reason(error: ReadingFailedError, path: str, limits: ReadingLimits) -> Message:
    name = visible_name(path)
    why = {
        "cpu": Message(
            f"読むのに {limits.cpu_s} 秒を超える計算時間がかかる",
            f"reading took more than {limits.cpu_s} s of computing",
        ),
        "wall": Message(
            f"読み終わるまでに {limits.wall_s:g} 秒を超える", f"reading took more than {limits.wall_s:g} s"
        ),
        "memory": Message(
            f"読むのに {limits.memory_mib} MiB を超えるメモリが要る", f"reading needs more than {limits.memory_mib} MiB"
        ),
        "large": Message(
            f"読んだものが {limits.answer_mib} MiB を超える", f"it holds more than {limits.answer_mib} MiB of code"
        ),
        "died": Message("読む途中で Python の構文解析が落ちる", "Python's own parser crashed while reading"),
        "raised": Message("読む途中で採点プログラムにエラーが起きる", "the grading program failed while reading"),
    }[error.kind]
    return Message(
        f"{name}: {why.ja}ので、採点できませんでした。点は、担当者が見るまで保留です。答えに要らない大きなデータや深い入れ子があれば消して、提出し直してください。",
        f"{name}: {why.en}, so it could not be graded. The mark waits for a person. If it holds large data or deep nesting that the answer does not need, remove them and submit it again.",
    )
