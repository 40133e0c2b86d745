"""From a submission to the source text of each exercise's answer, with a reason wherever that fails.

A folder (or zip) holds `top_p.py` or `top_p.ipynb`, directly or under some folder. A file of another
name, and a single .py or .ipynb, belong to every exercise whose functions they define.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.prose import answer_in, mark
from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.files import RECEIPT_NAME, SubmittedFile, submitted_files
from autograder.grading.receipt import judge
from autograder.grading.texts import NONE_LEFT_OUT, UNGRADED_NAMES, Texts, differs, named_after, read_texts
from autograder.messages import Message, escaped, visible_name

# Files of the class's own in the folder of results, and what file systems allow.
RESERVED_NAMES = frozenset({"class.json", "index.html", "times.html", "faults.log"})
MAX_NAME_BYTES = 200
MAX_PROSE_CHARACTERS = 20_000


@dataclass(frozen=True)
class Answer:
    """The text that answers one exercise (code, or prose as it is written), or the verdict and reason that stand in for it.

    `note` says what a person should know, e.g. that the file had another name.
    """

    source: str | None
    verdict: Verdict = Verdict.UNWRITTEN
    note: Message | None = None


@dataclass(frozen=True)
class Submission:
    """One student's work on one unit. `modules`: every readable file by module name, for imports among them.

    `unreadable`: a file that belongs to no exercise cannot be read, so an answer that seems to be missing may be in it.
    `receipt`: what `grading.receipt.judge` says of the receipt of `autograder submit`, if there is one.
    `faults`: the log of what went wrong on our side while it was read.
    """

    student: str
    answers: dict[str, Answer]  # by exercise name
    modules: dict[str, str]
    notes: tuple[Message, ...] = ()
    digest: str = ""
    unreadable: bool = False
    receipt: dict[str, Any] | None = None
    faults: str = ""


def students(folder: Path) -> dict[str, Path]:
    """Student name → submission, for everything in `folder` but hidden files; two of one name keep their suffixes.

    Raises: SubmissionError if `folder` is not a folder or holds nothing.
    """
    if not folder.is_dir():
        raise SubmissionError(
            ja=f"{folder}: 提出物のフォルダがありません。学生ごとに 1 つのフォルダ（または zip、.py、.ipynb）を入れたフォルダを指定してください。",
            en=f"{folder}: no such folder of submissions. Give a folder that holds one folder (or zip, .py, .ipynb) per student.",
        )
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    if not entries:
        raise SubmissionError(
            ja=f"{folder}: 提出物が 1 つもありません。学生ごとのフォルダ（または zip、.py、.ipynb）を入れてください。",
            en=f"{folder}: holds no submission. Put one folder (or zip, .py, .ipynb) per student into it.",
        )
    stems = [_stem(entry) for entry in entries]
    names = [entry.name if stems.count(stem) > 1 else stem for stem, entry in zip(stems, entries, strict=True)]
    return {fit_name(name): entry for name, entry in zip(names, entries, strict=True)}


def _stem(entry: Path) -> str:
    return entry.name if entry.is_dir() and not entry.is_symlink() else entry.stem


def fit_name(name: str) -> str:
    """`name`, or where it cannot name a folder of results on every system, a readable stand-in of its own."""
    encodable = name.encode("utf-8", "replace").decode()
    seen = "".join(
        letter if escaped(letter) == letter else "_" for letter in encodable
    )  # in reports, pages and CSV alike
    fit = re.sub(r'[\n\t/\\:*?"<>|]', "_", seen).strip(" .")
    if fit == name and name.lower() not in RESERVED_NAMES and len(name.encode()) <= MAX_NAME_BYTES:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{fit[:40]}-{mark}"


def read_submission(
    student: str,
    entry: Path,
    unit: Unit,
    *,
    at: Callable[[str], None] = lambda _: None,
    left_out: Mapping[str, Message] = NONE_LEFT_OUT,
) -> Submission:
    """Everything that can be read of `entry`, in this process; `grading.apart` does it in one of its own.

    Args:
        at: is told the path of each file as work on it begins, and the empty one after the last.
        left_out: path of a file → why it is not read; answers that it may hold wait for a person.
    """
    try:
        files = submitted_files(entry)
    except SubmissionError as error:
        return unreadable(student, unit, error.message)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        name = visible_name(entry.name)
        return unreadable(
            student,
            unit,
            Message(
                f"{name}: 読めません（{reason}）。ファイルの権限を確かめてください。",
                f"{name}: cannot be read ({reason}). Check its permissions.",
            ),
        )
    receipts = [file for file in files if file.path.name == RECEIPT_NAME][:1]
    prose = {exercise.answer_file for exercise in unit.exercises if exercise.rubric is not None}
    files = [file for file in files if file.path.suffix.lower() != ".md" or file.path.name in prose]
    files = [file for file in files if file.path.name != RECEIPT_NAME]
    read = read_texts(files, at, left_out)
    answers = {
        exercise.name: _find_answer(exercise, unit, files, read)
        if exercise.rubric is None
        else _find_prose(exercise, files, read)
        for exercise in unit.exercises
    }
    at("")
    answers = {name: _perhaps_left_out(one, read, answers.keys()) for name, one in answers.items()}
    modules = {Path(path).stem: parts[0] for path, parts in reversed(read.parts.items()) if path.endswith(".py")}
    digest = hashlib.sha256()
    for file in [*files, *receipts]:
        digest.update(f"{file.path}\0{file.size}\0".encode("utf-8", "surrogateescape") + (file.data or b""))
    notes = _general_notes(unit, files, read, answers)
    perhaps_there = any(named_after(path) not in answers for path in read.reasons)
    receipt = None
    for file in receipts:
        receipt, said = judge(file, [one for one in files if not one.path.name.startswith(UNGRADED_NAMES)], unit)
        notes = (*notes, *said)
    return Submission(student, answers, modules, notes, digest.hexdigest(), perhaps_there, receipt)


def unreadable(student: str, unit: Unit, reason: Message, verdict: Verdict = Verdict.CRASH) -> Submission:
    """A submission of which nothing could be read, and why."""
    answers = {exercise.name: Answer(None, verdict, reason) for exercise in unit.exercises}
    return Submission(student, answers, {}, (reason,), hashlib.sha256(reason.en.encode()).hexdigest())


def _general_notes(
    unit: Unit, files: list[SubmittedFile], read: Texts, answers: dict[str, Answer]
) -> tuple[Message, ...]:
    """Unreadable files that belong to no exercise, and why nothing at all was found, if so."""
    reasons = tuple(reason for path, reason in read.reasons.items() if named_after(path) not in answers)
    nothing_found = all(one.source is None and one.verdict is Verdict.UNWRITTEN for one in answers.values())
    if reasons or not nothing_found or any(named_after(str(file.path)) in answers for file in files):
        return reasons
    wanted = ", ".join(exercise.answer_file for exercise in unit.exercises)
    if not files:
        return (
            Message(
                f"提出物に .py も .ipynb もありません。{wanted} を入れて提出し直してください。",
                f"the submission holds no .py and no .ipynb. Submit it again with {wanted}.",
            ),
        )
    found = ", ".join(visible_name(str(file.path)) for file in files[:10])
    return (
        Message(
            f"課題のファイルが見つかりません。あったのは {found} です。名前を {wanted} に直してください。",
            f"no file of this unit was found, only {found}. Name the files {wanted}.",
        ),
    )


def _perhaps_left_out(answer: Answer, read: Texts, names: Collection[str]) -> Answer:
    """What was not found may stand in a file that was left out and belongs to no exercise: then a person decides."""
    if answer.source is None and answer.verdict is Verdict.UNWRITTEN:
        for path, reason in read.left_out.items():
            if named_after(path) not in names:
                return Answer(None, Verdict.FAULT, reason)
    return answer


def _find_answer(exercise: Exercise, unit: Unit, files: list[SubmittedFile], read: Texts) -> Answer:
    """The file of the exercise's name, else one that defines its functions; a written one before an untouched stub."""
    named = [str(file.path) for file in files if named_after(str(file.path)) == exercise.name]
    candidates = [path for path in named if path in read.parts]
    for path in candidates:
        if read.is_written(path, exercise):
            text = read.text(path, exercise)
            others = [
                one
                for one in named
                if one in read.reasons
                or (one in candidates and read.is_written(one, exercise) and read.text(one, exercise) != text)
            ]
            note = read.note(path, exercise)
            if others:
                note = note + _beside(path, others) if note else _beside(path, others)
            return Answer(text, note=note)
    renamed = _of_another_name(exercise, unit, read)
    if renamed and not any(path in read.reasons for path in named):
        return Answer(read.text(renamed, exercise), note=_renamed_note(exercise, renamed) if len(files) > 1 else None)
    for path in named:
        if path in read.reasons:
            return Answer(None, read.verdict(path), read.reasons[path])
    for path in candidates:
        if any(read.parts[path]):
            return Answer(read.text(path, exercise))
    if candidates and candidates[0].lower().endswith(".py"):
        return Answer(None, Verdict.UNWRITTEN, _empty(candidates[0]))
    return Answer(None, Verdict.UNWRITTEN, _without_code(candidates[0], exercise) if candidates else _missing(exercise))


