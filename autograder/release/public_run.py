"""Public checks of a whole submission, in a process and a folder of their own: what grading reads is what is checked.

The results are the student's own claim: student code runs in the process that reports them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.source import read_checks
from autograder.errors import CourseError
from autograder.exercise import Check
from autograder.grading.intake import Submission
from autograder.release.folder import HandedOut
from autograder.undisturbed import environment, pytest_options, python_module

RESULTS = "results.jsonl"
_POLL_S = 0.2


@dataclass(frozen=True)
class CheckRun:
    """How one public check ended: `pass`, `fail`, `unwritten` or `not run`."""

    check: Check
    outcome: str


@dataclass(frozen=True)
class PublicRun:
    """How the public checks of a submission went, by exercise.

    `problem` is empty if pytest ended by itself and in order; `hung` names the exercise at which time ran out.
    """

    exercises: dict[str, tuple[CheckRun, ...]] = field(default_factory=dict)
    ran: bool = True
    problem: str = ""
    hung: str = ""

    @property
    def all_passed(self) -> bool:
        return self.ran and not self.problem and all(one.outcome == "pass" for _, one in self.every())

    def every(self) -> list[tuple[str, CheckRun]]:
        return [(name, one) for name, runs in self.exercises.items() for one in runs]


def run_public_checks(
    given: HandedOut, submission: Submission, *, time_limit_s: float, progress: Callable[[str, int, int], None]
) -> PublicRun:
    """Run the public checks that lie in the folder on the answers as grading reads them.

    Args:
        time_limit_s: after this, pytest is ended, and what has not run by then is `not run`.
        progress: called with the exercise at hand, how many checks have ended, of how many.
    """
    checks = _checks(given)
    with tempfile.TemporaryDirectory(prefix="autograder-submit-") as name:
        place = Path(name)
        _lay_out(place, given, submission, checks)
        problem = _run_pytest(place, time_limit_s, progress, sum(map(len, checks.values())))
        outcomes, hung = _read_results(place / RESULTS)
    runs = {
        exercise: tuple(CheckRun(check, outcomes.get((exercise, check.id), "not run")) for check in found)
        for exercise, found in checks.items()
    }
    return PublicRun(runs, problem=problem, hung=hung if problem else "")


def not_run(given: HandedOut) -> PublicRun:
    """The public checks, none of which was run."""
    runs = {name: tuple(CheckRun(check, "not run") for check in found) for name, found in _checks(given).items()}
    return PublicRun(runs, ran=False)


def _checks(given: HandedOut) -> dict[str, tuple[Check, ...]]:
    """Exercise → its public checks, of the check files that are there."""
    found = {}
    for exercise in given.unit.exercises:
        path = given.unit.folder / f"test_{exercise.name}.py"
        try:
            found[exercise.name] = read_checks(path, path.read_text(encoding="utf-8"), public=True)
        except (OSError, UnicodeDecodeError, CourseError):
            continue
    return found


def _lay_out(place: Path, given: HandedOut, submission: Submission, checks: dict[str, tuple[Check, ...]]) -> None:
    for name, text in submission.modules.items():
        (place / f"{name}.py").write_text(text, encoding="utf-8", errors="replace")
    for exercise in given.unit.exercises:
        source = submission.answers[exercise.name].source
        if exercise.functions and source is not None:
            (place / f"{exercise.name}.py").write_text(source, encoding="utf-8", errors="replace")
    for name in checks:
        shutil.copy(given.unit.folder / f"test_{name}.py", place)


def _run_pytest(place: Path, time_limit_s: float, progress: Callable[[str, int, int], None], n_checks: int) -> str:
    """Why pytest did not end in order; empty if it did."""
    options = [*pytest_options(place, public=True), "--autograder-results", str(place / RESULTS)]
    command = python_module("pytest", *options, str(place))
    with open(place / "output.txt", "wb") as output:
        process = subprocess.Popen(
            command, cwd=place, env=environment(), stdout=output, stderr=output, start_new_session=True
        )
        try:
            n_polls = round(time_limit_s / _POLL_S)
            for _ in range(n_polls):
                try:
                    process.wait(_POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    outcomes, at = _read_results(place / RESULTS)
                    progress(at, len(outcomes), n_checks)
            else:
                return "time"
        finally:
            _end(process)
    if process.returncode in (0, 1):
        return ""
    tail = (place / "output.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    return f"pytest: {process.returncode} {' '.join(tail)}"[:300]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End pytest, if it still runs, with whatever student code started."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read_results(path: Path) -> tuple[dict[tuple[str, str], str], str]:
    """(exercise, check) → outcome, gathered from the cases of each check; and the exercise that was last begun."""
    outcomes: dict[tuple[str, str], str] = {}
    last = ""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}, ""
    for line in lines:
        try:
            found = json.loads(line)
            if "begun" in found:
                last = str(found["begun"])
                continue
            key, outcome = (str(found["exercise"]), str(found["check"])), str(found["outcome"])
        except (ValueError, KeyError, TypeError):
            continue  # the line at which a process was ended
        if outcomes.get(key, "pass") == "pass":
            outcomes[key] = outcome
    return outcomes, last
