"""Grading through a model server gives the verdicts that grading without one gives."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.course.source import with_mistake
from autograder.errors import LimitReached, StudentRaised
from autograder.exercise import Course, Exercise, Verdict
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits

GOLDEN = Path(__file__).parent.parent / "golden"
# One answer for each exercise that computes with a model, in the style that asks most of it.
ANSWERS = {
    "change_model_or_prompt": "half_precision",
    "token_budget": "",
    "generate_without_pipeline": "",
    "greedy_loop": "cache",
    "batch_prompts": "",
    "sample_many": "repeated_rows",
    "sampling_loop": "",
}


def exercise_of(course: Course, name: str) -> Exercise:
    return next(one for unit in course.units for one in unit.exercises if one.name == name)


def answer_to(name: str) -> str:
    folders = sorted((GOLDEN / name).glob("*/"))
    folder = next((one for one in folders if one.name == ANSWERS[name]), folders[0])
    return (folder / f"{name}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ANSWERS)
def test_a_right_answer_gets_full_marks(course: Course, served_bench: Bench, name: str):
    """Its process has no weights."""
    outcomes = served_bench.run_jailed(exercise_of(course, name), answer_to(name))
    wrong = {check: one.message.en + one.fault for (_, check), one in outcomes.items() if one.verdict != Verdict.PASS}
    assert not wrong


@pytest.mark.parametrize("name", ANSWERS)
def test_a_wrong_answer_is_judged_as_without_a_server(course: Course, bench: Bench, served_bench: Bench, name: str):
    """The same verdict, words and mistake, in the check that must catch it."""
    exercise = exercise_of(course, name)
    mistake = exercise.mistakes[0]
    text = with_mistake(exercise.solution, mistake)
    (ours,) = bench.run_jailed(exercise, text, only=[mistake.caught_by]).values()
    (theirs,) = served_bench.run_jailed(exercise, text, only=[mistake.caught_by]).values()
    assert ours.verdict in {Verdict.FAIL, Verdict.CRASH}
    assert (theirs.verdict, theirs.message, theirs.mistake) == (ours.verdict, ours.message, ours.mistake)


@pytest.fixture
def student(served_bench: Bench):
    """A student who asks too much."""
    source = (
        "import torch, time\n"
        "KEPT = []\n"
        "def batch(model):\n    return model(torch.ones(300, 1, dtype=torch.long)).logits.shape\n"
        "def length(model):\n    return model(torch.ones(1, 600, dtype=torch.long)).logits.shape\n"
        "def keep(model, n):\n"
        "    for _ in range(n):\n        KEPT.append(model(torch.ones(200, 1, dtype=torch.long)).past_key_values)\n"
        "    return len(KEPT)\n"
        "def drop(model, n):\n"
        "    for _ in range(n):\n        model(torch.ones(200, 1, dtype=torch.long))\n    return n\n"
        "def weights(model):\n    return next(model.parameters())\n"
        "def take(model):\n"
        "    import socket\n"
        "    return [kind for fd in range(3, 64) for kind in [kind_of(fd)] if kind]\n"
        "def kind_of(fd):\n"
        "    import os, stat\n"
        "    try:\n        return stat.S_IFMT(os.fstat(fd).st_mode)\n"
        "    except OSError:\n        return 0\n"
        "def sleep():\n    time.sleep(100)\n"
    )
    limits = Limits(idle_s=2.0)
    backend = JailedBackend(
        served_bench.zygote,
        module="m",
        sources={"m": source},
        shared=served_bench.models.shared(),
        limits=limits,
        seed=1,
    )
    yield Student(backend)
    backend.close()


@pytest.mark.parametrize("function", ["batch", "length"])
def test_too_much_at_once_is_a_limit_in_words(student: Student, served_bench: Bench, function: str):
    """What to do is said."""
    with pytest.raises(LimitReached) as caught:
        getattr(student, function)(served_bench.models.lm.model)
    assert caught.value.kind == f"model {function}"
    assert "model" in caught.value.message.en


def test_caches_that_are_kept_are_bounded_and_those_that_are_dropped_are_not(student: Student, served_bench: Bench):
    """Six times two hundred sequences."""
    model = served_bench.models.lm.model
    assert student.drop(model, 6) == 6
    assert student.keep(model, 4) == 4
    with pytest.raises(LimitReached) as caught:
        student.keep(model, 4)
    assert caught.value.kind == "model caches"


def test_a_student_process_has_its_channel_its_session_and_no_weights(student: Student, served_bench: Bench):
    """Two sockets are all that is open."""
    import stat

    assert student.take(served_bench.models.lm.model) == [stat.S_IFSOCK] * 2
    with pytest.raises(StudentRaised) as caught:
        student.weights(served_bench.models.lm.model)
    assert "on the model server" in caught.value.text


def test_whoever_only_sleeps_is_still_ended(student: Student):
    """Nobody waits for the server there."""
    began_s = time.monotonic()
    with pytest.raises(LimitReached) as caught:
        student.sleep()
    assert caught.value.kind == "wall"
    assert time.monotonic() - began_s < 60
