"""What no mistake of the bank explains is told in words: the right change, or nothing, and no hidden input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.course.source import without_marks
from autograder.exercise import Course, Exercise, Verdict
from autograder.grading import oracle
from autograder.grading.families.arguments import variations
from autograder.grading.families.family import Seen
from autograder.grading.families.numbers import number_families
from autograder.grading.families.orders import compatible_orders, exact_orders
from autograder.grading.families.plain import NOTHING, like
from autograder.grading.families.shapes import shape_families
from autograder.grading.families.texts import compatible_texts, exact_texts
from autograder.grading.refused import Refusal, not_refused
from autograder.mutants.explain import read_wrong_answers

TABLE = (("a", 0.5), ("b", 0.25), ("c", 0.15), ("d", 0.1))


def fitting(right: object, got: object, arguments: Mapping[str, object] | None = None) -> set[str]:
    """The families that turn `right` into `got`."""
    one = Seen(arguments or {}, right, got)
    families = [
        *number_families([one]),
        *exact_texts(),
        *compatible_texts(),
        *exact_orders(),
        *compatible_orders(),
        *shape_families([one]),
    ]
    found = [(family.id, family.predict(one)) for family in families]
    return {name for name, value in found if value is not NOTHING and like(value, got)}


@pytest.mark.parametrize(
    ("right", "got", "family"),
    [
        (TABLE, tuple((token, 0.8 * p) for token, p in TABLE), "not_normalised"),
        ((27.78, 29.85, 59.69), (0.2778, 0.2985, 0.5969), "over_100"),
        (0.5, 50.0, "times_100"),
        ((1.0, 2.0, 3.5), (-1.0, -2.0, -3.5), "negated"),
        ((1.0, 2.0, 3.5), (3.0, 6.0, 10.5), "times_a_constant"),
        ((27.78, 29.85), (72.22, 70.15), "hundred_minus"),
        ((0.2, 0.3), (0.8, 0.7), "one_minus"),
        ((0.2, 0.3), (0.04, 0.09), "squared"),
        ((0.25, 0.09), (0.5, 0.3), "root"),
        ((2.0, 4.0), (0.5, 0.25), "inverse"),
        ((1.23456, 2.34567), (1.23, 2.35), "rounded_2"),
        ((1.9, 2.7), (1.0, 2.0), "truncated"),
        (7, 8, "shifted"),
        (0, -3, "below_zero"),
        (TABLE, TABLE[::-1], "reversed"),
        (TABLE, TABLE[:-1], "one_too_few"),
        (TABLE[:-1], TABLE, "one_too_many"),
        (TABLE, tuple((p, token) for token, p in TABLE), "swapped_pairs"),
        (TABLE, tuple(token for token, _ in TABLE), "tokens_only"),
        (TABLE, dict(TABLE), "as_a_dict"),
        ((3, 1, 2), (1, 2, 3), "ascending"),
        ((3, 1, 1), (3, 1), "unique"),
        (((1, 2, 3),), (1, 2, 3), "dimension_missing"),
        ((1, 2, 3), ((1, 2, 3),), "wrapped"),
        (((1, 2), (3, 4)), ((1, 3), (2, 4)), "transposed"),
        (((0, 1, 1),), ((0, 0, 0),), "zeros"),
        (((0, 1, 1),), ((1, 0, 0),), "inverted"),
        ((5, 6, 7), ("a", "b", "c"), "tokens_for_ids"),
        ((), None, "none_for_empty"),
        ("The Cat.", "the cat.", "lower_case"),
        (" The cat.", "The cat.", "left_stripped"),
        ("The cat.", "Thecat.", "no_spaces"),
        ("a  b\nc", "a b c", "squeezed"),
        ("cat\n", "cat<0x0A>", "raw_bytes"),
        ("The cat.", "The cat.</s>", "special_tokens_left"),
        ("The cat", "The▁cat", "raw_marks"),
        ("The cat sat.", "The cat", "text_ends_early"),
        ("The cat", "The cat sat.", "text_goes_on"),
        (("a b", "c"), "a b c", "joined"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_family_explains_its_change(right: object, got: object, family: str):
    """And none of the others that would contradict it does."""
    found = fitting(right, got)
    assert family in found
    assert not {"lower_case", "reversed", "negated", "zeros"} & (found - {family})


@pytest.mark.parametrize(
    ("right", "got"),
    [(TABLE, (("a", 0.5), ("b", 0.2), ("c", 0.2), ("d", 0.1))), ("The cat.", "A dog."), ((1.0, 2.0, 3.0), (1.0, 2.5, 3.0))],
    ids=["table", "text", "numbers"],
)  # fmt: skip
def test_another_result_is_explained_by_no_family(right: object, got: object):
    """Nothing is claimed about it."""
    assert fitting(right, got) == set()


def test_the_prompt_in_front_is_told_by_the_arguments():
    """As ids, with a row around them or not, and as a text."""
    assert "prompt_in_front" in fitting((7, 8), (1, 2, 7, 8), {"ids": (1, 2)})
    assert "prompt_in_front" in fitting(((7, 8),), ((1, 2, 7, 8),), {"ids": ((1, 2),)})
    assert "prompt_cut_off" in fitting((1, 2, 7, 8), (7, 8), {"ids": (1, 2)})
    assert "text_prompt_in_front" in fitting("sat.", "The cat sat.", {"prompt": "The cat"})


@pytest.mark.parametrize(
    ("arguments", "good", "said"),
    [
        ({"p": 1.5}, [{"p": 0.3}, {"p": 1.0}], "p is above 1"),
        ({"p": -0.1}, [{"p": 0.3}], "p is negative"),
        ({"p": 0.0}, [{"p": 0.3}], "p is 0"),
        ({"probs": [], "p": 0.3}, [{"probs": [("a", 1.0)], "p": 0.3}], "probs is empty"),
        (
            {"probs": [("a", 0.0), ("b", 0.0)], "p": 0.3},
            [{"probs": [("a", 1.0), ("b", 0.0)], "p": 0.3}],
            "probs is all zeros",
        ),
        ({"a": 3, "b": 4}, [{"a": 3, "b": None}, {"a": None, "b": 4}], "both a and b are given"),
        ({"a": None, "b": None}, [{"a": 3, "b": None}, {"a": None, "b": 4}], "neither a nor b is given"),
        ({"values": [0.5, -1.0]}, [{"values": [0.5, 0.7]}], "values is a list with a negative number in it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_should_have_been_refused_is_told_by_its_class(arguments: dict, good: list, said: str):
    """By the arguments of calls that make sense; the value itself is not named."""
    words = not_refused([Refusal(arguments, "ValueError", None)], good, lambda _: True)
    assert words is not None
    assert words.en == f"When {said}, nothing is raised: expected ValueError. Check for it before computing."
    other = not_refused([Refusal(arguments, "ValueError", "KeyError")], good, lambda _: True)
    assert other is not None
    assert "KeyError comes up" in other.en


# The exercise, what is changed in its reference, and what every hint says.
WRONG = [
    ("top_p", "return [(token, probability / mass) for token, probability in kept]", "return [(token, probability / mass) for token, probability in kept][::-1]", "in reverse order"),
    ("top_p", "mass >= p - 1e-12", "mass >= p * p - 1e-12", "p squared"),
    ("top_p", "if not 0 < p <= 1:", "if not p > 0:", "When p is above 1, nothing is raised"),
    ("top_p", "raise ValueError(f\"p must", "raise KeyError(f\"p must", "KeyError comes up"),
    ("top_k", "return renormalised(ranked[:k])", "return renormalised(ranked[:k + 1])", "One token too many is kept"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    WRONG,
    ids=[f"{name}: {said}" for name, _, _, said in WRONG],
)
def test_a_changed_reference_is_explained(name: str, old: str, new: str, said: str, bench: Bench, course: Course):
    """Every failed check of the changed function says the same, and nothing says anything else."""
    exercise = exercise_named(course, name)
    text = exercise.solution.replace(old, new)
    assert text != exercise.solution
    outcomes = bench.run_jailed(exercise, text)
    found = bench.diagnosis.explain(exercise, outcomes)
    assert found
    assert {one.hint.en for one in found.values() if said not in one.hint.en} == set()
    failed = {check for (_, check), one in outcomes.items() if one.verdict in {Verdict.FAIL, Verdict.CRASH}}
    assert failed == set(found)


def exercise_named(course: Course, name: str) -> Exercise:
    return next(one for unit in course.units for one in unit.exercises if one.name == name)


def test_no_hint_holds_an_input_of_a_hidden_check(bench: Bench, top_p: Exercise):
    """Hints of checks with random inputs are the same sentences, whatever these were."""
    wrong = top_p.solution.replace("mass >= p - 1e-12", "mass >= p * p - 1e-12")
    first = bench.diagnosis.explain(top_p, bench.run_jailed(top_p, wrong))
    hidden = {check.id for check in top_p.checks if not check.public}
    said = {one.hint.en for check, one in first.items() if check in hidden}
    assert len(said) == 1
    assert not any(character.isdigit() for character in said.pop())


def test_a_mistake_that_right_values_contradict_yields_only_to_a_change(bench: Bench, course: Course):
    """One right call speaks against it, and nothing else explains them all: it is still what is said."""
    exercise = exercise_named(course, "self_bleu")
    wrong = Path(__file__).parent.parent / "wrong"
    (answer,) = [one for one in read_wrong_answers(exercise, wrong) if one.name == "equal_texts_and_sum"]
    outcomes = bench.run_jailed(exercise, answer.text)
    right = bench.run_locally(exercise, without_marks(exercise.solution))
    key = (exercise.id, "test_counts_equal_texts_as_references")
    mixed = outcomes | {key: replace(right[key], calls=right[key].calls[:1])}
    found = bench.diagnosis.explain(exercise, mixed)
    assert found["test_scores_short_texts"].id == "excludes_equal_texts"


def test_no_changed_argument_makes_the_reference_work_for_ever():
    """A seed in the place of a number of draws is two thousand million draws; nothing is asked for so much."""
    calls = [
        {"probs": [("a", 0.5), ("b", 0.5)], "n": 3000, "seed": 1_930_493_223},
        {"probs": [("a", 1.0)], "n": 5, "seed": 0},
    ]
    asked = [change for one in variations(calls, {}) for call in calls if (change := one.change(call)) is not None]
    assert max(one["n"] for one in asked) <= 12_000
    assert {one.id for one in variations(calls, {})} >= {"n_seed_exchanged", "n_one_more", "n_squared"}
    # where it means little work, it is still tried
    assert {"probs": [("a", 1.0)], "n": 0, "seed": 5} in asked


def test_a_question_that_takes_too_long_has_no_answer(course: Course, bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Whatever was asked for, and whatever the reference catches; the next one is answered."""
    monkeypatch.setattr(oracle, "MAX_CPU_S", 0.2)
    draw = next(one for unit in course.units for one in unit.exercises if one.name == "draw")
    asked = {"probs": [("a", 0.5), ("b", 0.5)], "n": 10**9, "seed": 1}
    about = oracle.Oracle(bench.models)
    assert about.answer(draw, "draw_many", asked) is None
    assert len(about.answer(draw, "draw_many", asked | {"n": 3}).value) == 3
