"""Hints: complete for every public check, and nothing secret in what ships."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from autograder.audit.hints import audit_hints
from autograder.audit.shipping import plain_lines
from autograder.build import plan_assignments
from autograder.course import read_course
from autograder.course.read import read_exercise
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise, Unit
from autograder.messages import Message


@pytest.fixture
def folder(top_p: Exercise, tmp_path: Path) -> Path:
    """A copy of sampling/top_p."""
    unit = tmp_path / "solutions" / "u02_sampling"
    shutil.copytree(top_p.folder, unit / top_p.folder.name)
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", unit)
    return unit / top_p.folder.name


def said(exercise: Exercise) -> list[str]:
    unit = Unit("u02_sampling", exercise.folder.parent, Message("", ""), Message("", ""), (exercise,))
    return [problem.en for problem in audit_hints(unit)]


def with_idea(exercise: Exercise, text: str) -> Exercise:
    """The exercise with another third level in its first hint."""
    first = exercise.hints[0]
    hint = dataclasses.replace(first, levels=(*first.levels[:2], Message("考え方。", text)))
    return dataclasses.replace(exercise, hints=(hint, *exercise.hints[1:]))


def test_the_course_has_three_levels_for_every_public_check(course: Course):
    """In both languages, and without a piece of any solution."""
    for unit in course.units:
        assert audit_hints(unit) == []
        for exercise in unit.exercises:
            assert [hint.check for hint in exercise.hints] == [check.id for check in exercise.checks if check.public]
            assert all(len(hint.levels) == 3 for hint in exercise.hints)


def test_what_ships_is_sentences_by_exercise_and_public_check(course: Course, top_p: Exercise):
    """hints.json of a unit; no hidden check and no mistake is named in it."""
    shipped = json.loads(plan_assignments(course)["u02_sampling/hints.json"])
    assert list(shipped["top_p"]) == [check.id for check in top_p.checks if check.public]
    for levels in shipped["top_p"].values():
        assert [set(level) for level in levels] == [{"ja", "en"}] * 3
    text = json.dumps(shipped["top_p"])
    for name in [check.id for check in top_p.checks if not check.public] + [one.id for one in top_p.mistakes]:
        assert name not in text


def test_the_second_level_is_what_the_mistakes_of_the_check_say(top_p: Exercise):
    """All of those that the check must catch, and no other."""
    hint = next(one for one in top_p.hints if one.check == "test_keeps_the_token_that_crosses_p")
    caught = [one.hint.en for one in top_p.mistakes if one.caught_by == hint.check]
    assert hint.levels[1].en.splitlines()[1:] == [f"- {text}" for text in caught]
    assert len(caught) == 3


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Write `mass += probability` and you are done.", "mass+=probability"),
        ("Write ranked = sorted(probs, …), then go on.", "=sorted("),
        ("See test_keeps_the_smallest_such_set.", None),
        ("Divide each probability by the sum of what was kept.", None),
    ],
    ids=["code", "code_in_prose", "another_name", "words"],
)
def test_a_piece_of_the_solution_is_found(top_p: Exercise, text: str, piece: str | None):
    """Three tokens with an operator, however they are spaced; words are fine."""
    found = said(with_idea(top_p, text))
    assert [piece in problem for problem in found] == ([True] if piece else [])


def test_the_name_of_a_hidden_check_is_found(top_p: Exercise):
    """Whatever stands around it."""
    hidden = next(check.id for check in top_p.checks if not check.public)
    (problem,) = said(with_idea(top_p, f"Think of {hidden}."))
    assert hidden in problem


def test_a_public_check_without_a_hint_is_found(top_p: Exercise):
    """By name."""
    assert said(dataclasses.replace(top_p, hints=top_p.hints[1:])) == [
        f"{top_p.folder / 'hints.yaml'}: no hint for test_keeps_the_token_that_crosses_p. Write one."
    ]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('reread: "The idea"', 'reread: "No such heading"', "has no heading No such heading"),
        ("test_refuses_p_outside_0_to_1:", "test_drops_nothing_at_p_1:", "is not the name of a public check"),
        ("  idea:", "  ideas:", "needs reread and idea"),
        ("    en: ", "    eng: ", "idea needs a text in ja and in en"),
        ("test_refuses", "test_refuses: [", ": not valid YAML (expected"),
    ],
    ids=["heading", "check", "key", "language", "yaml"],
)
def test_a_file_that_is_not_in_order_says_where(folder: Path, old: str, new: str, part: str):
    """With the file and the check."""
    file = folder / "hints.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        read_exercise(folder)
    assert part in caught.value.message.en
    assert str(file) in caught.value.message.en
    assert "\n" not in caught.value.message.en


def test_a_check_that_no_mistake_names_needs_a_point(folder: Path):
    """There is nothing else to show at level 2."""
    mistakes = folder / "mistakes.py"
    text = mistakes.read_text(encoding="utf-8")
    mistakes.write_text(
        text.replace('caught_by="test_refuses_p_outside_0_to_1"', 'caught_by="test_keeps_the_token_that_crosses_p"'),
        encoding="utf-8",
    )
    with pytest.raises(CourseError, match="needs a point"):
        read_exercise(folder)


def test_a_course_without_hints_is_built_without_the_file(folder: Path):
    """The audit says that they are missing; the build does not mind."""
    (folder / "hints.yaml").unlink()
    course = read_course(folder.parent.parent)
    assert not any(name.endswith("hints.json") for name in plan_assignments(course))
    assert len(audit_hints(course.units[0])) == 3


def test_hints_are_compared_line_by_line_with_secrets():
    """What stands inside the JSON is what a reader sees."""
    text = json.dumps({"top_p": {"test_a": [{"ja": "一行目\n二行目", "en": "one"}]}}, ensure_ascii=False)
    assert plain_lines("u/hints.json", text) == "一行目\n二行目\none"
