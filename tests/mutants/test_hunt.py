"""Mutants run, counted and kept; what the repository holds is complete and of today."""

from __future__ import annotations

import json
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.course import read_course
from autograder.course.read import read_exercise
from autograder.errors import CourseError, SettingsError
from autograder.exercise import Course, Exercise
from autograder.grading.engine import Settings
from autograder.jail.pool import Limits
from autograder.mutants import hunt_course, mutants_of
from autograder.mutants.hunt import hunt, mutants_fingerprint, read_equivalents
from autograder.mutants.record import read_record, tally

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
EXTRA = ROOT / "tests" / "extra" / "e10_mass"
SOLUTION = '''"""ひとつ / One."""


def half(n: int) -> int:
    """半分 / Half."""
    # BEGIN SOLUTION
    halves = 0
    while n > 1:
        n -= 2
        halves += 1
    return halves
    # END SOLUTION
'''
CHECKS = '''from autograder.checks import points, require


@points(1)
def test_divides(student):
    """割れます。

    It divides.
    """
    require(8 / student.half(8) == 2 and student.half(9) == 4, ja="違います。", en="no.")
'''


@pytest.fixture
def small(tmp_path: Path) -> Exercise:
    """A small exercise with one hidden check, which breaks on the answer 0."""
    # pytest remembers modules by their path below the course: each test has its own
    folder = tmp_path / f"u02_{tmp_path.name}" / "e10_mass"
    shutil.copytree(EXTRA, folder)
    (folder / "solution.py").write_text(SOLUTION, encoding="utf-8")
    (folder / "checks_hidden.py").write_text(CHECKS, encoding="utf-8")
    (folder / "mistakes.py").write_text("", encoding="utf-8")
    return read_exercise(folder)


@pytest.fixture
def impatient(bench: Bench) -> Bench:
    """A bench that gives a check a single second."""
    return replace(bench, settings=Settings(limits=Limits(cpu_s=1, wall_s=30.0)))


def test_what_never_ends_is_killed_and_a_broken_check_is_not_a_kill(small: Exercise, impatient: Bench):
    """LIMIT counts; a FAULT is reported as the check's defect."""
    found = hunt(small, impatient)
    killed, faults = {one.name for one in found.killed}, {one.name: fault for one, fault in found.faults}
    assert "half: while n > 1: → while True:" in killed
    assert "half: n -= 2 → pass" in killed
    assert "half: return halves → return None" in faults
    assert "ZeroDivisionError" in faults["half: while n > 1: → while False:"]
    assert not found.alive
    assert len(killed) + len(faults) == len(mutants_of(SOLUTION))


def test_a_reference_that_fails_is_no_ground_for_a_hunt(small: Exercise, bench: Bench):
    """Everything would seem killed."""
    broken = replace(small, solution=small.solution.replace("n -= 2", "n -= 3"))
    with pytest.raises(CourseError, match="the reference got fail from test_divides"):
        hunt(broken, bench)


def test_a_sample_of_mutants_dies_live(top_p: Exercise, bench: Bench):
    """The record is not all there is: these are run now."""
    mutants = mutants_of(top_p.solution)
    found = hunt(top_p, bench, mutants=mutants[::7])
    assert {one.name for one in found.alive} <= read_equivalents(top_p).keys()
    assert not found.faults
    assert len(found.killed) > len(found.alive)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("- mutant: 'half: no such'\n  why: because\n", "no such mutant any more"),
        ("- mutant: 'half: n -= 2 → pass'\n", "`mutant` (its name) and a `why`"),
        ("- mutant: 'half: n -= 2 → pass'\n  why: ' '\n", "`mutant` (its name) and a `why`"),
        ("- mutant: 'half: n -= 2 → pass'\n  why: x\n  by: y\n", "`mutant` (its name) and a `why`"),
        ("nothing\n", "`mutant` (its name) and a `why`"),
        ("- [\n", "not valid YAML"),
    ],
    ids=["unknown", "no reason", "blank reason", "too much", "no list", "no yaml"],
)
def test_equivalents_that_are_not_in_order_are_reported(small: Exercise, text: str, part: str):
    """With the file and what to do."""
    (small.folder / "equivalent.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        read_equivalents(small)
    assert part in caught.value.message.en
    assert "equivalent.yaml" in caught.value.message.ja


def test_no_equivalents_is_the_ordinary_case(small: Exercise):
    """No file is needed."""
    assert read_equivalents(small) == {}


def test_equivalents_of_the_course_exist(exercise: Exercise):
    """Each names a mutant of today's reference, with a reason."""
    assert all(len(why) > 20 for why in read_equivalents(exercise).values())


def test_no_mutant_of_the_course_survives(exercise: Exercise):
    """The committed record is of today's reference and checks; else run `autograder mutants`."""
    kept = read_record(DOCS / "mutants.json")[exercise.id]
    assert kept["fingerprint"] == mutants_fingerprint(exercise)
    counted = tally(exercise, kept)
    assert (counted.surviving, counted.faulty) == ((), ())
    assert counted.n_mutants == counted.n_killed + counted.n_equivalent == len(mutants_of(exercise.solution))
    row = [counted.n_mutants, counted.n_killed, counted.n_equivalent, 0]
    assert f"| {exercise.id} | {' | '.join(map(str, row))} |" in (DOCS / "mutants.md").read_text(encoding="utf-8")


@pytest.fixture
def one_exercise(small: Exercise, tmp_path: Path) -> Course:
    """A course of that exercise alone."""
    for name in ("intro.ja.md", "intro.en.md"):
        shutil.copy(ROOT / "solutions" / "u02_sampling" / name, small.folder.parent / name)
    return read_course(tmp_path)


def test_a_hunt_is_kept_until_something_changes(
    one_exercise: Course, impatient: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is run again while reference and checks stay; reasons given later count at once."""
    docs, loads = tmp_path / "docs", []

    def load(settings: Settings):
        loads.append(settings)
        return nullcontext(impatient)

    monkeypatch.setattr(Bench, "load", load)
    (exercise,) = one_exercise.units[0].exercises
    checks = exercise.folder / "checks_hidden.py"
    checks.write_text(CHECKS.replace("8 / student.half(8) == 2 and ", ""), encoding="utf-8")
    first = hunt_course(one_exercise, docs)[exercise.id]
    assert (first.surviving, first.faulty, len(loads)) == (("half: while n > 1: → while n > 2:",), (), 1)
    assert hunt_course(one_exercise, docs)[exercise.id] == first
    assert len(loads) == 1
    assert "half" not in (docs / "mutants.json").read_text(encoding="utf-8")

    reason = json.dumps([{"mutant": first.surviving[0], "why": "a reason for the test"}])
    (exercise.folder / "equivalent.yaml").write_text(reason, encoding="utf-8")
    again = hunt_course(one_exercise, docs)[exercise.id]
    n = first.n_mutants
    assert (again.surviving, again.n_equivalent, len(loads)) == ((), 1, 1)
    assert f"| {exercise.id} | {n} | {n - 1} | 1 | 0 |" in (docs / "mutants.md").read_text(encoding="utf-8")

    checks.write_text(checks.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    hunt_course(one_exercise, docs)
    assert len(loads) == 2


def test_an_unknown_exercise_is_refused(course: Course, tmp_path: Path):
    """Before anything runs."""
    with pytest.raises(SettingsError, match="no such exercise"):
        hunt_course(course, tmp_path, only=["sampling/no_such"])
