"""Hidden inputs: drawn from a secret of the course and from the release, by whoever has both, and by nobody else."""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.course import read_course
from autograder.course.inputs import of_release, read_secret
from autograder.course.source import without_marks
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise, Unit
from autograder.grading.run import local_student, run_checks
from autograder.grading.student import Student
from autograder.release.secret import ensure_secret, record_release

SEEDED = ("top_p", "min_p", "draw", "self_bleu")


def takes_rng(exercise: Exercise) -> set[str]:
    """Ids of the hidden checks that draw inputs."""
    tree = ast.parse((exercise.folder / "checks_hidden.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {one.name for one in functions if "rng" in [argument.arg for argument in one.args.args]} & {
        check.id for check in exercise.checks if not check.public
    }


def asked(exercise: Exercise, bench: Bench) -> dict[str, list[str]]:
    """Check → what it gives to the reference, for the checks that draw inputs, and the seeds of its student processes."""
    shared = bench.models.shared()
    seeds: list[int] = []

    def student(one: Exercise, seed: int) -> Student:
        seeds.append(seed)
        return local_student(one, without_marks(one.solution), shared)

    outcomes = run_checks([exercise], student, bench.models, only=takes_rng(exercise))
    found = {check: [repr(call.arguments) for call in one.calls] for (_, check), one in outcomes.items()}
    return found | {"seeds": [str(seed) for seed in seeds]}


@pytest.mark.parametrize("name", SEEDED)
def test_every_release_asks_with_other_inputs(name: str, course: Course, sampling: Unit, bench: Bench):
    """Every check that draws any, and every student process's own seed; the same release asks the same again."""
    this, following = (
        next(one for one in of_release(course.root, sampling, number).exercises if one.name == name)
        for number in (1, 2)
    )
    first, again, second = asked(this, bench), asked(replace(this), bench), asked(following, bench)
    assert first == again
    assert first.keys() == second.keys() > {"seeds"}
    assert [check for check in first if first[check] == second[check]] == []


def test_inputs_do_not_follow_from_names(top_p: Exercise, bench: Bench):
    """Two courses with the same exercise ask differently, and both differently from a course without a secret."""
    found = [asked(replace(top_p, inputs_key=key), bench) for key in ("", "a" * 64, "b" * 64)]
    for check in found[0]:
        assert len({repr(one[check]) for one in found}) == 3, check


def test_whoever_has_the_folder_asks_the_same(course: Course, tmp_path: Path):
    """On another machine, in another process; and each unit has a key of its own."""
    shutil.copytree(course.root, tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    keys, there = (
        {one.id: one.inputs_key for unit in each.units for one in unit.exercises if one.rubric is None}
        for each in (course, read_course(tmp_path / "solutions"))
    )
    assert keys == there
    assert len(set(keys.values())) == len(course.units)
    assert "" not in keys.values()


def test_the_latest_release_counts(course: Course, sampling: Unit, tmp_path: Path):
    """Not what a submission claims: the number stands in the course alone."""
    root = tmp_path / "solutions"
    shutil.copytree(course.root, root, ignore=shutil.ignore_patterns("__pycache__"))
    record_release(root, sampling.id, 3)
    read = {unit.id: unit for unit in read_course(root).units}
    expected = of_release(root, sampling, 3)
    assert [one.inputs_key for one in read[sampling.id].exercises if one.rubric is None] == [
        one.inputs_key for one in expected.exercises if one.rubric is None
    ]
    before = {unit.id: unit for unit in course.units}["u01_basics"].exercises[0].inputs_key
    assert read["u01_basics"].exercises[0].inputs_key == before
    assert read[sampling.id].exercises[0].inputs_key not in repr(read[sampling.id])


def test_a_secret_is_made_once(tmp_path: Path):
    """And is random."""
    made = ensure_secret(tmp_path)
    assert made == tmp_path / "secret.json"
    assert len(read_secret(tmp_path).secret) == 64
    assert ensure_secret(tmp_path) is None
    (tmp_path / "other").mkdir()
    ensure_secret(tmp_path / "other")
    assert read_secret(tmp_path / "other").key("u", 1) != read_secret(tmp_path).key("u", 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"secret": "abc", "releases": {}}',
        '{"secret": "' + "0" * 64 + '"}',
        '{"secret": "' + "0" * 64 + '", "releases": {"u01_basics": "2"}}',
        '{"secret": 5, "releases": {}}',
    ],
)
def test_an_unreadable_secret_is_named(text: str, tmp_path: Path):
    """Never read as none: inputs would follow from names alone."""
    (tmp_path / "secret.json").write_text(text)
    with pytest.raises(CourseError, match=r"secret\.json"):
        read_secret(tmp_path)
