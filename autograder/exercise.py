"""The course as plain frozen data: units, exercises, checks, mistakes, verdicts.

Nothing here reads a file or runs code; `autograder.course` fills these in from `solutions/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from autograder.messages import Message


class Verdict(str, Enum):
    """How a check, or an exercise as a whole, ended. No verdict is never a pass."""

    PASS = "pass"
    FAIL = "fail"
    CRASH = "crash"  # the student's code raised, or answered nonsense
    LIMIT = "limit"  # time or memory ran out
    UNWRITTEN = "unwritten"  # stub untouched
    FAULT = "fault"  # trusted code failed: the mark waits for a person
    PERSON = "person"  # prose, which a person marks by the rubric


@dataclass(frozen=True)
class Check:
    """One pytest function that judges a student.

    `id` is the function's name; `title` its docstring (Japanese paragraph, English paragraph).
    """

    id: str
    points: float
    title: Message
    public: bool


@dataclass(frozen=True)
class Mistake:
    """A typical wrong version of one function of the reference.

    `source` is the wrong function's text under the right function's name; `prelude` the imports,
    constants and helper functions of mistakes.py that it may use.
    """

    id: str
    of: str
    caught_by: str
    hint: Message
    source: str
    prelude: str


@dataclass(frozen=True)
class Hint:
    """Help with one public check: where to reread, what often goes wrong, the idea in words and small numbers."""

    check: str
    levels: tuple[Message, ...]


@dataclass(frozen=True)
class Promise:
    """One sentence of the contract: the checks that hold it, each with the mistakes that break it, or why none does.

    With neither, nothing is known to hold it.
    """

    sentence: str
    held_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Figure:
    """A picture that a statement shows: `name` is its file below `figures/`, `svg` the file's text."""

    name: str
    svg: str


@dataclass(frozen=True)
class Rubric:
    """By what a person marks an answer in prose: the whole texts, and the points of each criterion."""

    text: Message
    points: tuple[float, ...]


@dataclass(frozen=True)
class Exercise:
    """One folder of `solutions/`; `id` is like `sampling/top_p`, `functions` the contract's names.

    With a rubric it asks for prose, which a person marks: it has no functions, checks or mistakes.
    """

    id: str
    folder: Path
    title: Message
    statement: Message  # whole Markdown texts
    solution: str  # text of solution.py, with its BEGIN/END SOLUTION marks; or the example answer, solution.md
    stub: str
    functions: tuple[str, ...]
    checks: tuple[Check, ...]
    mistakes: tuple[Mistake, ...]
    figures: tuple[Figure, ...] = ()
    rubric: Rubric | None = None
    hints: tuple[Hint, ...] = ()
    promises: tuple[Promise, ...] = ()
    embedded_model_only: bool = False  # its checks are about the embedded chat model, whatever `--model` says
    inputs_key: str = field(default="", repr=False)  # what hidden checks draw their inputs from (`course/inputs.py`)

    @property
    def name(self) -> str:
        """File name without suffix in the student's folder, e.g. `top_p`."""
        return self.id.rpartition("/")[2]

    @property
    def is_prose(self) -> bool:
        """Whether it is answered in words, which a person marks."""
        return self.rubric is not None

    @property
    def answer_file(self) -> str:
        """The file in which the student answers, e.g. `top_p.py`."""
        return f"{self.name}.md" if self.is_prose else f"{self.name}.py"

    @property
    def deciding_files(self) -> tuple[str, ...]:
        """The files of the folder by which an answer is marked."""
        if self.rubric is not None:
            return ("rubric.ja.md", "rubric.en.md")
        return ("solution.py", "checks_public.py", "checks_hidden.py", "mistakes.py")

    @property
    def max_points(self) -> float:
        return sum(check.points for check in self.checks) + self.points_by_person

    @property
    def points_by_person(self) -> float:
        return sum(self.rubric.points) if self.rubric is not None else 0.0

    @property
    def public_points(self) -> float:
        return sum(check.points for check in self.checks if check.public)


@dataclass(frozen=True)
class Unit:
    """One `uNN_name` folder: an assignment set that is released as a whole."""

    id: str
    folder: Path
    title: Message
    intro: Message
    exercises: tuple[Exercise, ...]

    @property
    def max_points(self) -> float:
        return sum(exercise.max_points for exercise in self.exercises)


@dataclass(frozen=True)
class Course:
    """All units found under one `solutions/` folder."""

    root: Path
    units: tuple[Unit, ...]
