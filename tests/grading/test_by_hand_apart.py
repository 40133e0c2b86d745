"""Reading a source for forbidden functions is done in a process of its own, once for a submission, and has an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.audit import Bench
from autograder.checks import by_hand
from autograder.course.source import without_marks
from autograder.errors import CheckFailed, Withheld
from autograder.exercise import Course, Exercise, Verdict
from autograder.grading import by_hand_apart
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits, Zygote
from autograder.shared import SharedObjects

SOFTMAX = "torch.nn.functional.softmax"
CHAIN = "".join(f"    elif x == {number}:\n        y = {number}\n" for number in range(1, 2001))


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known from another test."""
    monkeypatch.setattr(by_hand_apart, "_kept", type(by_hand_apart._kept)())


@pytest.fixture
def by_hand_exercise(course: Course) -> Exercise:
    """The exercise that asks for a softmax by hand."""
    exercises = [exercise for unit in course.units for exercise in unit.exercises]
    return next(exercise for exercise in exercises if exercise.name == "temperature_softmax")


def backend(zygote: Zygote, text: str) -> JailedBackend:
    return JailedBackend(
        zygote, module="m", sources={"m": text}, shared=SharedObjects(), limits=Limits(cpu_s=20), seed=1
    )


def test_other_names_of_a_library_function_are_recognised_there(bench: Bench):
    """As here: the process knows torch, so an alias is found before anything runs."""
    jailed = backend(bench.zygote, "import torch.special as t\n\ndef f(x):\n    return t.softmax(x, 0)\n")
    use = jailed.first_use("f", frozenset({"torch.special.softmax"}))
    assert use is not None
    assert (use.name, use.line, use.line_text) == ("torch.special.softmax", 4, "return t.softmax(x, 0)")
    with pytest.raises(CheckFailed, match=r"line 4"):
        by_hand(Student(jailed), "torch.special.softmax").f(1)
    jailed.close()


def test_a_chain_of_2000_branches_is_read_and_run(bench: Bench):
    """What Python runs is judged by what it does."""
    text = f"def f(x):\n    if x == 0:\n        y = 0\n{CHAIN}    return y\n"
    jailed = backend(bench.zygote, text)
    assert by_hand(Student(jailed), SOFTMAX).f(1999) == 1999
    jailed.close()


def test_it_is_read_once_for_all_checks(bench: Bench, by_hand_exercise: Exercise, monkeypatch: pytest.MonkeyPatch):
    """One process for each function that checks call under a rule, though each check has a process of its own."""
    asked: list[str] = []
    ask = by_hand_apart._asked
    monkeypatch.setattr(by_hand_apart, "_asked", lambda one, *rest: asked.append(rest[1]) or ask(one, *rest))
    outcomes = bench.run_jailed(by_hand_exercise, without_marks(by_hand_exercise.solution))
    assert {one.verdict for one in outcomes.values()} == {Verdict.PASS}
    assert len(outcomes) > len(asked) >= 1
    assert len(asked) == len(set(asked))


def test_what_cannot_be_read_waits_for_a_person(
    bench: Bench, by_hand_exercise: Exercise, monkeypatch: pytest.MonkeyPatch
):
    """Here reading never ends: no zero and no pass, but a reason for the student and a log for the person."""
    monkeypatch.setattr(by_hand_apart, "LIMITS", replace(by_hand_apart.LIMITS, cpu_s=1))
    monkeypatch.setattr(by_hand_apart, "TEXT", "def read(*_):\n    while True:\n        pass\n")
    outcomes = bench.run_jailed(by_hand_exercise, without_marks(by_hand_exercise.solution))
    withheld = [one for one in outcomes.values() if one.verdict is not Verdict.PASS]
    assert withheld
    assert {one.verdict for one in withheld} == {Verdict.FAULT}
    assert all("could not be read within 1 s" in one.message.en for one in withheld)
    assert all("1 秒" in one.message.ja for one in withheld)
    assert all("computing time" in one.fault for one in withheld)


@pytest.mark.parametrize(
    "body",
    [
        "import os; os._exit(0)",
        "return ('torch.softmax', 'one', 'x')",
        "return ('not asked for', 1, '')",
        "return 1 / 0",
    ],
)
def test_no_answer_is_no_permission(bench: Bench, body: str, monkeypatch: pytest.MonkeyPatch):
    """A process that dies, raises, or answers what makes no sense leaves the check undecided."""
    monkeypatch.setattr(by_hand_apart, "TEXT", f"def read(*_):\n    {body}\n")
    jailed = backend(bench.zygote, "def f(x):\n    return x\n")
    with pytest.raises(Withheld, match="could not be read"):
        jailed.first_use("f", frozenset({"torch.softmax"}))
    jailed.close()
