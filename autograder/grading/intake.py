"""From a submission to the source text of each exercise's answer, with a reason wherever that fails.

A folder (or zip) holds `top_p.py` or `top_p.ipynb`, directly or under some folder. A file of another
name, and a single .py or .ipynb, belong to every exercise whose functions they define.
"""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.files import MAX_NOTEBOOK_BYTES, MAX_PY_BYTES, SubmittedFile, submitted_files
from autograder.grading.notebook import notebook_source
from autograder.messages import Message, visible

# Files of the class's own in the folder of results, and what file systems allow.
RESERVED_NAMES = frozenset({"class.json", "index.html"})
MAX_NAME_BYTES = 200
_UNGRADED_NAMES = ("test_", "conftest")


@dataclass(frozen=True)
class Answer:
    """The text that answers one exercise, or the verdict and reason that stand in for it.

    `note` says what a person should know, e.g. that the file had another name.
    """

    source: str | None
    verdict: Verdict = Verdict.UNWRITTEN
    note: Message | None = None


@dataclass(frozen=True)
class Submission:
    """One student's work on one unit. `modules`: every readable file by module name, for imports among them."""

    student: str
    answers: dict[str, Answer]  # by exercise name
    modules: dict[str, str]
    notes: tuple[Message, ...] = ()
    digest: str = ""


@dataclass
class _Texts:
    """Readable files and the reasons for unreadable ones, by path."""

    texts: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, Message] = field(default_factory=dict)


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
    return {_fit(name): entry for name, entry in zip(names, entries, strict=True)}


def _stem(entry: Path) -> str:
    return entry.name if entry.is_dir() and not entry.is_symlink() else entry.stem


def _fit(name: str) -> str:
    """`name`, or where it cannot name a folder of results on every system, a readable stand-in of its own."""
    encodable = name.encode("utf-8", "replace").decode()
    fit = re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", encodable).strip(" .")
    if fit == name and name.lower() not in RESERVED_NAMES and len(name.encode()) <= MAX_NAME_BYTES:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{fit[:40]}-{mark}"


def read_submission(student: str, entry: Path, unit: Unit) -> Submission:
    """Everything that can be read of `entry`; never raises for what a student can send."""
    try:
        files = submitted_files(entry)
    except SubmissionError as error:
        return _unreadable(student, unit, error.message)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        name = visible(entry.name)
        return _unreadable(
            student,
            unit,
            Message(
                f"{name}: 読めません（{reason}）。ファイルの権限を確かめてください。",
                f"{name}: cannot be read ({reason}). Check its permissions.",
            ),
        )
    read = _read_texts(files)
    answers = {exercise.name: _find_answer(exercise, files, read) for exercise in unit.exercises}
    modules = {Path(path).stem: text for path, text in reversed(read.texts.items()) if path.endswith(".py")}
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path}\0{file.size}\0".encode("utf-8", "surrogateescape") + (file.data or b""))
    return Submission(student, answers, modules, _general_notes(files, read, answers), digest.hexdigest())


def _unreadable(student: str, unit: Unit, reason: Message) -> Submission:
    answers = {exercise.name: Answer(None, Verdict.CRASH, reason) for exercise in unit.exercises}
    return Submission(student, answers, {}, (reason,), hashlib.sha256(reason.en.encode()).hexdigest())


def _general_notes(files: list[SubmittedFile], read: _Texts, answers: dict[str, Answer]) -> tuple[Message, ...]:
    """Unreadable files that belong to no exercise, and why nothing at all was found, if so."""
    unreadable = tuple(reason for path, reason in read.reasons.items() if Path(path).stem not in answers)
    nothing_found = all(one.source is None and one.verdict is Verdict.UNWRITTEN for one in answers.values())
    if unreadable or not nothing_found:
        return unreadable
    wanted = ", ".join(f"{name}.py" for name in answers)
    if not files:
        return (
            Message(
                f"提出物に .py も .ipynb もありません。{wanted} を入れて提出し直してください。",
                f"the submission holds no .py and no .ipynb. Submit it again with {wanted}.",
            ),
        )
    found = ", ".join(visible(str(file.path)) for file in files[:10])
    return (
        Message(
            f"課題のファイルが見つかりません。あったのは {found} です。名前を {wanted} に直してください。",
            f"no file of this unit was found, only {found}. Name the files {wanted}.",
        ),
    )


