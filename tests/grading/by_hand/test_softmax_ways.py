"""A softmax by hand: no way by a library is open, and no way by hand is closed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from autograder.checks import by_hand
from autograder.errors import Outcome
from autograder.grading.student import JailedBackend, Student
from tests.grading.by_hand.softmax_ways import BY_HAND, LIBRARY_WAYS

# What the exercise says.
NAMES = ("torch.softmax", "torch.Tensor.softmax", "torch.nn.functional.softmax", "torch.nn.Softmax")
SCORES = [1.0, 2.0, 3.5]
RIGHT = [math.exp(one) / sum(map(math.exp, SCORES)) for one in SCORES]

Maker = Callable[[str], Student]


def is_right(answer: object) -> bool:
    return isinstance(answer, list) and len(answer) == 3 and answer == pytest.approx(RIGHT, abs=1e-5)


@pytest.mark.parametrize("text", LIBRARY_WAYS.values(), ids=LIBRARY_WAYS)
def test_no_way_by_a_library_is_open(jailed: Maker, text: str):
    """Each leads to a softmax, but not under the rule: the check fails, mostly with the name of what was used."""
    student = jailed(text)
    assert is_right(student.softmax(SCORES))
    try:
        answer = by_hand(student, *NAMES).softmax(SCORES)
    except Outcome:
        return
    assert not is_right(answer)


@pytest.mark.parametrize("text", LIBRARY_WAYS.values(), ids=LIBRARY_WAYS)
def test_no_way_is_open_that_the_source_hides(jailed: Maker, text: str, monkeypatch: pytest.MonkeyPatch):
    """What is read in the source gives the kinder words; it decides nothing."""
    monkeypatch.setattr(JailedBackend, "first_use", lambda *_: None)
    try:
        answer = by_hand(jailed(text), *NAMES).softmax(SCORES)
    except Outcome:
        return
    assert not is_right(answer)


@pytest.mark.parametrize("text", BY_HAND.values(), ids=BY_HAND)
def test_every_way_by_hand_is_right(jailed: Maker, text: str):
    """In the styles that students write; nothing about them is odd."""
    student = jailed(text)
    assert is_right(by_hand(student, *NAMES).softmax(SCORES))
    assert not student._backend.odd
