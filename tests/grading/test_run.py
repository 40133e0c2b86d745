"""Running checks: nothing asked for, nothing run."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.course.read import read_exercise
from autograder.course.source import without_marks
from autograder.errors import LimitReached
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.by_hand import Sources
from autograder.grading.run import local_student, run_checks
from autograder.grading.student import LocalBackend, Student


def test_no_exercise_runs_nothing(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Not even tests that lie in the working folder."""
    (tmp_path / "test_own.py").write_text("def test_a():\n    raise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    assert run_checks([], lambda *_: pytest.fail("asked for a student"), bench.models) == {}


def test_a_single_check_fares_as_it_does_among_all(bench: Bench, top_p: Exercise):
    """The diagnosis runs checks one by one."""
    shared = bench.models.shared()
    everything = bench.run_locally(top_p, top_p.stub)
    one = run_checks(
        [top_p],
        lambda *_: local_student(top_p, top_p.stub, shared),
        bench.models,
        only=["test_keeps_everything_at_p_1"],
    )
    key = (top_p.id, "test_keeps_everything_at_p_1")
    assert list(one) == [key]
    assert one[key] == everything[key]
    assert one[key].verdict is Verdict.UNWRITTEN


def test_warnings_decide_nothing(bench: Bench, top_p: Exercise):
    """Not even under a filter that makes errors of them, as in this test run."""
    text = "import warnings\n" + top_p.solution.replace("    # BEGIN SOLUTION\n", '    warnings.warn("old")\n', 1)
    outcomes = bench.run_locally(top_p, text)
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.PASS}


def test_a_submission_that_hangs_everywhere_costs_its_limit_a_few_times(bench: Bench, sampling: Unit):
    """Twice in an exercise; once, after it happened four times in all. What was not tried does not count."""
    exercises = [one for one in sampling.exercises if one.rubric is None][:4]
    tried: list[str] = []

    class Hanging(LocalBackend):
        def call(self, *_: object, **__: object) -> None:
            tried.append(self.name)
            raise LimitReached(kind="cpu", ja="", en="")

    def student(exercise: Exercise, seed: int) -> Student:
        backend = Hanging(lambda: None, frozenset(), bench.models.shared(), Sources("m", {}))
        backend.name = exercise.id
        return Student(backend)

    outcomes = run_checks(exercises, student, bench.models)
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.LIMIT}
    assert Counter(tried) == dict(zip([one.id for one in exercises], [2, 2, 1, 1], strict=True))


def test_another_course_of_the_same_names_has_its_own_checks(bench: Bench, top_p: Exercise, tmp_path: Path):
    """In one process, one after the other and back."""
    folder = tmp_path / "solutions" / top_p.folder.parent.name / top_p.folder.name
    shutil.copytree(top_p.folder, folder)
    checks = folder / "checks_public.py"
    checks.write_text(checks.read_text().replace('["the", "a", "dragon", "flew", "over", "and"]', '["nothing"]'))
    other = read_exercise(folder)
    key = (top_p.id, "test_keeps_the_token_that_crosses_p")
    found = [bench.run_locally(one, without_marks(one.solution))[key].verdict for one in (top_p, other, top_p)]
    assert found == [Verdict.PASS, Verdict.FAIL, Verdict.PASS]
