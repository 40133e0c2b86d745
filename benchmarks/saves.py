"""How long a student waits from a save to the verdict: watch mode beside a fresh pytest.

`python -m benchmarks.saves` prints a table in Markdown (about a minute); docs/watch.en.md and .ja.md quote it.
"""

from __future__ import annotations

import os
import queue
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.build import plan_assignments, write_assignments
from autograder.course import read_course
from autograder.course.source import without_marks
from autograder.watch.checker import Checker
from autograder.watch.warm import Job

ROOT = Path(__file__).parent.parent
EXERCISES = ("greedy_loop", "top_p")
N_TIMES = 3


def main() -> None:
    """Median seconds for each exercise, its reference being the answer."""
    course = read_course(ROOT / "solutions")
    with tempfile.TemporaryDirectory() as place:
        write_assignments(plan_assignments(course), Path(place))
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        checker = Checker(answers.put)
        answers.get()  # ready
        print("| exercise | fresh pytest | watch mode | ratio |\n|---|---|---|---|")
        for unit in course.units:
            for exercise in unit.exercises:
                if exercise.name in EXERCISES:
                    folder = Path(place, unit.id)
                    (folder / exercise.answer_file).write_text(without_marks(exercise.solution), encoding="utf-8")
                    fresh_s = statistics.median(_fresh_s(folder, exercise.name) for _ in range(N_TIMES))
                    warm_s = statistics.median(_warm_s(checker, answers, folder, exercise.name) for _ in range(N_TIMES))
                    print(
                        f"| {exercise.name} | {fresh_s:.2f} s | {warm_s:.2f} s | {fresh_s / warm_s:.0f} |", flush=True
                    )
        checker.close()


def _fresh_s(folder: Path, name: str) -> float:
    """A `pytest` for this exercise alone, as a student starts it."""
    start_s = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", f"test_{name}.py"]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTEST_ADDOPTS": ""}, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start_s


def _warm_s(checker: Checker, answers: queue.SimpleQueue[Any], folder: Path, name: str) -> float:
    """From the order to the last verdict; seeing that a file was saved takes some 50 ms more."""
    start_s = time.perf_counter()
    checker.check(Job(1, str(folder), name, str(folder / f"{name}.py"), "en"))
    answer: dict[str, Any] = {}
    while not answer.get("ended"):
        answer = answers.get()
    assert not answer["trouble"], answer
    return time.perf_counter() - start_s


if __name__ == "__main__":
    main()
