"""Running checks: ordinary pytest, in this trusted process, with `student` speaking to a backend.

Nothing that a student's process does ends a run; whatever goes wrong in a check itself is a FAULT.
"""

from __future__ import annotations

import hashlib
import random
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.course.source import without_marks
from autograder.disclosure import of_check
from autograder.errors import CheckFailed, LimitReached, StudentRaised, Unwritten, Withheld
from autograder.exercise import Check, Exercise, Verdict
from autograder.grading.by_hand import Sources
from autograder.grading.collected import CollectedChecks, stamp_of
from autograder.grading.sentences import import_hidden, import_public
from autograder.grading.spent import NOT_TRIED, Spent, not_tried
from autograder.grading.student import Call, LocalBackend, Student, calls_of
from autograder.jail.modules import file_name, from_text
from autograder.jail.pool import Limits
from autograder.messages import Message, visible
from autograder.models import left_as_found
from autograder.shared import SharedObjects

if TYPE_CHECKING:
    from autograder.models import LoadedModel

NO_MESSAGE = Message("", "")
FAULT_MESSAGE = Message(
    "採点プログラムの側で問題が起きました。この項目の点は、担当者が確かめてから決まります。",
    "The grading program itself had a problem. A person will look at it before this mark is decided.",
)
HIDDEN = "checks_hidden.py"
# After so many checks of an exercise ran out of time, the rest are not tried; after so many of the whole submission, one will do.
MAX_TIMEOUTS, MAX_TIMEOUTS_IN_ALL = 2, 4


@dataclass(frozen=True)
class CheckOutcome:
    """How one check ended. `fault` is the trusted side's traceback, for the log; `calls` feed the diagnosis.

    `last`: the call after which it did not pass; `is_first`: that was the first call of its process. `odd`: see `oddities`.
    """

    verdict: Verdict
    message: Message = NO_MESSAGE
    mistake: str | None = None
    calls: tuple[Call, ...] = ()
    fault: str = ""
    last: Call | None = None
    is_first: bool = False
    odd: frozenset[str] = frozenset()


Outcomes = dict[tuple[str, str], CheckOutcome]  # by (exercise id, check id)


@dataclass(frozen=True)
class Models:
    """The models that checks may use: `lm`, the one under test, another one to compare with, and the embedded chat model.

    `embedded_lm` is None where `lm` is that model.
    """

    lm: LoadedModel
    other_lm: LoadedModel
    embedded_lm: LoadedModel | None = None

    def shared(self) -> SharedObjects:
        return SharedObjects([self.lm, self.other_lm, *([self.embedded_lm] if self.embedded_lm else [])])


def seed_of(*parts: str) -> int:
    """A seed in 0..2**31-1 that depends on nothing but `parts`."""
    return int.from_bytes(_digest(*parts)[:4], "big") >> 1


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


def run_checks(
    exercises: Iterable[Exercise],
    make_student: Callable[[Exercise, int], Student],
    models: Models,
    *,
    only: Collection[str] | None = None,
    salt: str = "",
    spent: Spent | None = None,
    limits: Limits | None = None,
) -> Outcomes:
    """Run the checks of `exercises`; a check's outcome does not depend on which others run.

    Args:
        make_student: gives a fresh student for one exercise and one seed; called once for each check.
        only: ids of the checks to run; None runs all.
        salt: another one, other random inputs; grading uses none.
        spent: what the students that `make_student` gives spend, of `limits`; once it is used up, no more check is run.

    Returns: an outcome for every check asked for; one that never ran is a FAULT.
    """
    run = _Run(make_student, models, salt, spent or Spent(), limits or Limits())
    for exercise in exercises:
        wanted = [check.id for check in exercise.checks if only is None or check.id in only]
        if wanted:
            checks = _checks_of(exercise)
            checks.run(run, exercise, wanted)
            run.complete(exercise, wanted, checks.fault)
    return run.recorded


_collected: dict[Path, _Checks] = {}


def _checks_of(exercise: Exercise) -> _Checks:
    """The checks of an exercise, collected at the first use and again after they changed."""
    known = _collected.get(exercise.folder)
    if known is None or known.stamp != stamp_of(exercise):
        if known is not None:
            known.close()
        known = _collected[exercise.folder] = _Checks(exercise)
    return known


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


class _Run:
    """What one run works with, and how its checks ended."""

    def __init__(
        self,
        make_student: Callable[[Exercise, int], Student],
        models: Models,
        salt: str,
        spent: Spent,
        limits: Limits,
    ) -> None:
        self.make_student, self.models, self.salt = make_student, models, salt
        self.spent, self.limits = spent, limits
        self.shared = models.shared()
        self.recorded: Outcomes = {}
        self.n_timeouts: Counter[str] = Counter()
        self.current: Student | None = None

    def complete(self, exercise: Exercise, wanted: Iterable[str], fault: str) -> None:
        """Checks that never ran are faults of ours; the order is that of `wanted`."""
        never_ran = CheckOutcome(Verdict.FAULT, FAULT_MESSAGE, fault=fault or "the check never ran")
        for key in [(exercise.id, one) for one in wanted]:
            self.recorded[key] = self.recorded.pop(key, never_ran)