def _read_texts(files: list[SubmittedFile]) -> _Texts:
    read = _Texts()
    for file in files:
        path = str(file.path)
        if path in read.texts or file.path.name.startswith(_UNGRADED_NAMES):
            continue
        try:
            read.texts[path] = _text(file)
        except SubmissionError as error:
            read.reasons[path] = error.message
    return read


def _text(file: SubmittedFile) -> str:
    name = visible(str(file.path))
    if file.is_folder:
        raise SubmissionError(
            ja=f"{name}: ファイルのはずですが、フォルダです。答えを書いたファイルを置いてください。",
            en=f"{name}: expected a file, found a folder. Put the file with your answer there.",
        )
    is_notebook = file.path.suffix.lower() == ".ipynb"
    if file.data is None:
        limit = (MAX_NOTEBOOK_BYTES if is_notebook else MAX_PY_BYTES) >> 20
        raise SubmissionError(
            ja=f"{name}: 大きすぎます（{file.size / 2**20:.1f} MiB、上限 {limit} MiB）。出力やデータを消して提出し直してください。",
            en=f"{name}: too large ({file.size / 2**20:.1f} MiB; the limit is {limit} MiB). Remove outputs or data and submit again.",
        )
    try:
        text = file.data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SubmissionError(
            ja=f"{name}: UTF-8 ではありません（{error.start} バイト目）。エディタで文字コードを UTF-8 にして保存し直してください。",
            en=f"{name}: not UTF-8 (byte {error.start}). Save it as UTF-8 in your editor.",
        ) from error
    return notebook_source(text, name) if is_notebook else text


def _find_answer(exercise: Exercise, files: list[SubmittedFile], read: _Texts) -> Answer:
    """The file of the exercise's name, else one that defines its functions; a written one before an untouched stub."""
    named = [str(file.path) for file in files if file.path.stem == exercise.name]
    candidates = [path for path in named if path in read.texts]
    written = [path for path in candidates if read.texts[path].strip() not in {"", exercise.stub.strip()}]
    if written:
        return Answer(read.texts[written[0]])
    defining = [path for path, text in read.texts.items() if _defines(text, exercise)]
    renamed = [path for path in defining if path not in named and read.texts[path].strip() != exercise.stub.strip()]
    if renamed and not any(path in read.reasons for path in named):
        name = visible(renamed[0])
        if len(files) == 1:
            return Answer(read.texts[renamed[0]])
        note = Message(
            f"{exercise.name}.py に答えがなかったので、{exercise.functions[0]} を定義している {name} を採点しました。",
            f"{exercise.name}.py held no answer, so {name}, which defines {exercise.functions[0]}, was graded.",
        )
        return Answer(read.texts[renamed[0]], note=note)
    for path in named:
        if path in read.reasons:
            return Answer(None, Verdict.CRASH, read.reasons[path])
    if candidates:
        return Answer(read.texts[candidates[0]])
    missing = Message(
        f"提出物に {exercise.name}.py がありません。この課題の答えを入れて提出してください。",
        f"the submission has no {exercise.name}.py. Add your answer to this exercise.",
    )
    return Answer(None, Verdict.UNWRITTEN, missing)


def _defines(text: str, exercise: Exercise) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return any(f"\ndef {name}(" in f"\n{text}" for name in exercise.functions)
    return any(isinstance(node, ast.FunctionDef) and node.name in exercise.functions for node in tree.body)
