"""The process that stays warm: the module `autograder.watch.warm`, run with `once` or without arguments.

It loads pytest, torch, transformers and the embedded models, says `{"ready": true}`, and then obeys lines of JSON on its
standard input: a `Job`, or `{"stop": true}`. Every job runs in a fork of it, so that nothing a student's module does
outlives the run, an endless loop can be stopped, and memory is given back. With `once` (where forks are not safe:
Windows, macOS) it runs one job itself and ends. It ends with its input.

Answers are lines of JSON on what was its standard output; `run` is the job's number:

    {"run": 7, "collected": [["test_a", "title"], …]}
    {"run": 7, "check": "test_a", "state": "pass" | "fail" | "unwritten", "message": …, "cause": …, "printed": …}
    {"run": 7, "ended": true, "trouble": "" | what pytest said when it could not run the checks}
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.errors import AutograderError
from autograder.jail.libc import end_with_parent
from autograder.messages import Language, Message
from autograder.undisturbed import pytest_options

if TYPE_CHECKING:
    from autograder.models import LoadedModel

Emit = Callable[[dict[str, Any]], None]
_MAX_PRINTED = 4000


@dataclass(frozen=True)
class Job:
    """Checks to run: those of the exercise `name` in `folder`, on the answer in the file `answer`."""

    run: int
    folder: str
    name: str
    answer: str
    language: Language


def main() -> None:
    """Load everything, say so, and obey until the input ends."""
    # Whatever prints, prints elsewhere: the pipe is for answers alone.
    answers = os.dup(1)
    os.dup2(2, 1)

    def emit(answer: dict[str, Any]) -> None:
        # The newline in front ends a line that a stopped run left unfinished.
        os.write(answers, b"\n" + json.dumps(answer).encode() + b"\n")

    models = _load()
    emit({"ready": True})
    if "once" in sys.argv[1:]:
        line = sys.stdin.readline()
        if line:
            _run(Job(**json.loads(line)), emit, models)
        return
    _Forker(emit, models).obey()
    os._exit(0)  # taking torch apart in order takes time


def _load() -> dict[str, LoadedModel]:
    os.environ["MPLBACKEND"] = "Agg"
    import torch

    from autograder import checks, public_checks, stats  # noqa: F401 (what runs import)
    from autograder.models import EMBEDDED, load
    from autograder.models.rehearsal import rehearse

    torch.set_num_threads(1)  # a fork of a process with more OpenMP threads would hang
    models = {name: load(name) for name in EMBEDDED}
    rehearse(models[EMBEDDED[0]])
    _rehearse_pytest()
    gc.collect()
    gc.freeze()
    return models


def _rehearse_pytest() -> None:
    """Run pytest once, so that what it and its plugins import is there before the fork; most of a run would be that."""
    with tempfile.TemporaryDirectory(prefix="autograder-watch-") as place, contextlib.redirect_stdout(io.StringIO()):
        Path(place, "test_rehearsal.py").write_text("def test_nothing(student):\n    pass\n")
        pytest.main([*pytest_options(Path(place), public=True), place])


class _Forker:
    """Runs one job at a time, each in a fork; a new job or an order to stop ends the one that runs."""

    def __init__(self, emit: Emit, models: Mapping[str, LoadedModel]) -> None:
        self._emit, self._models = emit, models
        self._child = 0
        self._job: Job | None = None
        self._log = Path(tempfile.mkdtemp(prefix="autograder-watch-")) / "pytest.log"

    def obey(self) -> None:
        """Until the input ends; then nothing is left."""
        text = b""
        try:
            while True:
                if select.select([0], [], [], 0.01 if self._child else None)[0]:
                    data = os.read(0, 1 << 16)
                    if not data:
                        return
                    *lines, text = (text + data).split(b"\n")
                    for line in lines:
                        self._do(json.loads(line))
                self._look()
        finally:
            self._stop()
            shutil.rmtree(self._log.parent, ignore_errors=True)

    def _do(self, order: dict[str, Any]) -> None:
        self._stop()
        if "stop" not in order:
            self._start(Job(**order))

    def _start(self, job: Job) -> None:
        self._job = job
        self._child = os.fork()
        if self._child:
            return
        status = 70
        try:
            os.setsid()  # what the student's code starts is ended with it
            end_with_parent()
            null = os.open(os.devnull, os.O_RDONLY)
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(null, 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            _run(job, self._emit, self._models)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _look(self) -> None:
        """Say so if the run is over."""
        if not self._child:
            return
        pid, status = os.waitpid(self._child, os.WNOHANG)
        if not pid:
            return
        job, code = self._job, os.waitstatus_to_exitcode(status)
        assert job is not None
        _kill(self._child)
        self._child = 0
        if code:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
            how = signal.Signals(-code).name if code < 0 else f"exit {code}"
            self._emit({"run": job.run, "ended": True, "trouble": "\n".join([how, *said])})

    def _stop(self) -> None:
        if self._child:
            _kill(self._child)
            os.waitpid(self._child, 0)
            self._child = 0


def _kill(pid: int) -> None:
    """End a run and what it started. A fork that is not yet the head of a session is ended alone."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _run(job: Job, emit: Emit, models: Mapping[str, LoadedModel]) -> None:
    """Run the checks of `job` by pytest, as the student's own pytest does, and tell each verdict."""
    sys.dont_write_bytecode = True  # two saves within one second would read each other's
    with tempfile.TemporaryDirectory(prefix="autograder-watch-") as place:
        folder = Path(job.folder)
        if not (folder / f"test_{job.name}.py").is_file():
            emit({"run": job.run, "ended": True, "trouble": _no_checks(job).text(job.language)})
            return
        if job.answer.endswith(".ipynb"):
            try:
                folder = _unpacked(job, Path(place))
            except (OSError, UnicodeDecodeError) as error:
                emit({"run": job.run, "ended": True, "trouble": str(error)})
                return
            except AutograderError as error:
                emit({"run": job.run, "ended": True, "trouble": error.message.text(job.language)})
                return
        os.chdir(folder)
        listener = _Listener(job, emit, models)
        options = [*pytest_options(folder, public=True), f"--autograder-lang={job.language}"]
        code = pytest.main([*options, f"test_{job.name}.py"], plugins=[listener])
    ran = code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    emit({"run": job.run, "ended": True, "trouble": "" if ran else listener.trouble or f"pytest: {code!r}"})


