"""Running checks: ordinary pytest, in this trusted process, with `student` speaking to a backend.

Nothing that a student's process does ends a run; whatever goes wrong in a check itself is a FAULT.
"""

from __future__ import annotations

import hashlib
import random
import sys
import traceback
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.course.source import without_marks
from autograder.errors import CheckFailed, LimitReached, StudentRaised, Unwritten
from autograder.exercise import Check, Exercise, Verdict
from autograder.grading.by_hand import Sources
from autograder.grading.student import Call, LocalBackend, Student, calls_of
from autograder.jail.modules import file_name, from_text
from autograder.messages import Message, visible
from autograder.models import left_as_found
from autograder.shared import SharedObjects

if TYPE_CHECKING:
    from autograder.models import LoadedModel

NO_MESSAGE = Message("", "")
# After so many checks of an exercise ran out of time, the rest are not tried; after so many of the whole submission, one will do.
MAX_TIMEOUTS, MAX_TIMEOUTS_IN_ALL = 2, 4


@dataclass(frozen=True)
class CheckOutcome:
    """How one check ended. `fault` is the trusted side's traceback, for the log; `calls` feed the diagnosis."""

    verdict: Verdict
    message: Message = NO_MESSAGE
    mistake: str | None = None
    calls: tuple[Call, ...] = ()
    fault: str = ""


Outcomes = dict[tuple[str, str], CheckOutcome]  # by (exercise id, check id)


@dataclass(frozen=True)
class Models:
    """The models that checks may use: `lm`, and another one to compare with."""

    lm: LoadedModel
    other_lm: LoadedModel

    def shared(self) -> SharedObjects:
        return SharedObjects([self.lm, self.other_lm])


