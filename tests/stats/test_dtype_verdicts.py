"""Verdicts do not depend on the number format: part of what `python -m benchmarks.gpu.verdicts` compares as a whole."""

from __future__ import annotations

import pytest

from autograder.audit import Bench
from autograder.course.source import with_mistake, without_marks
from autograder.exercise import Course, Exercise, Verdict
from autograder.grading.engine import Settings, load_models
from autograder.grading.run import Models, local_student, run_checks

# Exercises whose verdicts rest on logits, with mistakes that are near to the right answer.
NEAR = {
    "greedy_loop": (),
    "batch_prompts": (),
    "sample_many": ("ignores_top_p",),
    "sampling_loop": ("truncates_before_the_temperature",),
}


@pytest.fixture(scope="module", params=["bfloat16"])
def models(request: pytest.FixtureRequest) -> Models:
    """The embedded models in the coarsest of the formats."""
    return load_models(Settings(dtype=request.param))


def verdicts(exercise: Exercise, models: Models, text: str, only: list[str] | None = None) -> dict[str, tuple]:
    shared = models.shared()
    outcomes = run_checks([exercise], lambda one, _: local_student(one, text, shared), models, only=only)
    return {check: (one.verdict, one.mistake) for (_, check), one in outcomes.items()}


@pytest.mark.parametrize("name", NEAR)
def test_half_precision_gives_the_verdicts_of_float32(name: str, models: Models, bench: Bench, course: Course) -> None:
    """The reference passes everything; mistakes are caught and named as they are in float32."""
    exercise = next(one for unit in course.units for one in unit.exercises if one.name == name)
    right = verdicts(exercise, models, without_marks(exercise.solution))
    assert {verdict for verdict, _ in right.values()} == {Verdict.PASS}
    for mistake in exercise.mistakes:
        if mistake.id in NEAR[name]:
            text = with_mistake(exercise.solution, mistake)
            found = verdicts(exercise, models, text, [mistake.caught_by])
            assert found == verdicts(exercise, bench.models, text, [mistake.caught_by])
            assert found[mistake.caught_by][0] is Verdict.FAIL
