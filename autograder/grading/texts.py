"""The texts of a submission's files: what each holds, or why it cannot be read, and which exercise it is named after."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from autograder.course.prose import MARK_END
from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Verdict
from autograder.grading.files import MAX_NOTEBOOK_BYTES, MAX_PY_BYTES, SubmittedFile
from autograder.grading.notebook import (
    cells_for,
    decoded,
    defined_functions,
    marked_cells,
    notebook_cells,
    prose_cells,
    source_for,
    written_twice,
)
from autograder.grading.outline import outline
from autograder.messages import Message, visible_name

UNGRADED_NAMES = ("test_", "conftest")
NONE_LEFT_OUT: Mapping[str, Message] = {}


@dataclass
class Texts:
    """Readable files and the reasons for unreadable ones, by path.

    `left_out`: files that are not to be read, and why; `at` is told which one is at work.
    """

    at: Callable[[str], None]
    left_out: Mapping[str, Message]

    parts: dict[str, list[str]] = field(default_factory=dict)  # a .py is one part, a notebook one for each cell
    prose: dict[str, list[str]] = field(default_factory=dict)  # the same of .md files and Markdown cells
    reasons: dict[str, Message] = field(default_factory=dict)

    def verdict(self, path: str) -> Verdict:
        """Of an answer in the file at `path`, which could not be read; on our account it is no verdict on the answer."""
        return Verdict.FAULT if path in self.left_out else Verdict.CRASH

    def text(self, path: str, exercise: Exercise) -> str:
        """The text by which the file at `path` answers `exercise`."""
        self.at(path)
        parts = self.parts[path]
        return parts[0] if path.lower().endswith(".py") else source_for(parts, exercise.functions, exercise.stub)

    def is_written(self, path: str, exercise: Exercise) -> bool:
        """Whether the code of the file at `path` differs from that of the exercise's stub."""
        self.at(path)
        parts = self.parts[path]
        is_py = path.lower().endswith(".py")
        return differs(parts if is_py else cells_for(parts, exercise.functions, exercise.stub), exercise)

    def defines(self, path: str, exercise: Exercise) -> bool:
        """Whether the file at `path` defines a function of `exercise`. What does not hold its name is not even parsed."""
        self.at(path)
        return any(
            _mentions(part, exercise.functions) and not defined_functions(part).isdisjoint(exercise.functions)
            for part in self.parts[path]
        )

    def note(self, path: str, exercise: Exercise) -> Message | None:
        """What a person should know of the cells of a notebook that answers `exercise`."""
        self.at(path)
        is_notebook = path.lower().endswith(".ipynb")
        twice = written_twice(self.parts[path], exercise.functions, exercise.stub) if is_notebook else []
        if not twice:
            return None
        names = ", ".join(twice)
        return Message(
            f"{visible_name(path)}: {names} を定義するセルが 2 つ以上あり、中身が違います。採点されたのが思ったとおりのものか確かめ、要らないセルは消してください。",
            f"{visible_name(path)}: several cells define {names}, each in another way. Check that the one you mean was graded, and delete the others.",
        )


def read_texts(
    files: list[SubmittedFile],
    at: Callable[[str], None] = lambda _: None,
    left_out: Mapping[str, Message] = NONE_LEFT_OUT,
) -> Texts:
    """The texts of `files`; one of a path that came before counts for nothing.

    Args:
        at, left_out: see `Texts`.
    """
    read = Texts(at, left_out)
    for file in files:
        path = str(file.path)
        if path in read.parts or path in read.prose or file.path.name.startswith(UNGRADED_NAMES):
            continue
        if path in left_out:
            read.reasons[path] = left_out[path]
            continue
        at(path)
        try:
            text, name = _text(file), visible_name(path)
            if path.lower().endswith(".ipynb"):
                read.parts[path] = notebook_cells(text, name)
                read.prose[path] = prose_cells(text, name) + marked_cells(text, name, MARK_END)
            else:
                (read.prose if path.lower().endswith(".md") else read.parts)[path] = [text]
        except SubmissionError as error:
            read.reasons[path] = error.message
    return read


def _text(file: SubmittedFile) -> str:
    name = visible_name(str(file.path))
    if file.problem is not None:
        raise SubmissionError(ja=file.problem.ja, en=file.problem.en)
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
        text = decoded(file.data) if is_notebook else file.data.decode("utf-8-sig")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SubmissionError(
            ja=f"{name}: UTF-8 ではありません（{error.start} バイト目）。エディタで文字コードを UTF-8 にして保存し直してください。",
            en=f"{name}: not UTF-8 (byte {error.start}). Save it as UTF-8 in your editor.",
        ) from error


def differs(parts: Sequence[str], exercise: Exercise) -> bool:
    """Whether the code of the texts in `parts` differs from the stub's; comments and the first docstring are no code."""
    code = tuple(chain.from_iterable(outline(part).code for part in parts))
    return code not in ((), outline(exercise.stub).code)


def _mentions(text: str, functions: Collection[str]) -> bool:
    """Whether a name stands in `text`, in any of the ways in which Python takes it for the same."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return any(name in text for name in functions)


def named_after(path: str) -> str:
    """The exercise that a file's name means: `top_p` for `top_p.py` and for the notebook `top_p.en.ipynb`."""
    stem = Path(path).stem
    return re.sub(r"\.(ja|en)$", "", stem) if path.lower().endswith(".ipynb") else stem