def seed_of(*parts: str) -> int:
    """A seed in 0..2**31-1 that depends on nothing but `parts`."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:4], "big") >> 1


def run_checks(
    exercises: Iterable[Exercise],
    make_student: Callable[[Exercise, int], Student],
    models: Models,
    *,
    only: Collection[str] | None = None,
    salt: str = "",
) -> Outcomes:
    """Run the checks of `exercises`; a check's outcome does not depend on which others run.

    Args:
        make_student: gives a fresh student for one exercise and one seed; called once for each check.
        only: ids of the checks to run; None runs all.
        salt: another one, other random inputs; grading uses none.

    Returns: an outcome for every check asked for; one that never ran is a FAULT.
    """
    exercises = list(exercises)
    plugin = _Checks(exercises, make_student, models, only, salt)
    paths = [
        f"{check_file(exercise, check)}::{check.id}"
        for exercise in exercises
        for check in exercise.checks
        if only is None or check.id in only
    ]
    if not paths:  # without one, pytest would go looking for tests of its own
        return {}
    # What a run needs none of; the last two collect garbage at the end of each run, which takes longer than the checks.
    quiet = ["terminal", "cacheprovider", "warnings", "logging", "junitxml", "faulthandler", "doctest", "unittest"]
    quiet += ["unraisableexception", "threadexception"]
    options = [part for name in quiet for part in ("-p", f"no:{name}")]
    config = str(files("autograder.grading") / "checks.ini")
    folder = exercises[0].folder
    _forget_other_courses(folder.parent.parent)
    # Only the folders of exercises are looked into, not those above: that is most of what collecting costs.
    places = ["--rootdir", str(folder.parent.parent), "--confcutdir", str(folder)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they decide nothing, even where whoever called us makes errors of them
        code = pytest.main(
            ["-c", config, *places, "--disable-plugin-autoload", "--capture=sys", *options, *paths],
            plugins=[plugin],
        )
    if code == pytest.ExitCode.INTERRUPTED and plugin.interrupted:
        raise KeyboardInterrupt
    return plugin.finished()


_graded_last: list[Path] = []


def _forget_other_courses(root: Path) -> None:
    """pytest finds imported checks by name alone, and another course may have the same names."""
    for other in [one for one in _graded_last if one != root]:
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").is_relative_to(other):
                del sys.modules[name]
    _graded_last[:] = [root]


def check_file(exercise: Exercise, check: Check) -> Path:
    """The file that holds `check`."""
    return exercise.folder / ("checks_public.py" if check.public else "checks_hidden.py")


def local_student(exercise: Exercise, text: str, shared: SharedObjects) -> Student:
    """Trusted text (reference, stub or mistake) as a student, in this process; imported at its first call."""
    modules: list[object] = []

    def load() -> object:
        if not modules:
            modules.append(from_text(exercise.name, text))
        return modules[0]

    sources = Sources(exercise.name, {exercise.name: text})
    return Student(LocalBackend(load, frozenset({file_name(exercise.name)}), shared, sources))  # type: ignore[arg-type]


class _Checks:
    """The pytest plugin of one run: fixtures, and a record of how each check ended."""

    def __init__(
        self,
        exercises: list[Exercise],
        make_student: Callable[[Exercise, int], Student],
        models: Models,
        only: Collection[str] | None,
        salt: str,
    ) -> None:
        self._only, self._salt = only, salt
        self._by_folder = {exercise.folder.resolve(): exercise for exercise in exercises}
        self._make_student, self._models = make_student, models
        self._shared = models.shared()
        self._recorded: Outcomes = {}
        self._n_timeouts: dict[str, int] = {}
        self._current: Student | None = None
        self._collection_fault = ""
        self.interrupted = False

    def finished(self) -> Outcomes:
        never_ran = CheckOutcome(Verdict.FAULT, _fault_message(), fault=self._collection_fault or "the check never ran")
        return {
            (exercise.id, check.id): self._recorded.get((exercise.id, check.id), never_ran)
            for exercise in self._by_folder.values()
            for check in exercise.checks
            if self._only is None or check.id in self._only
        }

    # Fixtures. pytest finds them on the plugin object by these names.

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        exercise = self._exercise(request.node)
        allowed = 1 if sum(self._n_timeouts.values()) >= MAX_TIMEOUTS_IN_ALL else MAX_TIMEOUTS
        if self._n_timeouts.get(exercise.id, 0) >= allowed:
            raise LimitReached(
                kind="not tried",
                ja="前のチェックで時間切れが続いたので、このチェックは実行していません。",
                en="not run, because earlier checks of this exercise ran out of time.",
            )
        student = self._make_student(exercise, seed_of("student", exercise.id, request.node.name))
        self._current = student
        yield student
        student._backend.close()

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Student:
        exercise = self._exercise(request.node)
        return local_student(exercise, without_marks(exercise.solution), self._shared)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        salt = [self._salt] if self._salt else []
        return random.Random(seed_of("rng", self._exercise(request.node).id, request.node.name, *salt))

    @pytest.fixture
    def lm(self) -> Iterator[LoadedModel]:
        with left_as_found(self._models.lm) as found:
            yield found

    @pytest.fixture
    def other_lm(self) -> Iterator[LoadedModel]:
        with left_as_found(self._models.other_lm) as found:
            yield found

    # Hooks.

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "native"  # nobody reads pytest's own account of a failure, and the long one is slow

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._collection_fault += f"{report.nodeid}\n{report.longreprtext}\n"

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.when == "setup":
            self._record_end(item, call.excinfo, only_if_failed=True)
        elif call.when == "call":
            self._record_end(item, call.excinfo, only_if_failed=False)
        else:
            self._current = None
        return (yield)

    def _record_end(
        self, item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException] | None, *, only_if_failed: bool
    ) -> None:
        if excinfo is None and only_if_failed:
            return
        exercise = self._exercise(item)
        key = (exercise.id, getattr(item, "originalname", item.name))
        calls = calls_of(self._current) if self._current else ()
        public = item.path.name == "checks_public.py"
        error = excinfo.value if excinfo else None
        outcome = _outcome(error, calls, public=public)
        if outcome.verdict is Verdict.LIMIT and isinstance(error, LimitReached) and error.kind != "not tried":
            self._n_timeouts[exercise.id] = self._n_timeouts.get(exercise.id, 0) + 1
        self._recorded[key] = _joined(self._recorded.get(key), outcome)

    def _exercise(self, node: pytest.Item) -> Exercise:
        return self._by_folder[node.path.parent.resolve()]


def _joined(before: CheckOutcome | None, now: CheckOutcome) -> CheckOutcome:
    """One outcome for all cases of a parametrized check: the first that is not a pass, with the calls of all."""
    if before is None:
        return now
    decisive = before if before.verdict is not Verdict.PASS else now
    if now.verdict is Verdict.FAULT:
        decisive = now
    return CheckOutcome(
        decisive.verdict, decisive.message, decisive.mistake, before.calls + now.calls, before.fault + now.fault
    )


def _outcome(error: BaseException | None, calls: tuple[Call, ...], *, public: bool) -> CheckOutcome:
    match error:
        case None:
            return CheckOutcome(Verdict.PASS, calls=calls)
        case CheckFailed():
            return CheckOutcome(Verdict.FAIL, error.message, error.mistake, calls)
        case Unwritten():
            return CheckOutcome(Verdict.UNWRITTEN, error.message, calls=calls)
        case LimitReached(kind="died" | "nonsense"):
            return CheckOutcome(Verdict.CRASH, error.message, calls=calls)
        case LimitReached():
            return CheckOutcome(Verdict.LIMIT, error.message, calls=calls)
        case StudentRaised():
            return CheckOutcome(Verdict.CRASH, raised_message(error, public=public), calls=calls)
    log = "".join(traceback.format_exception(error))
    return CheckOutcome(Verdict.FAULT, _fault_message(), calls=calls, fault=log)


def raised_message(error: StudentRaised, *, public: bool) -> Message:
    """What to tell the student about an exception of their code.

    The exception's own words may repeat the check's input, so they are shown for public checks only;
    the student's line of code may be shown always.
    """
    message = error.message
    if error.line and error.line_text:
        line = Message(*[f"{error.line}: {visible(error.line_text.strip(), limit=200)}"] * 2)
        message = message + line
    if public and error.text:
        message = message + Message(*[f"{error.type_names[0]}: {visible(error.text, limit=500)}"] * 2)
    return message


def _fault_message() -> Message:
    return Message(
        "採点プログラムの側で問題が起きました。この項目の点は、担当者が確かめてから決まります。",
        "The grading program itself had a problem. A person will look at it before this mark is decided.",
    )
