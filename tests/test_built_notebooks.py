"""Notebooks that the build makes: whole, without secrets, and read back as the very answer that was written into them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.audit.shipping import leaks, secret_lines
from autograder.build import plan_assignments
from autograder.build.notebook import answer_cells, notebook_name, notebook_text
from autograder.course.source import with_mistake, without_marks
from autograder.demo import right_answer
from autograder.exercise import Course, Exercise, Unit, Verdict
from autograder.grading.intake import read_submission
from autograder.notebook import NotebookError, check

LANGUAGES = ("ja", "en")


def statements(text: str) -> list[str]:
    """The code of a Python text, without its docstring and comments."""
    tree = ast.parse(text)
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    return [ast.dump(node) for node in body]


def filled(exercise: Exercise, language: str, text: str) -> str:
    """The notebook with the answer `text` written into its cells."""
    notebook = json.loads(notebook_text(exercise, language))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    given = list(answer_cells(exercise.stub, exercise.functions))
    assert ["".join(cell["source"]) for cell in code[: len(given)]] == given
    written = list(answer_cells(text, exercise.functions))
    code[0]["source"] = "\n\n\n".join([*written[: len(written) - len(given) + 1]]).splitlines(keepends=True)
    for cell, source in zip(code[1 : len(given)], written[len(written) - len(given) + 1 :], strict=True):
        cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook)


def unit_of(course: Course, exercise: Exercise) -> Unit:
    return next(unit for unit in course.units if exercise in unit.exercises)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_untouched_notebook_is_unwritten(exercise: Exercise, course: Course, language: str, tmp_path: Path):
    """It says what the stub says."""
    (tmp_path / notebook_name(exercise, language)).write_text(notebook_text(exercise, language), encoding="utf-8")
    answer = read_submission("s", tmp_path, unit_of(course, exercise)).answers[exercise.name]
    assert answer.source is not None
    assert answer.note is None
    assert statements(answer.source) == statements(exercise.stub)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_in_the_cells_is_graded_as_the_same_text(
    exercise: Exercise, course: Course, language: str, tmp_path: Path
):
    """The reference, cell by cell, beside the other language's notebook and the untouched stub."""
    other = "en" if language == "ja" else "ja"
    right = without_marks(exercise.solution)
    (tmp_path / f"{exercise.name}.py").write_text(exercise.stub, encoding="utf-8")
    (tmp_path / notebook_name(exercise, other)).write_text(notebook_text(exercise, other), encoding="utf-8")
    (tmp_path / notebook_name(exercise, language)).write_text(filled(exercise, language, right), encoding="utf-8")
    submission = read_submission("s", tmp_path, unit_of(course, exercise))
    answer = submission.answers[exercise.name]
    assert answer.source is not None
    assert sorted(statements(answer.source)) == sorted(statements(right))
    assert answer.note is None
    assert submission.notes == ()


def test_notebooks_of_other_exercises_answer_nothing(course: Course, tmp_path: Path):
    """A helper that was copied into one is not taken for an answer to the exercise that it came from."""
    for unit in course.units:
        for exercise in unit.exercises:
            if exercise.rubric is None:
                text = filled(exercise, "en", without_marks(exercise.solution))
                (tmp_path / exercise.name).mkdir()
                (tmp_path / exercise.name / notebook_name(exercise, "en")).write_text(text, encoding="utf-8")
                answers = read_submission("s", tmp_path / exercise.name, unit).answers
                assert [name for name, one in answers.items() if one.source is not None] == [exercise.name]


def test_an_essay_is_read_from_its_cell(course: Course, tmp_path: Path):
    """The last cell holds the mark; what stands below is the answer, and nothing below is none."""
    for exercise in (one for unit in course.units for one in unit.exercises if one.rubric is not None):
        path = tmp_path / notebook_name(exercise, "ja")
        path.write_text(notebook_text(exercise, "ja"), encoding="utf-8")
        answer = read_submission("s", tmp_path, unit_of(course, exercise)).answers[exercise.name]
        assert (answer.source, answer.verdict) == (None, Verdict.UNWRITTEN)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"][-1]["source"] += [exercise.solution]
        path.write_text(json.dumps(notebook), encoding="utf-8")
        answer = read_submission("s", tmp_path, unit_of(course, exercise)).answers[exercise.name]
        assert answer.source == exercise.solution.strip()