def _find_prose(exercise: Exercise, files: list[SubmittedFile], read: Texts) -> Answer:
    """The prose of a file of the exercise's name, or behind the exercise's mark in any notebook."""
    named = [str(file.path) for file in files if named_after(str(file.path)) == exercise.name]
    marked = [path for path, texts in read.prose.items() if any(mark(exercise.name) in text for text in texts)]
    candidates = [path for path in dict.fromkeys([*named, *marked]) if path in read.prose]
    for path in candidates:
        if answer := answer_in(read.prose[path], exercise.name, exercise.stub):
            cut = len(answer) > MAX_PROSE_CHARACTERS
            return Answer(answer[:MAX_PROSE_CHARACTERS], note=_cut_note() if cut else None)
    for path in named:
        if path in read.reasons:
            return Answer(None, read.verdict(path), read.reasons[path])
    return Answer(None, Verdict.UNWRITTEN, None if candidates else _missing(exercise))


def _cut_note() -> Message:
    limit = MAX_PROSE_CHARACTERS
    return Message(
        f"答えが {limit} 文字より長いので、そこまでを載せています。",
        f"The answer is longer than {limit} characters; what is shown ends there.",
    )


def _missing(exercise: Exercise) -> Message:
    return Message(
        f"提出物に {exercise.answer_file} がありません。この課題の答えを入れて提出してください。",
        f"the submission has no {exercise.answer_file}. Add your answer to this exercise.",
    )


