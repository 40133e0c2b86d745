"""Stock nbgrader and Otter on the benchmark's class: one notebook of six exercises, the same checks in its test cells.

Each is installed into an environment of its own under `build/`, with the versions of torch and transformers that this
package runs on.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import assignment
from benchmarks.fresh import model_path
from benchmarks.process import ENVIRONMENT, Cost, run

_BUILD = Path(__file__).parent.parent / "build"
_SAME = ("torch", "transformers", "sacrebleu")
_GIVEN = f"""{assignment.IMPORTS}
import sys
from transformers import AutoModelForCausalLM, AutoTokenizer

s = sys.modules["__main__"]
model = AutoModelForCausalLM.from_pretrained({model_path()!r}).eval()
tokenizer = AutoTokenizer.from_pretrained({model_path()!r})


def must(condition, sentence):
    assert condition, sentence
"""


def environment(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with `packages`, made at the first call. Raises: CalledProcessError."""
    folder = _BUILD / name
    if not (folder / "bin" / "python").exists():
        same = [f"{one}=={importlib.metadata.version(one)}" for one in _SAME]
        subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        install = ["uv", "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
        subprocess.run([*install, *packages, *same], check=True)
    return folder / "bin"


def nbgrader_class(folder: Path, n: int) -> Path:
    """A course folder of nbgrader with `n` submissions of a right answer, ready for `nbgrader autograde ps`."""
    course = Path(tempfile.mkdtemp(dir=folder))
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.Execute.timeout = 600\n"
    )
    _write(_nbgrader_notebook(), course / "source" / "ps" / "ps.ipynb")
    for number in range(n):
        _write(_nbgrader_notebook(), course / "submitted" / f"s{number:03}" / "ps" / "ps.ipynb")
    return course


def nbgrader(folder: Path, n: int) -> Cost:
    """`nbgrader autograde`, stock, for a class of `n` in one batch."""
    programs = environment("nbgrader", "nbgrader", "ipykernel")
    course = nbgrader_class(folder, n)
    own = {"PATH": f"{programs}:{os.environ['PATH']}", "JUPYTER_PREFER_ENV_PATH": "1"}
    subprocess.run(
        [programs / "nbgrader", "generate_assignment", "ps"],
        cwd=course, env={**ENVIRONMENT, **own}, check=True, capture_output=True,
    )  # fmt: skip
    cost = run([str(programs / "nbgrader"), "autograde", "ps"], course, n, **own)
    subprocess.run(
        [programs / "nbgrader", "export"], cwd=course, env={**ENVIRONMENT, **own}, check=True, capture_output=True
    )
    rows = list(csv.DictReader((course / "grades.csv").open()))
    assert [float(row["score"]) for row in rows] == [6.0] * n, rows
    return cost


def otter(folder: Path, n: int) -> Cost:
    """`otter run` for each of `n` submissions: it grades one at a time."""
    programs = environment("otter", "otter-grader", "ipykernel", "nbconvert")
    course = Path(tempfile.mkdtemp(dir=folder))
    own = {"PATH": f"{programs}:{os.environ['PATH']}", "JUPYTER_PREFER_ENV_PATH": "1"}
    _write(_otter_notebook(), course / "ps.ipynb")
    subprocess.run(
        [programs / "otter", "assign", "--no-run-tests", "ps.ipynb", "dist"],
        cwd=course, env={**ENVIRONMENT, **own}, check=True, capture_output=True,
    )  # fmt: skip
    (autograder,) = (course / "dist" / "autograder").glob("*.zip")
    answer = course / "dist" / "autograder" / "ps.ipynb"
    costs = []
    for _ in range(n):
        costs.append(run([str(programs / "otter"), "run", "-a", str(autograder), str(answer)], course, **own))
        results = json.loads((course / "results.json").read_text())
        assert sum(test["score"] for test in results["tests"] if "score" in test) == 6.0, results
    return Cost(sum(one.cpu_s for one in costs), sum(one.wall_s for one in costs), n)


Cell = dict[str, Any]


def _nbgrader_notebook() -> Cell:
    cells = [_nbgrader_cell("given", _GIVEN, locked=True)]
    for name in assignment.NAMES:
        answer = f"### BEGIN SOLUTION\n{assignment.SOLUTION[name]}\n### END SOLUTION"
        hidden = f"### BEGIN HIDDEN TESTS\n{_check(name)}\n### END HIDDEN TESTS"
        cells.append(_nbgrader_cell(name, answer, solution=True))
        cells.append(_nbgrader_cell(f"test_{name}", hidden, grade=True, locked=True, points=1))
    return _notebook(cells)


def _nbgrader_cell(name: str, source: str, **settings: object) -> Cell:
    plain = {"grade_id": name, "schema_version": 3, "task": False, "grade": False, "solution": False, "locked": False}
    return {**_code(source), "id": name, "metadata": {"nbgrader": {**plain, **settings}}}


def _otter_notebook() -> Cell:
    cells = [_raw("# ASSIGNMENT CONFIG\ninit_cell: true\nexport_cell: false\n"), _code(_GIVEN)]
    for name in assignment.NAMES:
        cells += [
            _raw(f"# BEGIN QUESTION\nname: {name}\npoints: 1\n"),
            _raw("# BEGIN SOLUTION"), _code(assignment.SOLUTION[name].strip()), _raw("# END SOLUTION"),
            _raw("# BEGIN TESTS"), _code(f"# HIDDEN\n{_check(name)}"), _raw("# END TESTS"),
            _raw("# END QUESTION"),
        ]  # fmt: skip
    for number, cell in enumerate(cells):
        cell["id"] = f"cell{number}"
    return _notebook(cells)


def _check(name: str) -> str:
    return f"{assignment.CHECKS[name].strip()}\n\ncheck_{name}(s, model, tokenizer)"


def _code(source: str) -> Cell:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def _raw(source: str) -> Cell:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def _notebook(cells: list[Cell]) -> Cell:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _write(notebook: Cell, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook) + "\n", encoding="utf-8")
