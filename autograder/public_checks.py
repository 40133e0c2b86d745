"""The student's side of pytest: fixtures for the public checks, calm messages, and a progress line.

Student code runs in this process, so print, `--pdb` and breakpoints work as everywhere in pytest.
"""

from __future__ import annotations

import json
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from autograder.course.source import read_checks
from autograder.errors import (
    AutograderError,
    CheckFailed,
    CourseError,
    LimitReached,
    Outcome,
    StudentRaised,
    Unwritten,
)
from autograder.exercise import Check
from autograder.grading.causes import FOLLOWS_HERE, Cause, Ended, Trials, root_cause
from autograder.grading.comparing import same_call
from autograder.grading.folder import folder_loader, folder_sources
from autograder.grading.pasted import pasted
from autograder.grading.student import Call, LocalBackend, Student, calls_of
from autograder.grading.undo import Before, named_libraries
from autograder.messages import Language, Message, chosen_language
from autograder.models import EMBEDDED, Catalog, find_catalog, find_source, left_as_found, load, read_catalog
from autograder.models.sources import Choice, choose, environment_choice
from autograder.pytest_plugin import assignment_above
from autograder.reports.progress import Progress
from autograder.shared import SharedObjects
from autograder.stats import measure_noise
from autograder.terminal import settle_streams

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from autograder.grading.by_hand import Sources
    from autograder.models import LoadedModel


TO_TRY = Message("自分で試すなら、この呼び出しです:", "To try it yourself, this is the call:")


