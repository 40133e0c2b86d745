"""Wrong answers explained: what people wrote under tests/wrong, and mutants."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.mutants import mutants_of
from autograder.mutants.explain import contradicted, explain_answer, read_wrong_answers
from autograder.mutants.measured import diagnosis_fingerprint
from autograder.mutants.record import read_record

from ..conftest import EXERCISES

ROOT = Path(__file__).parent.parent.parent
WRONG, DOCS = ROOT / "tests" / "wrong", ROOT / "docs"
# Those whose checks take a fraction of a second; the others are measured by `autograder mutants --diagnose`.
QUICK = [
    one for one in EXERCISES if one.name in {"top_p", "top_k", "min_p", "self_bleu", "draw", "manual_tokenization"}
]


@pytest.mark.parametrize("quick", QUICK, ids=lambda exercise: exercise.id)
def test_wrong_answers_are_explained_as_they_say(quick: Exercise, bench: Bench):
    """The right hint where the bank has one, none where it has none, and no wrong one."""
    said = [explain_answer(quick, answer, bench) for answer in read_wrong_answers(quick, WRONG)]
    assert [(one.name, one.wrong) for one in said if one.wrong] == []
    assert [one.name for one in said if one.is_missed] == []


def test_every_exercise_with_mistakes_has_wrong_answers(exercise: Exercise):
    """At least three; one that a mistake of the bank explains, and one that none does."""
    answers = read_wrong_answers(exercise, WRONG)
    assert len(answers) >= 3 * bool(exercise.mistakes)
    assert {bool(answer.causes) for answer in answers} == ({True, False} if exercise.mistakes else set())


def test_the_diagnosis_was_never_wrong(exercise: Exercise):
    """Nor had the whole audit anything to say. Measured on today's exercise by `autograder mutants --diagnose`."""
    kept = read_record(DOCS / "diagnosis.json")[exercise.id]
    assert kept["fingerprint"] == diagnosis_fingerprint(exercise, WRONG)
    assert (kept["audit"], kept["wrong"], kept["missed"]) == ([], [], [])
    assert kept["answers"].keys() == {answer.name for answer in read_wrong_answers(exercise, WRONG)}
    assert f"| {exercise.id} | {len(kept['answers'])} |" in (DOCS / "diagnosis.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "named", "wrong"),
    [
        ("top_p_filter: if not probs: → if False:", {"accepts_an_empty_list"}, set()),
        ("top_p_filter: if not probs: → if False:", {"accepts_an_empty_list", "accepts_any_p"}, {"accepts_any_p"}),
        ("top_p_filter: ranked = sorted(probs, key=lambda pair: pair[1], reverse=True) → ranked = list(probs)", {"may_keep_nothing"}, {"may_keep_nothing"}),
    ],
    ids=["right", "one of two", "wrong"],
)  # fmt: skip
def test_a_hint_for_a_mutant_is_held_against_unseen_inputs(
    top_p: Exercise, bench: Bench, name: str, named: set[str], wrong: set[str]
):
    """Mutant and mistake must agree there as well."""
    (mutant,) = [one for one in mutants_of(top_p.solution) if one.name == name]
    assert contradicted(top_p, mutant, frozenset(named), bench) == wrong


def test_a_hint_about_another_function_is_wrong(course, bench: Bench):
    """However alike the results are."""
    (exercise,) = [one for one in EXERCISES if one.name == "self_bleu"]
    (mutant,) = [one for one in mutants_of(exercise.solution) if one.name.startswith("average_self_bleu: scores =")][:1]
    named = frozenset({"includes_the_text_itself"})
    assert contradicted(exercise, mutant, named, bench) == named


@pytest.mark.parametrize("label", ["", "# explained by: no_such_mistake\n"], ids=["none", "unknown"])
def test_a_wrong_answer_needs_its_label(top_p: Exercise, tmp_path: Path, label: str):
    """A mistake of the exercise, or nothing."""
    (tmp_path / "top_p").mkdir()
    (tmp_path / "top_p" / "one.py").write_text(f"{label}def top_p_filter(probs, p): ...\n", encoding="utf-8")
    with pytest.raises(CourseError, match="# explained by: nothing"):
        read_wrong_answers(top_p, tmp_path)


def test_a_right_answer_is_no_wrong_answer(top_p: Exercise, bench: Bench, tmp_path: Path):
    """It would be counted as rightly unexplained."""
    right = (ROOT / "tests" / "golden" / "top_p" / "loops" / "top_p.py").read_text(encoding="utf-8")
    (tmp_path / "top_p").mkdir()
    (tmp_path / "top_p" / "one.py").write_text(f"{right}\n# explained by: nothing\n", encoding="utf-8")
    (answer,) = read_wrong_answers(top_p, tmp_path)
    with pytest.raises(CourseError, match="no check failed"):
        explain_answer(top_p, answer, bench)
