"""Correct answers in many styles get full marks; each is a whole student file under tests/golden."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.exercise import Exercise, Verdict

from .conftest import EXERCISES

GOLDEN = Path(__file__).parent / "golden"
CASES = [(exercise, folder) for exercise in EXERCISES for folder in sorted((GOLDEN / exercise.name).glob("*/"))]


@pytest.mark.parametrize(("right", "folder"), CASES, ids=[f"{one.name}-{folder.name}" for one, folder in CASES])
def test_a_correct_answer_in_another_style_gets_full_marks(right: Exercise, folder: Path, bench: Bench):
    """Jailed, as a submission would be graded."""
    text = (folder / f"{right.name}.py").read_text(encoding="utf-8")
    outcomes = bench.run_jailed(right, text)
    wrong = {
        check: outcome.message.en for (_, check), outcome in outcomes.items() if outcome.verdict is not Verdict.PASS
    }
    assert not wrong


def test_every_exercise_has_three_styles(exercise: Exercise):
    """At least."""
    assert len([folder for one, folder in CASES if one.id == exercise.id]) >= 3