def _no_checks(job: Job) -> Message:
    name = f"test_{job.name}.py"
    return Message(
        f"{name} がありません。配布物から戻してください。", f"{name} is missing. Restore it from what you were given."
    )


def _unpacked(job: Job, place: Path) -> Path:
    """A folder with the notebook's answer as a .py, and its checks."""
    from autograder.watch.assignment import answer_text, open_assignment

    assignment, _ = open_assignment(Path(job.folder))
    text = answer_text(assignment.named(job.name), Path(job.answer))
    (place / f"{job.name}.py").write_text(text, encoding="utf-8")
    shutil.copy(Path(job.folder) / f"test_{job.name}.py", place)
    return place


class _Listener:
    """A pytest plugin: lends the loaded models to the fixtures, and tells what happens."""

    def __init__(self, job: Job, emit: Emit, models: Mapping[str, LoadedModel]) -> None:
        self._job, self._emit, self._models = job, emit, models
        self.trouble = ""

    def _tell(self, **answer: Any) -> None:
        self._emit({"run": self._job.run, **answer})

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        public = config.pluginmanager.get_plugin("autograder-public-checks")
        if public is not None:
            public.lend(self._models.values())

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        names = dict.fromkeys(getattr(item, "originalname", item.name) for item in session.items)
        public = session.config.pluginmanager.get_plugin("autograder-public-checks")
        titles = public.titles() if public is not None else {}
        self._tell(collected=[[name, titles.get(name, name)] for name in names])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.trouble = str(report.longrepr).strip()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and not report.failed:
            return
        unwritten = getattr(report, "autograder_unwritten", False)
        state = "unwritten" if unwritten else "pass" if report.passed else "fail"
        self._tell(
            check=report.nodeid.rpartition("::")[2].partition("[")[0],
            state=state,
            message="" if report.passed else report.longreprtext.strip(),
            cause=getattr(report, "autograder_cause", ""),
            printed=(report.capstdout + report.capstderr)[-_MAX_PRINTED:].strip(),
        )


if __name__ == "__main__":
    main()