def test_notebooks_are_whole_and_valid(course: Course):
    """nbformat 4.5 with unique cell ids; every figure is inside; the whole statement is there."""
    for exercise in (exercise for unit in course.units for exercise in unit.exercises):
        for language, statement in zip(LANGUAGES, (exercise.statement.ja, exercise.statement.en), strict=True):
            text = notebook_text(exercise, language)
            notebook = json.loads(text)
            ids = [cell["id"] for cell in notebook["cells"]]
            assert len(set(ids)) == len(ids)
            assert all(re.fullmatch(r"[\w-]{1,64}", one, re.ASCII) for one in ids)
            shown = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
            assert "](figures/" not in shown
            assert shown.count("](data:image/svg+xml;base64,") == statement.count("](figures/")
            wanted = [line for line in statement.splitlines() if line and "](figures/" not in line]
            assert set(wanted) <= set(shown.splitlines())
            assert text == notebook_text(exercise, language)


def test_notebooks_are_what_nbformat_accepts(course: Course):
    """By its own schema."""
    nbformat = pytest.importorskip("nbformat")
    for exercise in (exercise for unit in course.units for exercise in unit.exercises):
        for language in LANGUAGES:
            nbformat.validate(nbformat.reads(notebook_text(exercise, language), as_version=4))


def test_a_secret_in_a_notebook_would_be_seen(course: Course, top_p: Exercise):
    """And there is none."""
    from autograder.audit.shipping import plain_lines

    secrets = secret_lines(course)
    for exercise in (exercise for unit in course.units for exercise in unit.exercises):
        for language in LANGUAGES:
            assert leaks(secrets, {"n": plain_lines("n.ipynb", notebook_text(exercise, language))}) == []
    assert leaks(secrets, {"n": plain_lines("n.ipynb", filled(top_p, "en", without_marks(top_p.solution)))})


@pytest.mark.parametrize("written", ["right", "wrong"])
def test_the_check_cell_checks_the_saved_notebook(course: Course, top_p: Exercise, written: str, tmp_path: Path):
    """As the cell does, in a folder that holds another answer beside it."""
    for name, text in plan_assignments(course).items():
        folder, _, file = name.partition("/")
        if folder == "u02_sampling" and (
            file in {"pytest.ini", "unit.json"} or file.partition(".")[0] in {"top_p", "test_top_p"}
        ):
            (tmp_path / file).write_text(text, encoding="utf-8")
    answer = without_marks(top_p.solution) if written == "right" else with_mistake(top_p.solution, top_p.mistakes[0])
    (tmp_path / "top_p.en.ipynb").write_text(filled(top_p, "en", answer), encoding="utf-8")
    code = "".join(json.loads((tmp_path / "top_p.en.ipynb").read_text(encoding="utf-8"))["cells"][-1]["source"])
    assert code == 'from autograder.notebook import check\n\ncheck("top_p.en.ipynb")'
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    assert ("3/3" in ran.stdout) is (written == "right")
    assert ("failed" in ran.stderr) is (written == "wrong")
    assert "公開チェックのみの点です" in said
    assert (tmp_path / "top_p.py").read_text(encoding="utf-8") == top_p.stub


def test_a_notebook_somewhere_else_is_refused_in_words(tmp_path: Path):
    """It must lie beside unit.json."""
    (tmp_path / "top_p.en.ipynb").write_text("{}")
    with pytest.raises(NotebookError, match="not a file of an assignment folder") as caught:
        check(tmp_path / "top_p.en.ipynb")
    assert len(caught.value._render_traceback_()) == 2


def test_the_demo_hands_in_right_answers(course: Course):
    """Code without marks, prose below its mark."""
    for exercise in (exercise for unit in course.units for exercise in unit.exercises):
        assert "BEGIN SOLUTION" not in right_answer(exercise)
        assert right_answer(exercise) != exercise.stub