class PublicChecks:
    """Plugin of one pytest run that meets check files of one assignment folder or more."""

    def __init__(self, config: pytest.Config) -> None:
        settle_streams()
        try:
            self._language: Language = config.getoption("--autograder-lang") or chosen_language()
        except ValueError as error:
            raise pytest.UsageError(str(error)) from error
        try:
            self._choice = _chosen_model(config)
        except AutograderError as error:
            raise pytest.UsageError(error.message.text(self._language)) from error
        os.environ["MPLBACKEND"] = "Agg"  # pictures go to files; no window opens
        self._tb_style: str = config.getoption("tbstyle", "auto")
        self._started_in = config.invocation_params.dir
        self._backends: dict[Path, LocalBackend] = {}
        self._before: dict[Path, Before] = {}
        self._left: dict[str, list[str]] = {}
        self._shared = SharedObjects()
        self._loaded: dict[str, LoadedModel] = {}
        self._checks: dict[Path, dict[str, Check]] = {}
        self._student: Student | None = None
        self._ended: dict[Path, dict[str, Ended]] = {}
        self._told: dict[Path, list[Cause]] = {}
        results = config.getoption("--autograder-results")
        self._results = Path(results).resolve() if results else None

    # Fixtures. pytest finds them on the plugin object by these names.

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The functions of the file that this check file is about."""
        path = answer_path(request.node.path)
        if not path.is_file():
            raise CheckFailed(
                ja=f"{path.name} がありません。配られたファイルを {path.parent.name} に置いてください。",
                en=f"{path.name} is missing. Put the file that you were given into {path.parent.name}.",
            )
        if path not in self._backends:
            self._backends[path] = self._opened(path, folder_sources(path.parent, path.stem))
        self._student = Student(self._backends[path])
        return self._student

    def _opened(self, path: Path, sources: Sources) -> LocalBackend:
        """The answer at `path`; what it does to this process is undone after the last check of its file."""
        self._before[path] = Before(path.parent, named_libraries(sources))
        load = folder_loader(path.parent, path.stem)
        return LocalBackend(load, frozenset({str(path)}), self._shared, sources)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        """A random generator, seeded by the check's name."""
        return random.Random(request.node.name)

    @pytest.fixture
    def lm(self, request: pytest.FixtureRequest) -> Iterator[LoadedModel]:
        """The model under test: the chat model that comes with the package, unless `--model` says otherwise."""
        about_embedded = getattr(request.module, "EMBEDDED_MODEL_ONLY", False)
        with left_as_found(self._loaded_model(EMBEDDED[0] if about_embedded else self._choice.model)) as found:
            yield found

    @pytest.fixture
    def other_lm(self) -> Iterator[LoadedModel]:
        """Another model, to compare with."""
        with left_as_found(self._loaded_model(EMBEDDED[1])) as found:
            yield found

    def lend(self, models: Iterable[LoadedModel]) -> None:
        """Let the fixtures use `models` that are loaded already, unless another model or format is asked for."""
        if self._choice != Choice(EMBEDDED[0], "cpu", None, Catalog()):
            return
        for loaded in models:
            self._loaded[loaded.name] = loaded
            self._shared.add(loaded)

    def titles(self) -> dict[str, str]:
        """The title of every collected check, by its id, in the language of this run."""
        checks = (check for found in self._checks.values() for check in found.values())
        return {check.id: check.title.text(self._language) for check in checks}

    def _loaded_model(self, name: str) -> LoadedModel:
        if name not in self._loaded:
            # As in grading: where another model is under test, the embedded chat model stays as it is.
            choice, apart = self._choice, name == EMBEDDED[0] != self._choice.model
            device, dtype = (None, None) if apart else (choice.device, choice.dtype)
            try:
                self._loaded[name] = load(name, device=device, dtype=dtype, catalog=choice.catalog)
            except AutograderError as error:
                pytest.exit(error.message.text(self._language), returncode=pytest.ExitCode.USAGE_ERROR)
            if name not in EMBEDDED:
                measure_noise(self._loaded[name].model, self._loaded[name].tokenizer)
            self._shared.add(self._loaded[name])
        return self._loaded[name]

    # Hooks.

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        """After the last check of a file, the process is as it was before its answer."""
        ended = yield
        if nextitem is None or nextitem.path != item.path:
            self._leave(answer_path(item.path))
        return ended

    def _leave(self, path: Path) -> None:
        backend, before = self._backends.pop(path, None), self._before.pop(path, None)
        if backend is not None:
            backend.close()  # with it goes what student code wrote into its scratch folder
        if before is not None and (left := before.undo()):
            self._left[path.stem] = left

    def pytest_unconfigure(self) -> None:
        """Leave what a run that broke off did not."""
        for path in list(self._backends):
            self._leave(path)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read points and titles of the collected check files."""
        for path in {item.path for item in items}:
            try:
                checks = read_checks(path, path.read_text(encoding="utf-8"), public=True)
            except (CourseError, OSError, UnicodeDecodeError):  # a test file of the student's own
                checks = ()
            self._checks[path] = {check.id: check for check in checks}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        report: Any = yield
        check = self._checks.get(item.path, {}).get(getattr(item, "originalname", item.name))
        if check is not None and (call.when == "call" or report.failed):
            report.autograder_check = (answer_path(item.path).stem, check.id, check.points)
            report.autograder_file = str(item.path)
        if call.excinfo is not None and isinstance(call.excinfo.value, Outcome):
            error = call.excinfo.value
            report.autograder_unwritten = isinstance(error, Unwritten)
            if not isinstance(error, StudentRaised) or self._tb_style == "auto":
                cause = self._cause(item, error) if check is not None else None
                report.autograder_cause = self._said_once(item, cause) if cause is not None else ""
                report.longrepr = report.autograder_cause or self._explain(check, error)
        if call.when == "teardown":
            self._student = None
        return report  # type: ignore[no-any-return]

    def _cause(self, item: pytest.Item, error: Outcome) -> Cause | None:
        """The cause behind this failed check, as far as the checks that have run tell."""
        path, calls = answer_path(item.path), calls_of(self._student) if self._student else ()
        if not calls or isinstance(error, Unwritten | LimitReached):
            return None
        ended = self._ended.setdefault(path, {})
        ended[item.nodeid] = Ended(True, calls, calls[-1], len(calls) == 1)
        text = path.read_text(encoding="utf-8", errors="replace")
        cause = root_cause(path.stem, text, ended, Trials(self._alone(path), same_call))
        return cause if cause is not None and item.nodeid in cause.checks else None

    def _alone(self, path: Path) -> Callable[[Call, int], Call]:
        """A call in a module that is imported anew, beside the one that the checks use."""

        def alone(call: Call, seed: int) -> Call:
            used = sys.modules.get(path.stem)
            sources = self._backends[path].sources
            load = folder_loader(path.parent, path.stem)
            backend = LocalBackend(load, frozenset({str(path)}), self._shared, sources)
            student, given = Student(backend), cast(Any, call.arguments)
            random.seed(seed)
            with suppress(Outcome):
                getattr(student, call.function)(*given[0], **given[1])
            backend.close()
            if used is not None:
                sys.modules[path.stem] = used
            return calls_of(student)[-1]

        return alone

    def _said_once(self, item: pytest.Item, cause: Cause) -> str:
        """The cause in full at the first check that fails for it; at the others, that they follow from it."""
        told = self._told.setdefault(item.path, [])
        if any((one.kind, one.line) == (cause.kind, cause.line) for one in told):
            return FOLLOWS_HERE.text(self._language)
        told.append(cause)
        return cause.message.text(self._language)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which exercise is at hand, for whoever watches the file of results."""
        self._tell({"begun": Path(nodeid.partition("::")[0]).stem.removeprefix("test_")})

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Write how a public check ended."""
        found = getattr(report, "autograder_check", None)
        if found:
            unwritten = getattr(report, "autograder_unwritten", False)
            outcome = "unwritten" if unwritten else "pass" if report.passed else "fail"
            self._tell({"exercise": found[0], "check": found[1], "outcome": outcome})

    def _tell(self, line: dict[str, str]) -> None:
        if self._results is not None:
            with open(self._results, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _explain(self, check: Check | None, error: Outcome) -> str:
        title = [f"{check.title.text(self._language)}", ""] if check else []
        lines = [*title, error.message.text(self._language)]
        if isinstance(error, StudentRaised):
            lines += ["", *_students_frames(error), f"{error.type_names[0]}: {error.text}"]
        calls = calls_of(self._student) if self._student is not None and isinstance(error, CheckFailed) else ()
        if calls and (line := pasted(calls[-1])):
            lines += [TO_TRY.text(self._language), f"    {line}"]
        return "\n".join(lines)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        if getattr(report, "autograder_unwritten", False):
            return "unwritten", "u", "NOT WRITTEN"
        return None

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        progress = Progress(self._started_in)
        for reports in terminalreporter.stats.values():
            for report in reports:
                progress.add(report)
        lines = [*progress.lines(self._language), *self._not_undone()]
        if not progress.points and not self._checks and (place := assignment_above(self._started_in)):
            lines = [_run_it_there(place, self._started_in).text(self._language)]
        if lines:
            terminalreporter.section(Message("公開チェックの進み具合", "progress").line(self._language), sep="-")
        for line in lines:
            terminalreporter.write_line(line)

    def _not_undone(self) -> Iterator[str]:
        """What an answer left behind that may change how the exercises after it behave here."""
        for name, left in self._left.items():
            said = Message(
                f"{name}: 次の課題のチェックの前に元に戻せなかったもの: {', '.join(left)}。採点では課題ごとに別のプロセスで動きます。",
                f"{name}: could not be undone before the next exercise was checked: {', '.join(left)}. In grading each has a process of its own.",
            )
            yield said.line(self._language)


def _run_it_there(place: Path, here: Path) -> Message:
    shown = os.path.relpath(place, here)
    return Message(
        f"{here.name} にはチェックがありません。課題のフォルダ {place} で実行してください: cd {shown}",
        f"{here.name} holds no checks. Run pytest in the assignment folder {place}: cd {shown}",
    )


def _chosen_model(config: pytest.Config) -> Choice:
    """What options, or else environment variables, ask for. Raises: SettingsError; ModelError if it is not here."""

    def asked(name: str) -> str | None:
        return config.getoption(f"autograder_{name}") or environment_choice(name)

    file, root = asked("models"), config.rootpath
    path = Path(file) if file else find_catalog(root, *root.parents[:2])
    catalog = read_catalog(path) if path else Catalog()
    choice = choose(asked("model") or EMBEDDED[0], asked("device"), asked("dtype"), catalog)
    find_source(choice.model, choice.catalog, dtype=choice.dtype, device=choice.device)  # is it here?
    return choice


def answer_path(check_file: Path) -> Path:
    """`test_top_p.py` → `top_p.py` beside it."""
    return check_file.with_name(check_file.name.removeprefix("test_"))


def _students_frames(error: StudentRaised) -> list[str]:
    """Where the exception passed through the student's folder, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    engine = str(Path(__file__).parent)
    own = [frame for frame in frames if "site-packages" not in frame.filename and not frame.filename.startswith(engine)]
    own = [frame for frame in own if not Path(frame.filename).name.startswith("test_") and frame.filename[0] != "<"]
    lines = [f"{Path(frame.filename).name}:{frame.lineno}: {frame.line}" for frame in own[-5:]]
    return list(dict.fromkeys(lines))  # a comprehension adds a frame of the same line
