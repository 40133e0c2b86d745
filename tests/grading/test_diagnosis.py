"""A wrong answer is named only if it behaves exactly like a known mistake."""

from __future__ import annotations

import pytest
import torch

from autograder.audit import Bench
from autograder.checks import forbid
from autograder.course.source import with_mistake
from autograder.exercise import Exercise
from autograder.grading.diagnosis import same_value

# The same mistake as drops_the_crossing_token, written by another hand, in float32.
REWRITTEN = """
import torch

def top_p_filter(probs, p):
    if len(probs) == 0 or p <= 0 or p > 1:
        raise ValueError("no")
    values = torch.tensor([q for _, q in probs], dtype=torch.float64)
    order = torch.argsort(values, descending=True)
    keep = torch.cumsum(values[order], 0) <= p + 1e-12
    keep[0] = True
    chosen = order[keep]
    total = values[chosen].sum()
    return [(probs[i][0], float(values[i] / total)) for i in chosen.tolist()]
"""

# Wrong in a way of its own: p is squared.
NOVEL = """
def top_p_filter(probs, p):
    if not probs or not 0 < p <= 1:
        raise ValueError
    kept, mass = [], 0.0
    for token, q in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass >= p * p - 1e-12:
            break
        kept.append((token, q))
        mass += q
    return [(token, q / mass) for token, q in kept]
"""


def test_the_same_behaviour_in_other_words_is_recognised(bench: Bench, top_p: Exercise):
    """Every failing check that the mistake fails too carries its name."""
    outcomes = bench.run_jailed(top_p, REWRITTEN)
    named = bench.diagnosis.recognise(top_p, outcomes)
    assert named["test_keeps_the_token_that_crosses_p"] == "drops_the_crossing_token"
    assert set(named.values()) == {"drops_the_crossing_token"}


def test_another_wrong_answer_is_not_named(bench: Bench, top_p: Exercise):
    """It fails, and nothing is claimed about why."""
    outcomes = bench.run_jailed(top_p, NOVEL)
    assert any(outcome.verdict.value == "fail" for outcome in outcomes.values())
    assert bench.diagnosis.recognise(top_p, outcomes) == {}


def test_two_mistakes_in_one_answer_are_not_taken_for_one(bench: Bench, top_p: Exercise):
    """Dropping the crossing token and not refusing a bad p at once is neither of the two."""
    both = REWRITTEN.replace('    if len(probs) == 0 or p <= 0 or p > 1:\n        raise ValueError("no")\n', "")
    assert bench.diagnosis.recognise(top_p, bench.run_jailed(top_p, both)) == {}


def test_every_mistake_is_recognised_from_the_jail(bench: Bench, top_p: Exercise):
    """As a submission, each is named on the check that must catch it."""
    for mistake in top_p.mistakes:
        outcomes = bench.run_jailed(top_p, with_mistake(top_p.solution, mistake))
        assert bench.diagnosis.recognise(top_p, outcomes)[mistake.caught_by] == mistake.id


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (1, 1.0, True),
        (float("nan"), float("nan"), True),
        (0.1, 0.2, False),
        (True, 1, False),
        (10**9, 10**9 + 1, False),
        (0.5, "0.5", False),
        ([1, (2,)], [1, (2,)], True),
        ([1], (1,), False),
        ([1], [1, 2], False),
        ({"a": 0.1}, {"a": 0.1 + 1e-9}, True),
        ({"a": 1}, {"b": 1}, False),
        ("a", "a", True),
        (None, 0, False),
        (torch.ones(2), torch.ones(2), True),
        (torch.ones(2), torch.ones(2, dtype=torch.float64), False),
        (torch.ones(2), torch.ones(3), False),
        (torch.ones(2), [1.0, 1.0], False),
    ],
)
def test_values_are_the_same_up_to_rounding(one: object, other: object, same: bool):
    """Types and shapes count."""
    assert same_value(one, other) is same


def test_forbidden_twins_are_the_same_if_made_of_the_same(bench: Bench):
    """Each check makes its own twin; calls with them still compare equal."""
    lm, other_lm = bench.models.lm.tokenizer, bench.models.other_lm.tokenizer
    assert same_value((forbid(lm, "encode"),), (forbid(lm, "encode"),))
    assert not same_value((forbid(lm, "encode"),), (forbid(lm, "__call__"),))
    assert not same_value((forbid(lm, "encode"),), (forbid(other_lm, "encode"),))
    assert not same_value((forbid(lm, "encode"),), (lm,))
