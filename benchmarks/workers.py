"""The same class on the workers of a Dask scheduler on this machine, and what a submission of each real unit costs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.grading.cluster import packed
from benchmarks import assignment
from benchmarks.ours import grade
from benchmarks.process import ENVIRONMENT, run

ROOT = Path(__file__).parent.parent


@contextmanager
def cluster(folder: Path, n_workers: int) -> Iterator[str]:
    """The address of a scheduler with `n_workers`, each a process of one thread."""
    file = Path(tempfile.mkdtemp(dir=folder)) / "scheduler.json"

    def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--scheduler-file", str(file)]
        return subprocess.Popen(
            command, env=ENVIRONMENT, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        while not file.exists():
            time.sleep(0.1)
        processes += [start("dask_worker", "--nthreads", "1", "--no-dashboard") for _ in range(n_workers)]
        yield json.loads(file.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def scaling(folder: Path, n: int) -> dict[str, Any]:
    """For one worker and two: wall seconds from the first report to the last; and the sizes that grow with a class."""
    rows, worker_mib, report = [], 0.0, ""
    for n_workers in (1, 2):
        with cluster(folder, n_workers) as address:
            _, reports = grade(folder, n, cluster=address)
            worker_mib = _held_mib("dask_worker", "autograder.jail.zygote") / n_workers
        written = [report.written_s for report in reports]
        assert [report.content["points"] for report in reports] == [6.0] * n
        rows.append({"workers": n_workers, "n": n, "first_s": written[0], "rest_s": written[-1] - written[0]})
        report = json.dumps(reports[0].content)
    answers = sum(len(assignment.answer(name)) for name in assignment.NAMES)
    return {
        "rows": rows,
        "worker_mib": worker_mib,
        "course_mib": len(packed(ROOT / "solutions")) / 2**20,
        "report_kib": len(report) / 2**10,
        "submission_kib": answers / 2**10,
    }


def _held_mib(*programs: str) -> float:
    """Memory of all running processes of these programs, what they share counted once."""
    kib = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(program in (process / "cmdline").read_text() for program in programs):
                lines = (process / "smaps_rollup").read_text().splitlines()
                kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:  # it has ended
            continue
    return kib / 1024


def units(folder: Path, n: int = 3) -> dict[str, dict[str, Any]]:
    """CPU seconds for a further right submission of each unit of the course, and how many checks it has."""
    from autograder.course import read_course
    from autograder.demo import right_answer

    found = {}
    for unit in read_course(ROOT / "solutions").units:
        costs = []
        for size in (1, 1 + n):
            submissions = Path(tempfile.mkdtemp(dir=folder)) / "class"
            for number in range(size):
                student = submissions / f"s{number}"
                student.mkdir(parents=True)
                for exercise in unit.exercises:
                    (student / exercise.answer_file).write_text(right_answer(exercise), encoding="utf-8")
            command = [
                sys.executable,
                "-m",
                "autograder.cli",
                "grade",
                str(submissions),
                "--unit",
                unit.id,
                "--jobs",
                "1",
            ]
            out = ["--out", str(submissions.parent / "results"), "--course", str(ROOT / "solutions")]
            costs.append(run([*command, *out], folder, size).cpu_s)
        checks = sum(len(exercise.checks) for exercise in unit.exercises)
        found[unit.id] = {"cpu_s": (costs[1] - costs[0]) / n, "checks": checks}
    return found