class _Checks:
    """The checks of one exercise, and the pytest plugin that gives them fixtures and records how each ended."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._run: _Run
        self._not_collected = ""
        self._collected = CollectedChecks(exercise, self)
        self.close = self._collected.close

    @property
    def stamp(self) -> str:
        """Which files' checks these are."""
        return self._collected.stamp

    @property
    def fault(self) -> str:
        """Why a check may be missing."""
        return self._not_collected + self._collected.fault

    def run(self, run: _Run, exercise: Exercise, wanted: list[str]) -> None:
        """Add the outcomes of the checks `wanted` to those of `run`; of `exercise`, all but its checks may have changed."""
        self._run, self._exercise = run, exercise
        self._collected.run(wanted)

    # Fixtures. pytest finds them on the plugin object by these names.

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        exercise, n_timeouts = self._exercise, self._run.n_timeouts
        if self._run.spent.is_over(self._run.limits):
            raise not_tried(self._run.limits)
        self._run.spent.begin(exercise.id, getattr(request.node, "originalname", request.node.name))
        allowed = 1 if n_timeouts.total() >= MAX_TIMEOUTS_IN_ALL else MAX_TIMEOUTS
        if n_timeouts[exercise.id] >= allowed:
            raise LimitReached(
                kind=NOT_TRIED,
                ja="前のチェックで時間切れが続いたので、このチェックは実行していません。",
                en="not run, because earlier checks of this exercise ran out of time.",
            )
        seed = seed_of(exercise.inputs_key, "student", exercise.id, request.node.name)
        student = self._run.make_student(exercise, seed)
        self._run.current = student
        yield student
        student._backend.close()

    @pytest.fixture
    def reference(self) -> Student:
        return local_student(self._exercise, without_marks(self._exercise.solution), self._run.shared)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        exercise = self._exercise
        return random.Random(_digest(exercise.inputs_key, "rng", exercise.id, request.node.name, self._run.salt))

    @pytest.fixture
    def lm(self) -> Iterator[LoadedModel]:
        models = self._run.models
        embedded = models.embedded_lm if self._exercise.embedded_model_only else None
        with left_as_found(embedded or models.lm) as found:
            yield found

    @pytest.fixture
    def other_lm(self) -> Iterator[LoadedModel]:
        with left_as_found(self._run.models.other_lm) as found:
            yield found

    # Hooks.

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "native"  # nobody reads pytest's own account of a failure, and the long one is slow

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._not_collected += f"{report.nodeid}\n{report.longreprtext}\n"

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        return CheckFile.from_parent(parent, path=module_path)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        with of_check(public=item.path.name != HIDDEN):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.when == "setup":
            self._record_end(item, call.excinfo, only_if_failed=True)
        elif call.when == "call":
            self._record_end(item, call.excinfo, only_if_failed=False)
        else:
            self._run.current = None
        return (yield)

    def _record_end(
        self, item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException] | None, *, only_if_failed: bool
    ) -> None:
        if excinfo is None and only_if_failed:
            return
        run, exercise = self._run, self._exercise.id
        key = (exercise, getattr(item, "originalname", item.name))
        calls = calls_of(run.current) if run.current else ()
        error = excinfo.value if excinfo else None
        outcome = _outcome(error, calls, public=item.path.name != HIDDEN)
        if error is not None and calls:
            outcome = replace(outcome, last=calls[-1], is_first=len(calls) == 1)
        if run.current:
            outcome = replace(outcome, odd=frozenset(run.current._backend.odd))
        if outcome.verdict is Verdict.LIMIT and isinstance(error, LimitReached) and error.kind != NOT_TRIED:
            run.n_timeouts[exercise] += 1
        run.recorded[key] = _joined(run.recorded.get(key), outcome)


class CheckFile(pytest.Module):
    """A file of checks, compiled as it stands now; the sentences of hidden ones tell no value."""

    def _getobj(self) -> object:
        return (import_hidden if self.path.name == HIDDEN else import_public)(self.path)


def _joined(before: CheckOutcome | None, now: CheckOutcome) -> CheckOutcome:
    """One outcome for all cases of a parametrized check: the first that is not a pass, with the calls of all."""
    if before is None:
        return now
    decisive = before if before.verdict is not Verdict.PASS else now
    if now.verdict is Verdict.FAULT:
        decisive = now
    return replace(decisive, calls=before.calls + now.calls, fault=before.fault + now.fault, odd=before.odd | now.odd)


def _outcome(error: BaseException | None, calls: tuple[Call, ...], *, public: bool) -> CheckOutcome:
    match error:
        case None:
            return CheckOutcome(Verdict.PASS, calls=calls)
        case CheckFailed():
            return CheckOutcome(Verdict.FAIL, error.message, error.mistake, calls)
        case Unwritten():
            return CheckOutcome(Verdict.UNWRITTEN, error.message, calls=calls)
        case Withheld():
            return CheckOutcome(Verdict.FAULT, error.message, calls=calls, fault=error.log)
        case LimitReached(kind="died" | "nonsense"):
            return CheckOutcome(Verdict.CRASH, error.message, calls=calls)
        case LimitReached():
            return CheckOutcome(Verdict.LIMIT, error.message, calls=calls)
        case StudentRaised():
            return CheckOutcome(Verdict.CRASH, raised_message(error, public=public), calls=calls)
    log = "".join(traceback.format_exception(error))
    return CheckOutcome(Verdict.FAULT, FAULT_MESSAGE, calls=calls, fault=log)


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
