"""Every sentence of a contract names its check and its mistake, and nothing of that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.audit import audit_promises
from autograder.build import plan_assignments
from autograder.course.promises import as_shipped, read_promises
from autograder.course.read import read_exercise
from autograder.exercise import Course, Exercise, Promise, Unit
from autograder.messages import Message

HELD = "- `p = 1` drops nothing. <!-- test_keeps_everything_at_p_1: always_drops_the_last -->"


@pytest.fixture
def statement(top_p: Exercise, tmp_path: Path) -> Path:
    """The English statement of a copy of sampling/top_p."""
    folder = tmp_path / "u02_sampling" / top_p.folder.name
    shutil.copytree(top_p.folder, folder)
    path = folder / "statement.en.md"
    assert HELD in path.read_text(encoding="utf-8")
    return path


def said(statement: Path) -> list[str]:
    exercise = read_exercise(statement.parent)
    unit = Unit("u02_sampling", exercise.folder.parent, Message("", ""), Message("", ""), (exercise,))
    return [problem.en for problem in audit_promises(unit)]


def test_every_sentence_of_the_course_has_its_check(course: Course):
    """Of all statements; and each exercise has sentences that a check holds."""
    for unit in course.units:
        assert audit_promises(unit) == []
        for exercise in unit.exercises:
            assert any(promise.held_by for promise in exercise.promises) is not exercise.is_prose


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("- `p = 1` drops nothing.", "“`p = 1` drops nothing.”: which check holds it?"),
        (
            "- `p = 1` drops nothing. It keeps all. <!-- no check: x -->",
            "“`p = 1` drops nothing.”: which check holds it?",
        ),
        ("- `p = 1` drops nothing. <!-- no check: -->", "which check holds it?"),
        ("- `p = 1` drops nothing. <!-- test_nothing: may_keep_nothing -->", "there is no check test_nothing"),
        ("- `p = 1` drops nothing. <!-- test_keeps_everything_at_p_1 -->", "no mistake breaks this sentence"),
        ("- `p = 1` drops nothing. <!-- test_keeps_everything_at_p_1: sleeps -->", "there is no mistake sleeps"),
        (
            "- `p = 1` drops nothing. <!-- test_keeps_everything_at_p_1: may_keep_nothing -->",
            "may_keep_nothing is caught by test_keeps_at_least_one_token, not by test_keeps_everything_at_p_1",
        ),
    ],
    ids=["none", "of the last alone", "no reason", "no check", "no mistake", "unknown", "of another"],
)
def test_what_is_missing_is_said(statement: Path, written: str, words: str):
    """With the sentence."""
    assert said(statement) == []
    text = statement.read_text(encoding="utf-8")
    statement.write_text(text.replace(HELD, written), encoding="utf-8")
    assert any(words in problem for problem in said(statement))


def test_a_mark_elsewhere_is_refused(statement: Path):
    """Only the contract's sentences are promises."""
    text = statement.read_text(encoding="utf-8")
    statement.write_text(text.replace("## Example", "<!-- no check: x -->\n\n## Example"), encoding="utf-8")
    assert any("belong in the section What to write" in problem for problem in said(statement))


def test_marks_of_a_japanese_statement_are_refused(statement: Path):
    """They stand in one place."""
    japanese = statement.with_name("statement.ja.md")
    japanese.write_text(japanese.read_text(encoding="utf-8") + "\n<!-- no check: x -->\n", encoding="utf-8")
    assert any("English statement alone" in problem for problem in said(statement))


def test_marks_are_taken_apart():
    """Sentences of paragraphs and of list items, across lines; code blocks promise nothing."""
    text = """# T

## What to write

Complete `f`. <!-- no check: a: b --> It
adds. <!-- test_a: one, two; test_b: three -->

- **Only `x`.** Use `y` instead. <!-- no check: c -->

```python
f(1)  # adds
```
"""
    assert read_promises(text) == (
        Promise("Complete `f`.", reason="a: b"),
        Promise("It adds.", held_by=(("test_a", ("one", "two")), ("test_b", ("three",)))),
        Promise("**Only `x`."),
        Promise("Use `y` instead.", reason="c"),
    )
    assert as_shipped("A. <!-- no check: x --> B.\n  <!-- test_a: b -->\n- C") == "A. B.\n- C"


def test_no_mark_ships(course: Course):
    """Neither a comment nor the name of a hidden check or a mistake, in any text for students."""
    texts = {name: text for name, text in plan_assignments(course).items() if name.endswith((".md", ".ipynb"))}
    secret = {
        name
        for unit in course.units
        for exercise in unit.exercises
        for name in [
            *(check.id for check in exercise.checks if not check.public),
            *(mistake.id for mistake in exercise.mistakes if mistake.id.count("_") > 1),
        ]
    }
    public = {
        check.id for unit in course.units for exercise in unit.exercises for check in exercise.checks if check.public
    }
    for name, text in texts.items():
        assert "<!-- test_" not in text, name
        assert "no check:" not in text, name
        assert not [one for one in secret - public if one in text], name
