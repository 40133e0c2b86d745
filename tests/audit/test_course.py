"""The audit holds for every exercise of the course; one id per exercise."""

from __future__ import annotations

import ast
from dataclasses import replace

from autograder.audit import Bench, audit_exercise, audit_figures, audit_shipping, audit_texts
from autograder.exercise import Course, Exercise

# They generate so many texts that the whole audit takes a minute or more. Here they have a short one; the whole one is
# part of `autograder mutants --diagnose`, and tests/mutants sees to it that it was run on today's exercise.
LONG = {
    "change_model_or_prompt",
    "token_budget",
    "greedy_loop",
    "sample_many",
    "sampling_loop",
    "top_p_sweep",
    "temperature_sweep",
}


def test_an_exercise_passes_its_audit(exercise: Exercise, bench: Bench):
    """Reference full marks, stub none, mistakes caught and named, no check idle, nonsense never a fault."""
    assert [problem.en for problem in audit_exercise(exercise, bench, short=exercise.name in LONG)] == []


def test_a_short_audit_sees_a_mistake_that_is_not_caught(top_p: Exercise, bench: Bench):
    """And has nothing to say about one that is."""
    mistake = top_p.mistakes[0]
    (right,) = [one for one in ast.parse(top_p.solution).body if getattr(one, "name", "") == mistake.of]
    harmless = replace(mistake, source=ast.unparse(right))
    assert audit_exercise(replace(top_p, mistakes=(harmless,)), bench, short=True)
    assert not audit_exercise(replace(top_p, mistakes=(mistake,)), bench, short=True)


def test_both_languages_have_the_same_structure(course: Course):
    """Headings, lists, tables, code, formulas and figures."""
    assert [problem.en for unit in course.units for problem in audit_texts(unit)] == []


def test_figures_are_shown_in_their_language_and_harmless(course: Course):
    """With words for who cannot see them; none left over."""
    assert [problem.en for unit in course.units for problem in audit_figures(unit)] == []


def test_what_ships_is_a_fresh_build_without_secrets(course: Course):
    """`assignments/` byte for byte, and no secret line in it or in the engine."""
    assert [problem.en for problem in audit_shipping(course)] == []
