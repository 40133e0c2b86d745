"""The hidden checks of an exercise against the mutants of its reference.

A mutant is killed by the first hidden check that it does not pass, whichever comes first: what counts is that
one of them notices. Every mutant runs as a submission in the jail, since some never end or eat memory.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.audit import Bench
from autograder.course.source import without_marks
from autograder.errors import CourseError, yaml_fault
from autograder.exercise import Course, Exercise, Verdict
from autograder.grading.engine import Settings
from autograder.jail.pool import Limits
from autograder.mutants.make import Mutant, mutants_of

# A correct answer's check takes a small part of this; a mutant that never ends takes all of it.
LIMITS = Limits(cpu_s=10, wall_s=60.0)
SETTINGS = Settings(limits=LIMITS)
EQUIVALENTS = "equivalent.yaml"


@dataclass(frozen=True)
class Hunt:
    """What came of the mutants of one exercise.

    Attributes:
        killed: by a check that said FAIL, CRASH, LIMIT or UNWRITTEN.
        alive: passed every hidden check.
        faults: made a check itself fail, which is a defect of the check; with its traceback.
    """

    killed: tuple[Mutant, ...]
    alive: tuple[Mutant, ...]
    faults: tuple[tuple[Mutant, str], ...]


def hunt(
    exercise: Exercise,
    bench: Bench,
    progress: Callable[[int, int], None] = lambda *_: None,
    *,
    mutants: Sequence[Mutant] | None = None,
) -> Hunt:
    """Run the hidden checks of `exercise` on its mutants.

    Args:
        progress: called with how many mutants are finished, of how many.
        mutants: those to run; None: every one.

    Raises: CourseError if the reference itself does not pass.
    """
    checks = _Checks(exercise, bench)
    mutants = mutants_of(exercise.solution) if mutants is None else mutants
    killed, alive, faults = [], [], []
    for n_finished, mutant in enumerate(mutants):
        progress(n_finished, len(mutants))
        verdict, fault = checks.judge(mutant.text)
        if verdict is Verdict.FAULT:
            faults.append((mutant, fault))
        elif verdict is Verdict.PASS:
            alive.append(mutant)
        else:
            killed.append(mutant)
    return Hunt(tuple(killed), tuple(alive), tuple(faults))


class _Checks:
    """The hidden checks of an exercise, the one that kills most for its time first. The order decides no verdict."""

    def __init__(self, exercise: Exercise, bench: Bench) -> None:
        self._exercise, self._bench = exercise, bench
        self._n_kills = {check.id: 1 for check in exercise.checks if not check.public}
        self._seconds = dict.fromkeys(self._n_kills, 1.0)
        for check in self._n_kills:
            started_s = time.perf_counter()
            verdict, fault = self._run(check, without_marks(exercise.solution))
            self._seconds[check] = time.perf_counter() - started_s
            if verdict is not Verdict.PASS:
                raise _reference_fails(exercise, check, f"{verdict.value} {fault}".rstrip())

    def judge(self, text: str) -> tuple[Verdict, str]:
        """The verdict of the first check that does not pass; the traceback if it is a FAULT."""
        for check in sorted(self._n_kills, key=lambda check: -self._n_kills[check] / self._seconds[check]):
            verdict, fault = self._run(check, text)
            if verdict is not Verdict.PASS:
                self._n_kills[check] += 1
                return verdict, fault
        return Verdict.PASS, ""

    def _run(self, check: str, text: str) -> tuple[Verdict, str]:
        outcome = self._bench.run_jailed(self._exercise, text, only=[check])[self._exercise.id, check]
        return outcome.verdict, outcome.fault


def _reference_fails(exercise: Exercise, check: str, how: str) -> CourseError:
    return CourseError(
        ja=f"{exercise.id}: 参照解答が {check} で {how} になりました。先に `autograder audit {exercise.id}` を実行してください。",
        en=f"{exercise.id}: the reference got {how} from {check}. Run `autograder audit {exercise.id}` first.",
    )


def judged_exercises(course: Course) -> list[Exercise]:
    """The exercises that checks judge; one that a person marks has no reference to change."""
    return [exercise for unit in course.units for exercise in unit.exercises if exercise.functions]


def read_equivalents(exercise: Exercise) -> dict[str, str]:
    """Names of mutants that no check can tell from the reference → why. Empty without a file `equivalent.yaml`.

    Raises: CourseError for a file that is not a list of `mutant` and `why`, or names a mutant that does not exist.
    """
    path = exercise.folder / EQUIVALENTS
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for entry in _entries(path):
        match entry:
            case {"mutant": str(name), "why": str(why), **rest} if not rest and why.strip():
                found[name] = why
            case _:
                raise CourseError(
                    ja=f"{path}: 各項目は `mutant`（名前）と `why`（理由）だけのはずですが、{entry!r} でした。",
                    en=f"{path}: expected entries with a `mutant` (its name) and a `why`, got {entry!r}.",
                )
    unknown = sorted(found.keys() - {mutant.name for mutant in mutants_of(exercise.solution)})
    if unknown:
        raise CourseError(
            ja=f"{path}: そういうミュータントはもうありません。消すか、書き直してください: {'; '.join(unknown)}",
            en=f"{path}: there is no such mutant any more. Remove or rewrite: {'; '.join(unknown)}",
        )
    return found


def _entries(path: Path) -> list[Any]:
    import yaml  # type: ignore[import-untyped]

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fault = yaml_fault(path, error)
        raise CourseError(ja=fault.ja, en=fault.en) from error
    return entries if isinstance(entries, list) else [entries]


def fingerprint(*paths: Path) -> str:
    """Sixteen hexadecimal digits that change with the text of any of these files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def mutants_fingerprint(exercise: Exercise) -> str:
    """What the verdicts on mutants rest on: reference, hidden checks, and how mutants are made."""
    here = Path(__file__).parent
    return fingerprint(
        *(exercise.folder / name for name in ("solution.py", "checks_hidden.py")),
        *(here / name for name in ("make.py", "rewrites.py")),
    )
