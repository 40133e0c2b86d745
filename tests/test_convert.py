"""A notebook and a .py are the same answer; nothing is lost on the way from one to the other."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from autograder.build import plan_assignments
from autograder.convert import convert_answer
from autograder.course.source import without_marks
from autograder.errors import SubmissionError
from autograder.exercise import Course, Exercise
from autograder.grading.intake import read_submission


def statements(text: str) -> list[str]:
    """The code of a Python text, without its docstring and comments."""
    tree = ast.parse(text)
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    return [ast.dump(node) for node in body]


@pytest.fixture(scope="session")
def planned(course: Course) -> dict[str, str]:
    return plan_assignments(course)


def hand_out(planned: dict[str, str], exercise: Exercise, folder: Path) -> None:
    """The exercise's files as a student has them."""
    unit = exercise.folder.parent.name
    for name in ("unit.json", f"{exercise.name}.ja.ipynb", exercise.answer_file):
        (folder / name).write_text(planned[f"{unit}/{name}"], encoding="utf-8")


def test_an_answer_goes_into_the_notebook_and_back(
    exercise: Exercise, planned: dict[str, str], course: Course, tmp_path: Path
):
    """The code stays the same, statement and check cell stand, and both are graded as the same answer."""
    hand_out(planned, exercise, tmp_path)
    right = without_marks(exercise.solution)
    py, notebook = tmp_path / exercise.answer_file, tmp_path / f"{exercise.name}.ja.ipynb"
    given = json.loads(notebook.read_text(encoding="utf-8"))
    py.write_text(right, encoding="utf-8")
    assert convert_answer(py) == notebook
    written = json.loads(notebook.read_text(encoding="utf-8"))
    kept = [cell for cell in given["cells"] if "answer" not in cell["id"] and "given" not in cell["id"]]
    assert [cell for cell in written["cells"] if cell in kept] == kept
    py.unlink()
    unit = next(unit for unit in course.units if exercise in unit.exercises)
    answer = read_submission("s", tmp_path, unit).answers[exercise.name].source
    assert answer is not None
    assert statements(answer) == statements(right)
    assert convert_answer(notebook) == py
    assert statements(py.read_text(encoding="utf-8")) == statements(right)
    assert ast.get_docstring(ast.parse(py.read_text(encoding="utf-8"))) == ast.get_docstring(ast.parse(exercise.stub))


def test_prose_goes_into_the_notebook_and_back(planned: dict[str, str], course: Course, tmp_path: Path):
    """Below the mark."""
    (essay,) = (one for unit in course.units for one in unit.exercises if one.rubric is not None)
    hand_out(planned, essay, tmp_path)
    (tmp_path / essay.answer_file).write_text(f"{essay.stub}\n{essay.solution}", encoding="utf-8")
    notebook = convert_answer(tmp_path / essay.answer_file)
    (tmp_path / essay.answer_file).write_text(essay.stub, encoding="utf-8")
    convert_answer(notebook)
    text = (tmp_path / essay.answer_file).read_text(encoding="utf-8")
    assert text.startswith(essay.stub.rstrip())
    assert essay.solution.strip() in text


def test_another_answer_is_not_overwritten(top_p: Exercise, planned: dict[str, str], tmp_path: Path):
    """Unless told to; the same answer is no reason to refuse."""
    hand_out(planned, top_p, tmp_path)
    py = tmp_path / "top_p.py"
    py.write_text(without_marks(top_p.solution), encoding="utf-8")
    notebook = convert_answer(py)
    convert_answer(py)
    py.write_text("def top_p_filter(probs, p):\n    return {}\n", encoding="utf-8")
    before = notebook.read_text(encoding="utf-8")
    with pytest.raises(SubmissionError, match="holds another answer already"):
        convert_answer(py)
    assert notebook.read_text(encoding="utf-8") == before
    convert_answer(py, force=True)
    assert "return {}" in notebook.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "to", "words"),
    [
        ("elsewhere.py", None, "under the name that it had"),
        ("top_p.py", "top_p2.py", "one of the two must be a notebook"),
        ("top_p.py", "new.ipynb", "no such notebook to write into"),
        ("top_p.txt", None, "cannot be read"),
    ],
    ids=["name", "two texts", "no notebook", "no file"],
)
def test_what_cannot_be_converted_is_said(
    file: str, to: str | None, words: str, top_p: Exercise, planned: dict[str, str], tmp_path: Path
):
    """And nothing is written."""
    hand_out(planned, top_p, tmp_path)
    with pytest.raises(SubmissionError, match=words):
        convert_answer(tmp_path / file, tmp_path / to if to else None)


def test_two_notebooks_need_a_choice(top_p: Exercise, planned: dict[str, str], tmp_path: Path):
    """Both are named."""
    hand_out(planned, top_p, tmp_path)
    (tmp_path / "top_p.en.ipynb").write_text(planned["u02_sampling/top_p.en.ipynb"], encoding="utf-8")
    with pytest.raises(SubmissionError, match=r"top_p\.en\.ipynb, top_p\.ja\.ipynb"):
        convert_answer(tmp_path / "top_p.py")
