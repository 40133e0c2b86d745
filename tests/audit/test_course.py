"""The audit holds for every exercise of the course; one id per exercise."""

from __future__ import annotations

from autograder.audit import Bench, audit_exercise, audit_figures, audit_shipping, audit_texts
from autograder.exercise import Course, Exercise


def test_an_exercise_passes_its_audit(exercise: Exercise, bench: Bench):
    """Reference full marks, stub none, mistakes caught and named, no check idle, nonsense never a fault."""
    assert [problem.en for problem in audit_exercise(exercise, bench)] == []


def test_both_languages_have_the_same_structure(course: Course):
    """Headings, lists, tables, code, formulas and figures."""
    assert [problem.en for unit in course.units for problem in audit_texts(unit)] == []


def test_figures_are_shown_in_their_language_and_harmless(course: Course):
    """With words for who cannot see them; none left over."""
    assert [problem.en for unit in course.units for problem in audit_figures(unit)] == []


def test_what_ships_is_a_fresh_build_without_secrets(course: Course):
    """`assignments/` byte for byte, and no secret line in it or in the engine."""
    assert [problem.en for problem in audit_shipping(course)] == []
