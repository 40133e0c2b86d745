"""Where to read on: a section that exists, in both languages, near to what went wrong."""

from __future__ import annotations

import re

import pytest

from autograder.exercise import Check, Exercise, Unit
from autograder.grading.reading import read_on
from autograder.messages import Message


def test_every_check_and_mistake_has_a_section(exercise: Exercise):
    """Its headings stand in the shipped statements, at the same place of each."""
    hints = [(check, None) for check in exercise.checks]
    hints += [(exercise.checks[0], mistake.hint) for mistake in exercise.mistakes]
    for check, hint in hints:
        found = read_on(exercise, check, hint)
        assert found is not None
        assert found["file"] == {"ja": f"{exercise.name}.ja.md", "en": f"{exercise.name}.en.md"}
        places = [
            re.findall("^## (.+)$", text, re.MULTILINE).index(found["heading"][language])
            for language, text in (("ja", exercise.statement.ja), ("en", exercise.statement.en))
        ]
        assert places[0] == places[1]
        assert found["heading"]["en"] != "How to try it"


@pytest.mark.parametrize(
    ("name", "sentence", "heading"),
    [
        (
            "sample_many",
            "The candidates are still narrowed to the best 50: generate applies that limit quietly.",
            "Traps",
        ),
        ("sampling_loop", "The generator is started from seed inside the loop.", "Random numbers and the seed"),
        ("top_p", "Zzzz.", "What to write"),
    ],
)
def test_a_hint_leads_to_its_section(name: str, sentence: str, heading: str, sampling: Unit):
    """Where one stands out; otherwise to what is to be written."""
    exercise = next(one for one in sampling.exercises if one.name == name)
    found = read_on(exercise, Check("c", 1.0, Message("無関係", "zzzz"), True), Message("", sentence))
    assert found is not None
    assert found["heading"]["en"] == heading


def test_a_statement_without_sections_leads_nowhere(top_p: Exercise):
    """Rather than to a heading that is not there."""
    bare = Exercise(**{**top_p.__dict__, "statement": Message("# 題\n本文", "# Title\nText\n```\n## code\n```\n")})
    assert read_on(bare, top_p.checks[0], None) is None
