"""What a TA is shown of an answer: taken apart where submissions are read, and never more than pages can colour."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.build.fill import filled_notebook
from autograder.course.source import without_marks
from autograder.exercise import Exercise
from autograder.grading.apart import SubmissionReader
from autograder.jail.readers import ReadingFailedError
from autograder.nbgrader import serve


def text_of(notebook: dict[str, Any]) -> str:
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")


def test_an_answer_is_shown_in_the_cells_that_were_handed_out(top_p: Exercise):
    """As by the same code in this process."""
    answer = without_marks(top_p.solution)
    with SubmissionReader() as reader:
        shown = serve._Bench(None, reader)._filled(top_p, "en", answer)  # type: ignore[arg-type]
    assert shown == filled_notebook(top_p, "en", "top_p.ipynb", answer)


@pytest.mark.parametrize("text", ["x = 1\n" * 100_000, " \n" * 20_000 + "x = 1\n"], ids=["long", "a gap"])
def test_of_a_long_answer_a_part_is_shown_and_that_is_said(text: str, top_p: Exercise):
    """The mark is that of the whole."""
    with SubmissionReader() as reader:
        shown = text_of(serve._Bench(None, reader)._filled(top_p, "en", text))  # type: ignore[arg-type]
    assert len(shown) < serve.MAX_SHOWN_CHARACTERS + 1000
    assert "Shown in part" in shown
    assert "一部だけ" in shown


def test_an_answer_that_cannot_be_taken_apart_is_named(top_p: Exercise, monkeypatch: pytest.MonkeyPatch):
    """The TA is sent to the file; the cells that the gradebook knows are there."""

    class Failing:
        def ask(self, *_: object) -> None:
            raise ReadingFailedError("cpu", "")

    shown = serve._Bench(None, Failing())._filled(top_p, "en", "x = 1")  # type: ignore[arg-type]
    assert "look at the submitted file" in text_of(shown)
    ids = {cell["id"] for cell in filled_notebook(top_p, "en", "top_p.ipynb", None)["cells"]}
    assert ids <= {cell["id"] for cell in shown["cells"]}
