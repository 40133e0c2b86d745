"""Full marks without the work: what fools a grader that imports submissions earns nothing here."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.errors import Outcome
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits, Zygote
from autograder.shared import SharedObjects

from .attacks.cheats import CHEATS, NEVER, PICKLE

CASES = [(1, [1, 2]), (5, [5, 6])]
HIDDEN_CHECKS = f"""
CASES = {CASES}

def check(module):
    right = []
    for n, expected in CASES:
        got = module.answer(n)
        right.append(isinstance(got, list) and got == expected)
    return 100 if all(right) else 0
"""
NAIVE_GRADER = """
import sys
import hidden_checks

points = 0
try:
    import submission
    points = hidden_checks.check(submission)
except Exception:
    pass
import json
with open("results.json", "w") as file:
    json.dump({"points": points}, file)
"""
PICKLE_GRADER = """
import json, pickle, subprocess, sys
import hidden_checks

class Module:
    def answer(self, n):
        code = f"import pickle, sys, submission; sys.stdout.buffer.write(pickle.dumps(submission.answer({n})))"
        return pickle.loads(subprocess.run([sys.executable, "-c", code], capture_output=True).stdout)

n = None
class Told(Module):
    def answer(self, number):
        import builtins
        builtins.n = number
        return super().answer(number)

with open("results.json", "w") as file:
    json.dump({"points": hidden_checks.check(Told())}, file)
"""


def graded_by(grader: str, files: dict[str, str], folder: Path) -> int:
    """What results.json says once everything that the submission started has had its time."""
    for name, text in {**files, "hidden_checks": HIDDEN_CHECKS, "grader": grader}.items():
        (folder / f"{name}.py").write_text(text)
    subprocess.run([sys.executable, "grader.py"], cwd=folder, capture_output=True, check=False, timeout=60)
    time.sleep(0.8 if "fork" in files["submission"] else 0)
    return json.loads((folder / "results.json").read_text())["points"]


@pytest.fixture(scope="module")
def zygote():
    with Zygote([]) as zygote:
        yield zygote


def graded_in_the_jail(files: dict[str, str], folder: Path, zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> int:
    """The same checks in this process, against the jailed submission; results in the folder where we work."""
    monkeypatch.chdir(folder)
    backend = JailedBackend(
        zygote,
        module="submission",
        sources=files,
        shared=SharedObjects(),
        limits=Limits(cpu_s=5, wall_s=20.0),
        seed=1,
    )
    student = Student(backend)
    right = []
    for n, expected in CASES:
        try:
            got = student.answer(n)
        except Outcome:
            got = None
        right.append(type(got) is list and [type(one) for one in got] == [int, int] and got == expected)
    backend.close()
    Path("results.json").write_text(json.dumps({"points": 100 if all(right) else 0}))
    time.sleep(0.8 if "fork" in files["submission"] else 0)
    return json.loads(Path("results.json").read_text())["points"]


@pytest.mark.parametrize("name", [*CHEATS, *PICKLE, *NEVER])
def test_a_cheat_earns_nothing(name: str, zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Expected values never enter the student's process, and only plain data leaves it."""
    files = {**CHEATS, **PICKLE, **NEVER}[name]
    assert graded_in_the_jail(files, tmp_path, zygote, monkeypatch) == 0


@pytest.mark.parametrize("name", [*CHEATS, *PICKLE])
def test_the_cheat_fools_a_grader_without_a_jail(name: str, tmp_path: Path):
    """Else it would prove nothing that it earns nothing."""
    grader = PICKLE_GRADER if name in PICKLE else NAIVE_GRADER
    assert graded_by(grader, {**CHEATS, **PICKLE}[name], tmp_path) == 100


def test_an_honest_answer_earns_the_points(zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In the jail as without."""
    honest = {"submission": "def answer(n):\n    return [n, n + 1]\n"}
    assert graded_in_the_jail(honest, tmp_path, zygote, monkeypatch) == 100
    assert graded_by(NAIVE_GRADER, honest, tmp_path) == 100
