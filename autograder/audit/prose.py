"""An exercise in prose: its stub counts as unwritten and its example answer as an answer, wherever they stand."""

from __future__ import annotations

from autograder.course.prose import answer_in
from autograder.exercise import Exercise
from autograder.messages import Message

# By this much a person can tell good answers from middling ones.
MIN_CRITERIA = 3


def audit_prose(exercise: Exercise) -> list[Message]:
    """What keeps a person from marking the answers to `exercise` well."""
    assert exercise.rubric is not None, exercise.id
    claims = {
        ("スタブが未記入と読まれません", "the stub does not count as unwritten"): not _read(exercise, exercise.stub),
        ("例の答えが答えとして読まれません", "the example answer is not read as the answer"): (
            _read(exercise, exercise.stub + "\n" + exercise.solution) == exercise.solution.strip() != ""
        ),
        (f"ルーブリックの観点は {MIN_CRITERIA} 個以上にします", f"the rubric needs at least {MIN_CRITERIA} criteria"): (
            len(exercise.rubric.points) >= MIN_CRITERIA
        ),
    }
    return [Message(f"{exercise.id}: {ja}", f"{exercise.id}: {en}") for (ja, en), holds in claims.items() if not holds]


def _read(exercise: Exercise, text: str) -> str:
    return answer_in([text], exercise.name, exercise.stub)