def _empty(path: str) -> Message:
    name = visible_name(path)
    return Message(
        f"{name}: 空のファイルです。エディタで保存できているか確かめて、提出し直してください。",
        f"{name}: the file is empty. See whether your editor has saved it, and submit it again.",
    )


def _beside(path: str, others: Sequence[str]) -> Message:
    name, left = visible_name(path), ", ".join(map(visible_name, others))
    return Message(
        f"{name} を採点しました。同じ課題の {left} は採点していません。どちらが答えか確かめ、要らないほうは消して提出し直してください。",
        f"{name} was graded; {left} for the same exercise was not. Check that the one you mean was graded, and submit again without the other.",
    )


def _without_code(path: str, exercise: Exercise) -> Message:
    name, functions = visible_name(path), ", ".join(exercise.functions)
    return Message(
        f"{name}: {functions} を定義するセルがありません。消してしまったセルは、配られたノートブックから写せます。",
        f"{name}: no cell defines {functions}. A cell that was deleted can be copied from the notebook that was handed out.",
    )


def is_written(text: str, exercise: Exercise) -> bool:
    """Whether the code differs from that of the stub; comments and the first docstring are no code."""
    return differs([text], exercise)


def holds_answer(file: SubmittedFile, exercise: Exercise) -> bool:
    """Whether something was written into `file`, which is named after `exercise`; also True if it cannot be read."""
    read, path = read_texts([file]), str(file.path)
    if path in read.reasons:
        return True
    if exercise.rubric is not None:
        return bool(answer_in(read.prose.get(path, []), exercise.name, exercise.stub))
    return path in read.parts and read.is_written(path, exercise)


def _of_another_name(exercise: Exercise, unit: Unit, read: Texts) -> str | None:
    """A file that defines functions of `exercise` and is not named after any exercise of the unit."""
    taken = {one.name for one in unit.exercises}
    for path in read.parts:
        is_free = named_after(path) not in taken
        if is_free and read.defines(path, exercise) and read.is_written(path, exercise):
            return path
    return None


def _renamed_note(exercise: Exercise, path: str) -> Message:
    name = visible_name(path)
    return Message(
        f"{exercise.name}.py に答えがなかったので、{exercise.functions[0]} を定義している {name} を採点しました。",
        f"{exercise.name}.py held no answer, so {name}, which defines {exercise.functions[0]}, was graded.",
    )
