"""Answers in float32 and in float64, with sums in any order, pass whatever the hidden inputs are."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.exercise import Exercise, Verdict
from autograder.grading.run import local_student, run_checks

from .conftest import EXERCISES

GOLDEN = Path(__file__).parent / "golden"
NUMERIC = {"temperature_softmax", "top_p", "top_k", "epsilon", "min_p"}
CASES = [
    (exercise, folder)
    for exercise in EXERCISES
    if exercise.name in NUMERIC
    for folder in sorted((GOLDEN / exercise.name).glob("*/"))
]
N_INPUTS = 5  # each draws dozens of tables; several hundred were tried when the checks were written


@pytest.mark.parametrize(("right", "folder"), CASES, ids=[f"{one.name}-{folder.name}" for one, folder in CASES])
def test_rounding_decides_nothing(right: Exercise, folder: Path, bench: Bench):
    """No kept or dropped token and no tolerance hangs on the inputs that a course happens to draw."""
    text, shared = (folder / f"{right.name}.py").read_text(encoding="utf-8"), bench.models.shared()
    for number in range(N_INPUTS):
        outcomes = run_checks(
            [right], lambda one, seed: local_student(one, text, shared), bench.models, salt=f"inputs {number}"
        )
        wrong = {check: one.message.en for (_, check), one in outcomes.items() if one.verdict is not Verdict.PASS}
        assert not wrong


def test_every_numeric_exercise_has_a_style_in_float32():
    """And several others."""
    for name in NUMERIC:
        styles = {folder.name for exercise, folder in CASES if exercise.name == name}
        assert any("float32" in style for style in styles)
        assert len(styles) >= 4
