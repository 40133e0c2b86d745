"""Our exceptions.

    AutograderError            anything this package reports to a person, in ja and en
    ├── CourseError            an exercise folder is not what the build expects (author)
    ├── SubmissionError        a submission cannot be read (TA, student)
    ├── ModelError             a model cannot be found or loaded
    ├── SettingsError          an option or setting has no meaning
    ├── JailError              the jail cannot be had, or broke: trusted code failed
    ├── Withheld               a check cannot decide; its mark waits for a person
    └── Outcome                how a check ended, when it did not pass
        ├── CheckFailed        the student's answer is wrong
        │   └── MissingFunction    a function of the contract is not there
        ├── StudentRaised      the student's code raised an exception
        ├── Unwritten          the stub is untouched
        └── LimitReached       time or memory ran out, or the process died

Each carries a `Message`: what was expected, what came, where, what to do.
"""

from __future__ import annotations

from pathlib import Path

from autograder.disclosure import told_exception
from autograder.messages import Message


class AutograderError(Exception):
    """Base of all our exceptions; `str()` gives both languages."""

    def __init__(self, *, ja: str, en: str) -> None:
        self.message = Message(ja, en)
        super().__init__(self.message.text("both"))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), dict(self.__dict__))


def _rebuilt(kind: type[AutograderError], state: dict[str, object]) -> AutograderError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (error.message.text("both"),)
    return error


def yaml_fault(path: Path, error: Exception) -> Message:
    """What is wrong in a YAML file, with its line, in one sentence. `error`: the parser's, or one of decoding."""
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    what = getattr(error, "problem", None) or (error if isinstance(error, UnicodeDecodeError) else "not YAML")
    return Message(
        f"{path}:{line}: YAML として読めません（{what}）。字下げとコロンのあとの空白を確かめてください。",
        f"{path}:{line}: not valid YAML ({what}). Look at the indentation and at the space behind each colon.",
    )


class CourseError(AutograderError):
    """An exercise folder is not what the build expects."""


class SubmissionError(AutograderError):
    """A submission cannot be read."""


class ModelError(AutograderError):
    """A model cannot be found or loaded."""


class SettingsError(AutograderError):
    """An option or setting has no meaning."""


class JailError(AutograderError):
    """The jail cannot be had, or it broke; never the student's fault."""


class Withheld(AutograderError):  # noqa: N818 (an ending, not an error)
    """A check cannot decide, for a reason that may be told to the student; its mark waits for a person, who finds `log`."""

    def __init__(self, *, ja: str, en: str, log: str) -> None:
        super().__init__(ja=ja, en=en)
        self.log = log


class Outcome(AutograderError):  # noqa: N818 (an ending, not always an error)
    """How a check ended, when it did not pass."""


class CheckFailed(Outcome):
    """The student's answer is wrong.

    `mistake` names the typical mistake behind it, where the check itself can tell.
    """

    def __init__(self, *, ja: str, en: str, mistake: str | None = None) -> None:
        super().__init__(ja=ja, en=en)
        self.mistake = mistake


class MissingFunction(CheckFailed):
    """The student's file does not define a function of the contract."""


class Unwritten(Outcome):
    """The stub is untouched."""


class LimitReached(Outcome):
    """Time or memory ran out, or the student's process died (`kind` says which)."""

    def __init__(self, *, kind: str, ja: str, en: str) -> None:
        super().__init__(ja=ja, en=en)
        self.kind = kind


class StudentRaised(Outcome):
    """The student's code raised an exception.

    Args:
        type_names: names of the exception's class and its bases, most specific first.
        text: what the exception said; written by the student's code.
        line: 1-based line of the student's file, 0 if unknown.
        line_text: that line.
        importing: whether it was raised while the file was imported, so that no function was called yet.
    """

    def __init__(
        self,
        *,
        function: str,
        type_names: tuple[str, ...],
        text: str,
        line: int,
        line_text: str,
        importing: bool = False,
    ) -> None:
        self.function, self.type_names, self.text = function, type_names, text
        self.line, self.line_text, self.importing = line, line_text, importing
        name = told_exception(type_names)
        where_ja = f"（{line} 行目）" if line else ""
        where_en = f" (line {line})" if line else ""
        super().__init__(
            ja=f"{function}: 例外 {name} が起きました{where_ja}。その行と、そこに来る値を確かめてください。",
            en=f"{function}: raised {name}{where_en}. Look at that line and at the values that reach it.",
        )
