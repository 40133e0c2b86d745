"""Whatever a student sends, a report stays short: every text is bounded and safe to show, in one place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from autograder.checks import MAX_TEXT as CHECKS_MAX_TEXT
from autograder.checks import read_text, read_texts
from autograder.errors import CheckFailed
from autograder.exercise import Unit, Verdict
from autograder.grading.engine import Settings, circumstances
from autograder.grading.intake import Answer, Submission
from autograder.grading.report import MAX_NOTES, MAX_TEXT, bounded, make_report
from autograder.grading.run import CheckOutcome
from autograder.messages import Message, shown
from autograder.shared import Array

HUGE = "\u202e" + "x" * (1 << 20)


def texts_in(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [text for value in part.values() for text in texts_in(value)]
    if isinstance(part, list):
        return [text for value in part for text in texts_in(value)]
    return [part] if isinstance(part, str) else []


@pytest.fixture
def report(sampling: Unit) -> dict[str, Any]:
    """Of a submission in which every text that may come from a student is a mebibyte."""
    said = Message(HUGE, HUGE)
    answers = {one.name: Answer(HUGE, note=said) for one in sampling.exercises}
    outcomes = {
        (exercise.id, check.id): CheckOutcome(Verdict.FAIL, said)
        for exercise in sampling.exercises
        for check in exercise.checks
    }
    receipt = {"state": HUGE, "changed": [HUGE]}
    submission = Submission(HUGE, answers, {}, (said,) * 500, receipt=receipt)
    return make_report(submission, sampling, outcomes, {}, replace(circumstances(Settings()), model=HUGE))


def test_no_text_of_a_report_is_long(report: dict[str, Any]):
    """Where one was cut, its end says how much is missing."""
    prose = [one["answer"] for one in report["exercises"] if "answer" in one]
    texts = [text for text in texts_in(report) if text not in prose]
    cut = [text for text in texts if "xxx" in text]
    assert len(cut) > 100
    assert all("… (+" in text[-20:] for text in cut)
    assert max(map(len, texts)) < MAX_TEXT + 100
    assert max(map(len, prose)) < 20_100
    assert len(report["notes"]) == MAX_NOTES + 1
    assert "470" in report["notes"][-1]["en"]


def test_no_text_of_a_report_moves_others(report: dict[str, Any]):
    """Nor is anything else in it but what JSON knows."""
    assert "\u202e" not in json.dumps(report, ensure_ascii=False)


def test_what_is_short_is_stored_as_it_is():
    """Numbers, marks that are null, and sentences with line ends."""
    part = {"a": [1.5, None, True, "文\n字\t"], "answer": "x" * 10_000}
    assert bounded(part) == part


class Expensive:
    """Its `repr` may not be asked for."""

    def __repr__(self) -> str:
        raise AssertionError("looked at what is not shown")


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_value_is_shown_for_the_price_of_what_is_shown(kind: type):
    """What stands behind the cut is not looked at."""
    assert shown(kind([*range(100), Expensive()])).endswith(" …")
    assert shown({**dict.fromkeys(range(100)), 100: Expensive()}).endswith(" …")


@pytest.mark.parametrize(
    "value", [[], (), {}, (1,), [1, (2, {"a": b"b"})], {1: [2], (3,): None}, "it's", 0.5, {"x": {}}], ids=repr
)
def test_a_short_value_is_shown_as_its_repr(value: object):
    """Whatever it is made of."""
    assert shown(value) == repr(value)
    assert shown(Array("int64", value)) == repr(Array("int64", value))


def test_a_tensor_is_shown_by_its_beginning():
    """With its shape and dtype, which a wrong answer is known by."""
    import torch

    assert shown(torch.tensor([1, 2])) == "tensor([1, 2])"
    text = shown(torch.arange(1 << 20).reshape(1024, 1024))
    assert text.startswith("tensor([0, 1, 2,")
    assert text.endswith("shape=(1024, 1024), dtype=torch.int64)")


@pytest.mark.parametrize("read", [read_text, lambda value, where: read_texts([value], where)], ids=["text", "texts"])
def test_a_text_that_no_answer_can_be_is_not_read(read: Any):
    """Checks compare, tokenize and score texts, which takes longer than their length."""
    assert read("x" * CHECKS_MAX_TEXT, "f")
    with pytest.raises(CheckFailed, match="at most 20000 are read"):
        read("x" * (CHECKS_MAX_TEXT + 1), "f")
