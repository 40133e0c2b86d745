"""nbgrader's own autograde step with this package's engine in it, on the benchmark's class: six notebooks a student."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from os import environ
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.build.fill import filled_notebook
from autograder.course import read_course
from autograder.nbgrader.course_folder import write_course_folder
from benchmarks import assignment
from benchmarks.ours import UNIT, write_course
from benchmarks.process import ENVIRONMENT, Cost, run


def through_nbgrader(folder: Path, n: int) -> Cost:
    """`nbgrader autograde`, with the configuration of `autograder nbgrader init`, for a class of `n` in one batch."""
    root = Path(tempfile.mkdtemp(dir=folder))
    read = read_course(write_course(root))
    course = root / "course"
    write_course_folder(read, course, list(read.units), language="en")
    own = {"PATH": f"{Path(sys.executable).parent}:{environ['PATH']}"}
    program = [sys.executable, "-m", "nbgrader"]
    release = [*program, "generate_assignment", UNIT]
    subprocess.run(release, cwd=course, env={**ENVIRONMENT, **own}, check=True, capture_output=True)
    for student in (f"s{number:03}" for number in range(n)):
        place = course / "submitted" / student / UNIT
        place.mkdir(parents=True)
        for exercise in read.units[0].exercises:
            file = f"{exercise.name}.ipynb"
            notebook = filled_notebook(exercise, "en", file, assignment.answer(exercise.name))
            (place / file).write_text(json.dumps(notebook), encoding="utf-8")
    cost = run([*program, "autograde", UNIT], course, n, **own)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        scores = [one.score for one in gradebook.assignment_submissions(UNIT)]
    assert scores == [float(len(assignment.NAMES))] * n, scores
    return cost
