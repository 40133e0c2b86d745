"""What the hunts found, kept beside the course: `docs/mutants.json` for the machine, `docs/mutants.md` to read.

Both hold counts and opaque ids only; what a mutant looks like is told on the terminal, where solutions may be seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.audit import Bench
from autograder.audit.course import chosen_exercises
from autograder.exercise import Course, Exercise
from autograder.grading.engine import Settings
from autograder.mutants.hunt import SETTINGS, hunt, judged_exercises, mutants_fingerprint, read_equivalents
from autograder.mutants.make import mutants_of

FILE = "mutants.json"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Tally:
    """The mutants of one exercise, counted; names of those that survive, and of those on which a check broke."""

    n_mutants: int
    n_killed: int
    n_equivalent: int
    surviving: tuple[str, ...]
    faulty: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not self.surviving and not self.faulty


def hunt_course(
    course: Course,
    docs: Path,
    progress: Progress = lambda *_: None,
    *,
    only: Collection[str] = (),
    force: bool = False,
    settings: Settings = SETTINGS,
    log: Callable[[str], None] = lambda _: None,
) -> dict[str, Tally]:
    """Hunt where reference, hidden checks or mutators have changed, and write the record into `docs`.

    Args:
        progress: called with the exercise at hand, how many of its mutants are finished, of how many.
        only: ids of the exercises to look at; empty: all.
        force: hunt again what is up to date.
        settings: with which model, and limits.
        log: takes the tracebacks of checks that broke.

    Raises: SettingsError for an unknown id; CourseError if a reference fails or an equivalent is not in order.
    """
    exercises = judged_exercises(course)
    chosen = chosen_exercises(exercises, only) if only else exercises
    kept = read_record(docs / FILE)
    today = {exercise.id: mutants_fingerprint(exercise) for exercise in exercises}
    for exercise in chosen:  # a file that is not in order shall not wait until the hunt is over
        read_equivalents(exercise)
    with ExitStack() as stack:
        bench: Bench | None = None
        for exercise in chosen:
            if force or kept.get(exercise.id, {}).get("fingerprint") != today[exercise.id]:
                bench = bench or stack.enter_context(Bench.load(settings))
                found = _record(exercise, bench, progress, log)
                kept[exercise.id] = {"fingerprint": today[exercise.id], **found}
                write_record(docs / FILE, kept, exercises)
    current = [one for one in exercises if kept.get(one.id, {}).get("fingerprint") == today[one.id]]
    tallies = {one.id: tally(one, kept[one.id]) for one in current}
    (docs / FILE).with_suffix(".md").write_text(_page(tallies), encoding="utf-8")
    return {one.id: tallies[one.id] for one in chosen}


def _record(exercise: Exercise, bench: Bench, progress: Progress, log: Callable[[str], None]) -> dict[str, Any]:
    found = hunt(exercise, bench, lambda n_finished, n_all: progress(exercise.id, n_finished, n_all))
    for mutant, fault in found.faults:
        log(f"{exercise.id} {mutant.name}\n{fault}")
    return {
        "mutants": len(found.killed) + len(found.alive) + len(found.faults),
        "alive": sorted(mutant.id for mutant in found.alive),
        "faulty": sorted(mutant.id for mutant, _ in found.faults),
    }


def read_record(path: Path) -> dict[str, Any]:
    """Exercise id → what is kept of it; empty if there is no file."""
    if not path.exists():
        return {}
    exercises: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    return exercises


def write_record(path: Path, kept: dict[str, Any], exercises: Collection[Exercise]) -> None:
    """Write what is kept of these exercises, in their order, and forget the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = {exercise.id: kept[exercise.id] for exercise in exercises if exercise.id in kept}
    path.write_text(json.dumps({"schema": 1, "exercises": ordered}, indent=1) + "\n", encoding="utf-8")


def tally(exercise: Exercise, record: dict[str, Any]) -> Tally:
    """The counts of one exercise's record, with the equivalents of today taken out."""
    names = {mutant.id: mutant.name for mutant in mutants_of(exercise.solution)}
    alive = [names[one] for one in record["alive"]]
    equivalents = read_equivalents(exercise)
    surviving = tuple(name for name in alive if name not in equivalents)
    faulty = tuple(names[one] for one in record["faulty"])
    n_killed = record["mutants"] - len(alive) - len(faulty)
    return Tally(record["mutants"], n_killed, len(alive) - len(surviving), surviving, faulty)


_HEAD = """# Mutants of the references / 参照解答のミュータント

Every reference is changed in one small place at a time: a comparison, an operator, a constant, a condition, an
argument, a bound, a statement. The hidden checks of the exercise must notice. *Equivalent* counts the mutants that
meet the contract as well; each is listed with its reason beside the exercise. *Surviving* must be 0.

参照解答の 1 か所だけを変えたもの（比較、演算子、定数、条件、引数、範囲、文の削除など）を、非公開チェックがすべて見つけることを確かめた表です。
Equivalent は契約を満たしたままの変更で、理由を課題ごとに書いてあります。Surviving は 0 でなければなりません。

Written by `autograder mutants`.

| exercise | mutants | killed | equivalent | surviving |
|---|--:|--:|--:|--:|
"""


def _page(tallies: dict[str, Tally]) -> str:
    counts = {
        name: [one.n_mutants, one.n_killed, one.n_equivalent, len(one.surviving) + len(one.faulty)]
        for name, one in tallies.items()
    }
    counts["all"] = [sum(column) for column in zip(*counts.values(), strict=True)]
    return _HEAD + "".join(f"| {name} | " + " | ".join(map(str, row)) + " |\n" for name, row in counts.items())
