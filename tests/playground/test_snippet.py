"""The code that the page shows runs, writes what the page writes, and answers no exercise."""

from __future__ import annotations

import contextlib
import io

import pytest

from autograder.audit.shipping import leaks, secret_lines
from autograder.course.source import without_marks
from autograder.exercise import Course
from autograder.models import LoadedModel
from autograder.playground.prompts import prompt_ids
from autograder.playground.snippet import snippet
from autograder.playground.writing import write_samples
from autograder.stats import Sampler

SAMPLER = Sampler(temperature=1.3, top_k=0, top_p=0.9, epsilon=0.001)


def code_for(loaded: LoadedModel, prompt: str, *, chat: bool) -> str:
    return snippet(loaded, prompt, SAMPLER, chat=chat, max_new_tokens=30, seed=3, note="0 is off")


@pytest.mark.parametrize("chat_template", [False, True], ids=["plain", "chat"])
def test_it_writes_the_text_that_the_page_writes(chat: LoadedModel, chat_template: bool):
    """Seed for seed."""
    prompt = 'Tell me a "story" about a dragon.\nIt\'s'
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code_for(chat, prompt, chat=chat_template), "snippet", "exec"), {})
    ids = prompt_ids(chat, prompt, chat=chat_template)
    (written,) = write_samples(chat, ids, SAMPLER, n=1, max_new_tokens=30, seed=3)
    assert written.text.strip()
    assert written.text.strip() in said.getvalue().replace("\\n", "\n")


def test_it_answers_no_exercise(chat: LoadedModel, course: Course):
    """No line of a secret file stands in it, and it defines no function that an exercise asks for."""
    for chat_template in (False, True):
        text = code_for(chat, "Tell me a story about a dragon.", chat=chat_template)
        assert leaks(secret_lines(course), {"snippet": text}) == []
        assert "def " not in text
    assert leaks(secret_lines(course), {"answer": without_marks(course.units[1].exercises[0].solution)})
