"""Grading a class: every submission of a folder, resumable, one report each.

A report that exists and was made from the same submission, checks, model and jail is kept as it is;
so an interrupted run goes on where it stopped, and a second run costs nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from autograder.exercise import Unit
from autograder.grading.apart import LeftOut, SubmissionReader
from autograder.grading.engine import Graded, Grader, Settings, circumstances, fault_of_ours
from autograder.grading.intake import Submission, students
from autograder.grading.report import SCHEMA_VERSION
from autograder.messages import visible
from autograder.reports.files import write_class, write_student
from autograder.reports.similar import MAX_ANSWERS, MAX_CHARACTERS, similar_answers
from autograder.reports.summary import summarise
from autograder.reports.times import write_times, write_times_page

MAX_LOG_CHARACTERS = 1_000_000
FAULTS = "faults.log"


class Graders(Protocol):
    """Who grades: one grader, several on this machine, or workers elsewhere."""

    def grade_all(self, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Each submission's result, as it is finished."""


Progress = Callable[[str, int, int], None]  # student, how many are finished, of how many


def no_progress(student: str, n_finished: int, n_students: int) -> None:
    """Show nothing."""


def grade_folder(
    submissions: Path,
    unit: Unit,
    out: Path,
    settings: Settings,
    *,
    force: bool = False,
    progress: Progress = no_progress,
    grader: Graders | None = None,
) -> dict[str, Any]:
    """Grade every submission in `submissions` and write `out/<student>/report.*`, `out/class.json`, `out/index.html`.

    Times stand beside them, in `out/<student>/times.json` and `out/times.html`: all else is the same for the same submissions.

    Args:
        force: grade again what has a report already.
        grader: who grades, with the same settings, left open; None starts one where there is something to grade.

    Returns: the content of class.json. Interrupted, it leaves whole reports and goes on at the next call.
    Raises: SubmissionError if there is nothing to grade; ModelError, JailError if grading cannot start.
    """
    bundle = bundle_digest(unit)
    pending: list[str] = []
    fingerprints: dict[str, str] = {}
    reports: dict[str, dict[str, Any]] = {}
    entries = students(submissions)
    answers: dict[str, dict[str, str]] = {exercise.id: {} for exercise in unit.exercises}
    left_out: dict[str, dict[str, LeftOut]] = {student: {} for student in entries}
    with contextlib.ExitStack() as stack:
        reader = stack.enter_context(SubmissionReader())

        def read(student: str) -> Submission:
            submission = reader.read(student, entries[student], unit, left_out[student])
            fingerprints[student] = _fingerprint(submission, bundle, settings)
            return submission

        for student in entries:
            submission = read(student)
            for exercise in unit.exercises if len(entries) <= MAX_ANSWERS else ():
                if text := submission.answers[exercise.name].source:
                    answers[exercise.id][student] = text[:MAX_CHARACTERS]
            kept = None if force else _kept_report(out / student, fingerprints[student])
            if kept is None:
                pending.append(student)
            else:
                reports[student] = kept
        if pending and grader is None:
            grader = stack.enter_context(Grader(settings))
        progress(next(iter(pending), ""), len(reports), len(entries))
        for graded in grader.grade_all(map(read, pending), unit) if grader and pending else ():
            try:
                report = _write(out, graded, fingerprints[graded.student])
            except OSError:  # of the disk: no other report can be written either
                raise
            except Exception:
                withheld = fault_of_ours(read(graded.student), unit, circumstances(settings), traceback.format_exc())
                report = _write(out, withheld, fingerprints[graded.student])
            reports[graded.student] = report
            progress(graded.student, len(reports), len(entries))
    similar = None if pending else _kept_similar(out, reports)
    if similar is None and len(entries) <= MAX_ANSWERS:
        similar = _similar(out, unit, answers)
    summary = summarise(list(reports.values()), similar)
    write_class(out, summary)
    write_times_page(out, summary)
    return summary


def _write(out: Path, graded: Graded, fingerprint: str) -> dict[str, Any]:
    """Write the report of one submission, its times, and the log of faults if there are any. Returns: the report."""
    report = {**graded.report, "fingerprint": fingerprint}
    write_student(out, report)
    _write_faults(out / graded.student / FAULTS, graded.faults)
    write_times(out / graded.student, graded.cpu_s)
    return report


def _similar(out: Path, unit: Unit, answers: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]] | None:
    """What `similar_answers` finds; None with a log if it fails: the class has its marks all the same."""
    faults = ""
    try:
        return similar_answers(unit, answers)
    except Exception:
        faults = traceback.format_exc()
        return None
    finally:
        out.mkdir(parents=True, exist_ok=True)
        _write_faults(out / FAULTS, faults)


def bundle_digest(unit: Unit) -> str:
    """A digest of all that decides a grade in `unit`: texts, and what hidden inputs are drawn from."""
    digest = hashlib.sha256()
    for exercise in unit.exercises:
        digest.update(exercise.inputs_key.encode() + b"\0")
        for name in exercise.deciding_files:
            digest.update((exercise.folder / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _fingerprint(submission: Submission, bundle: str, settings: Settings) -> str:
    parts = [str(SCHEMA_VERSION), submission.student, submission.digest, bundle]
    parts += [str(circumstances(settings)), str(settings)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _kept_report(folder: Path, fingerprint: str) -> dict[str, Any] | None:
    """The report in `folder` if it was made under the same fingerprint and holds a mark."""
    try:
        report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    graded = isinstance(report, dict) and report.get("fingerprint") == fingerprint
    # A mark that waits for a person is tried again: the fault may have been mended.
    return report if graded and report.get("points") is not None else None


def _kept_similar(out: Path, reports: Mapping[str, object]) -> list[dict[str, Any]] | None:
    """What the class page says of similar answers, if it was made from the same reports; nothing is known of others."""
    try:
        summary = json.loads((out / "class.json").read_text(encoding="utf-8"))
        same = {student["student"] for student in summary["students"]} == reports.keys()
        similar: list[dict[str, Any]] | None = summary["similar"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return similar if same else None


def _write_faults(path: Path, faults: str) -> None:
    if faults:
        path.write_text(visible(faults, limit=MAX_LOG_CHARACTERS), encoding="utf-8")  # it may quote the student
    else:
        path.unlink(missing_ok=True)
