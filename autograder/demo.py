"""A small class of submissions of every kind, made from the course itself and graded for show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.build import plan_assignments, write_assignments
from autograder.classroom import Progress, grade_folder, no_progress
from autograder.course.source import with_mistake, without_marks
from autograder.errors import SettingsError
from autograder.exercise import Course, Exercise, Mistake, Unit
from autograder.grading.engine import Settings
from autograder.grading.pool import GraderPool, default_jobs
from autograder.jail.pool import Limits
from autograder.messages import Message

# Short limits: the endless loop and the memory hog shall cost seconds.
LIMITS = Limits(cpu_s=10, wall_s=60.0, memory_mib=1024)
MARKER = ".autograder-demo"
# Students with typical mistakes in each unit: enough to see, few enough to wait for.
N_TYPICAL = 2


def run_demo(course: Course, out: Path, progress: Progress = no_progress) -> dict[str, dict[str, Any]]:
    """Write `out/assignments`, `out/submissions/<unit>` and `out/results/<unit>`.

    Returns: the content of class.json by unit.
    Raises: SettingsError if `out` holds something that is not a demo.
    """
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise SettingsError(
            ja=f"{out}: 空でないフォルダです。中身を消さないよう、別のフォルダを `--out` で指定してください。",
            en=f"{out}: not empty, and not a demo. Give another folder with `--out`, so that nothing is overwritten.",
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).touch()
    write_assignments(plan_assignments(course), out / "assignments")
    settings = Settings(limits=LIMITS)
    summaries = {}
    with GraderPool(settings, default_jobs(settings)) as grader:
        for number, unit in enumerate(course.units):
            submissions = out / "submissions" / unit.id
            is_last = number == len(course.units) - 1
            write_class(unit, submissions, with_troublemakers=is_last, n_typical=N_TYPICAL)
            results = out / "results" / unit.id
            summaries[unit.id] = grade_folder(submissions, unit, results, settings, progress=progress, grader=grader)
    return summaries


def write_class(unit: Unit, folder: Path, *, with_troublemakers: bool, n_typical: int | None = None) -> None:
    """One folder per student: right, as a notebook, untouched, with typical mistakes, and (if asked) trouble.

    Args:
        n_typical: students with mistakes; None: as many as it takes to make every one.
    """
    right = {one.answer_file: right_answer(one) for one in unit.exercises}
    _write(folder / "all_right", right)
    _write_notebook(folder / "all_right_notebook", unit.id, right)
    _write(folder / "stub_untouched", {one.answer_file: one.stub for one in unit.exercises})
    # Student n makes the n-th mistake of every exercise, and hands in nothing where all have been made.
    for number in range(max(len(exercise.mistakes) for exercise in unit.exercises))[:n_typical]:
        wrong = [exercise for exercise in unit.exercises if number < len(exercise.mistakes)]
        made = {one.answer_file: with_mistake(one.solution, one.mistakes[number]) for one in wrong}
        _write(folder / f"typical_mistakes_{number + 1}", made)
    if with_troublemakers:
        exercise = min(
            (one for one in unit.exercises if one.functions), key=lambda one: len(one.solution)
        )  # the quickest
        for name, body in _trouble(exercise).items():
            _write(folder / name, {exercise.answer_file: _replaced(exercise, body)})
        _write_bad_files(folder, exercise)


def right_answer(exercise: Exercise) -> str:
    """The student's file with the reference, or the example answer, in it."""
    if exercise.rubric is None:
        return without_marks(exercise.solution)
    return f"{exercise.stub}\n{exercise.solution}"


def _trouble(exercise: Exercise) -> Mapping[str, str]:
    """Student name → body of the exercise's first function."""
    secret = str(exercise.folder / "checks_hidden.py")
    return {
        "raises_an_exception": "    return probs[len(probs)]",
        "loops_for_ever": "    while True:\n        pass",
        "eats_memory": "    eaten = []\n    while True:\n        eaten.append(bytearray(10_000_000))",
        "reads_the_hidden_checks": f"    return open({secret!r}).read()",
    }


def _replaced(exercise: Exercise, body: str) -> str:
    """The reference with another body for its first function."""
    name = exercise.functions[0]
    source = f"def {name}(probs, *arguments, **keywords):\n{body}"
    return with_mistake(exercise.solution, Mistake("demo", name, "", Message("", ""), source, ""))


def _write_bad_files(folder: Path, exercise: Exercise) -> None:
    (folder / "broken_zip.zip").write_bytes(b"PK\x03\x04 this is not a zip")
    not_utf8 = folder / "not_utf8"
    not_utf8.mkdir(parents=True, exist_ok=True)
    (not_utf8 / f"{exercise.name}.py").write_bytes("# 日本語の注釈\n".encode("cp932"))
    (folder / "empty").mkdir(exist_ok=True)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _write_notebook(folder: Path, name: str, texts: Mapping[str, str]) -> None:
    """All answers in one notebook, with an experiment and a magic command in between, as students leave them."""
    cells = [_cell("code", "%matplotlib inline\nprint('experiment')")]
    for title, text in texts.items():
        cells += [_cell("markdown", f"## {title}"), _cell("code" if title.endswith(".py") else "markdown", text)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _cell(kind: str, text: str) -> dict[str, Any]:
    source = text.splitlines(keepends=True)
    if kind == "code":
        return {"cell_type": kind, "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return {"cell_type": kind, "metadata": {}, "source": source}
