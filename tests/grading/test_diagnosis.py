"""A wrong answer is named only if it behaves exactly like a known mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from autograder.audit import Bench
from autograder.checks import forbid
from autograder.course.source import with_mistake
from autograder.exercise import Exercise, Mistake, Verdict
from autograder.grading.comparing import same_call, same_value
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.run import CheckOutcome
from autograder.grading.student import Call

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


TABLE = [("a", 0.5), ("b", 0.25), ("c", 0.25)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([("a", 0.6), ("b", 0.4)], [("a", 0.6), ("c", 0.4)], True),
        ([("a", 0.5), ("b", 0.25), ("c", 0.25)], [("a", 0.5), ("c", 0.25), ("b", 0.25)], True),
        ([("a", 0.6), ("b", 0.4)], [("b", 0.6), ("a", 0.4)], False),
        ([("a", 0.6), ("b", 0.4)], [("a", 0.5), ("c", 0.5)], False),
        ([("a", 1.0)], [("a", 0.6), ("b", 0.4)], False),
        ("b", "c", False),
        (["b"], ["c"], False),
    ],
)
def test_equally_probable_tokens_may_be_exchanged_in_a_table(one: object, other: object, same: bool):
    """Which of them a sort puts first says nothing; a single token drawn does."""
    calls = [Call("f", ((TABLE, 2), {}), value) for value in (one, other)]
    assert same_call(*calls) is same


class Told(Diagnosis):
    """A diagnosis that is told how each mistake fares, instead of running it."""

    def __init__(self, exercise: Exercise, told: dict[tuple[str, str], CheckOutcome]) -> None:
        self._remembered = {(exercise.id, *key): outcome for key, outcome in told.items()}
        self._begun = {}

    def _may_show(self, exercise: Exercise, mistake: Mistake, check: str) -> bool:
        return True


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("greedy", "greedy", {"test_1": "greedy", "test_2": "greedy"}),
        ("greedy", "fail", {}),
        ("greedy", "untruncated", {}),
        ("untruncated", "greedy", {"test_1": "untruncated"}),
        ("greedy", "pass", {}),
        ("untruncated", "pass", {"test_1": "untruncated"}),
        ("not in the bank", "pass", {}),
    ],
)
def test_what_a_check_names_must_agree_with_the_other_checks(
    top_p: Exercise, first: str, second: str, found: dict[str, str]
):
    """`greedy` fails both checks and is named in both; `untruncated` fails and is named in the first only."""

    def outcome(how: str, *, seen: str) -> CheckOutcome:
        calls = (Call(top_p.functions[0], ((), {}), seen),)  # sampled texts, never the same twice
        if how == "pass":
            return CheckOutcome(Verdict.PASS, calls=calls)
        return CheckOutcome(Verdict.FAIL, mistake=None if how == "fail" else how, calls=calls)

    hint = top_p.mistakes[0]
    exercise = replace(
        top_p,
        mistakes=(replace(hint, id="greedy"), replace(hint, id="untruncated")),
        checks=tuple(replace(top_p.checks[0], id=name) for name in ("test_1", "test_2")),
    )
    own = {("greedy", "test_1"): "greedy", ("greedy", "test_2"): "greedy", ("untruncated", "test_1"): "untruncated"}
    told = {key: outcome(how, seen="one text") for key, how in (own | {("untruncated", "test_2"): "pass"}).items()}
    answer = {"test_1": outcome(first, seen="another"), "test_2": outcome(second, seen="another")}
    outcomes = {(exercise.id, check): one for check, one in answer.items()}
    assert Told(exercise, told).recognise(exercise, outcomes) == found


def test_a_mistake_runs_as_far_as_an_answer_needs_it(top_p: Exercise, bench: Bench):
    """It ends at the first call that differs, from there no answer like that one runs it again, and another one runs it on."""
    mistake = next(one for one in top_p.mistakes if one.id == "sorts_in_place")  # which this check does not see
    check = "test_agrees_with_the_reference_on_random_distributions"
    whole = Diagnosis(bench.models).outcomes(top_p, mistake)[top_p.id, check].calls
    assert len(whole) > 1
    diagnosis, key = Diagnosis(bench.models), (top_p.id, mistake.id, check)
    other = (replace(whole[0], value=[]), *whole[1:])
    assert not diagnosis._same_calls(top_p, mistake, check, other)
    assert len(diagnosis._begun[key]) == 1
    diagnosis._run_text = None  # type: ignore[assignment]  # not called again
    assert not diagnosis._same_calls(top_p, mistake, check, other)
    del diagnosis._run_text
    assert not diagnosis._same_calls(top_p, mistake, check, whole[:-1])
    assert diagnosis._same_calls(top_p, mistake, check, whole)
    assert diagnosis._remembered[key].calls == whole
