"""`autograder grade` on the benchmark's class, on a queue with troublemakers, and the cost of one student process."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import assignment
from benchmarks.process import Cost, run

UNIT = "u01_bench"


@dataclass(frozen=True)
class Report:
    """One report.json, and how many seconds after the start it was written."""

    student: str
    written_s: float
    content: dict[str, Any]


def write_course(folder: Path) -> Path:
    """`solutions/` with the six exercises, each with the one check of `assignment.CHECKS`."""
    unit = folder / "solutions" / UNIT
    for language, title in (("ja", "測定"), ("en", "Benchmark")):
        unit.mkdir(parents=True, exist_ok=True)
        (unit / f"intro.{language}.md").write_text(f"# {title}\n", encoding="utf-8")
    for number, name in enumerate(assignment.NAMES, start=1):
        exercise = unit / f"e{number:02}_{name}"
        exercise.mkdir()
        for language in ("ja", "en"):
            (exercise / f"statement.{language}.md").write_text(f"# {name}\n\n`{name}`\n", encoding="utf-8")
        marked = assignment.answer(name).rstrip().splitlines()
        at = next(index for index, line in enumerate(marked) if line.startswith(f"def {name}")) + 2
        stub = [*marked[:at], "    # BEGIN SOLUTION", *marked[at:], "    # END SOLUTION", ""]
        (exercise / "solution.py").write_text("\n".join(['"""測定 / Benchmark."""', "", *stub]), encoding="utf-8")
        (exercise / "checks_public.py").write_text(_CHECKS_HEAD.format(name=name), encoding="utf-8")
        (exercise / "checks_hidden.py").write_text(
            _HIDDEN.format(name=name, check=assignment.CHECKS[name]), encoding="utf-8"
        )
        (exercise / "mistakes.py").write_text('"""None."""\n', encoding="utf-8")
    return folder / "solutions"


_CHECKS_HEAD = '''"""公開チェック / public checks: {name}"""
'''
_HIDDEN = '''"""The check of {name}."""

import sacrebleu
import torch

from autograder.checks import points, require


def must(condition, sentence):
    require(condition, ja=sentence, en=sentence)

{check}

@points(1)
def test_{name}(student, lm):
    """測定。

    Benchmark.
    """
    check_{name}(student, lm.model, lm.tokenizer)
'''


def write_class(folder: Path, n: int, trouble: dict[int, str]) -> Path:
    """`n` submissions, right but for those that `trouble` names by number."""
    submissions = Path(tempfile.mkdtemp(dir=folder)) / "class"
    for number in range(n):
        student = submissions / f"s{number:03}"
        student.mkdir(parents=True)
        for name in assignment.NAMES:
            wrong = assignment.TROUBLE.get(trouble.get(number, "")) if name == "token_ids" else None
            (student / f"{name}.py").write_text(wrong or assignment.answer(name))
    return submissions


def grade(
    folder: Path, n: int, *, jobs: int = 1, cluster: str = "", trouble: dict[int, str] | None = None
) -> tuple[Cost, list[Report]]:
    """The cost of `autograder grade` for a class of `n`, and each report in the order in which they were written."""
    course = folder / "course"
    solutions = course / "solutions" if course.exists() else write_course(course)
    submissions = write_class(folder, n, trouble or {})
    out = submissions.parent / "results"
    command = [sys.executable, "-m", "autograder.cli", "grade", str(submissions), "--unit", UNIT, "--out", str(out)]
    start = time.time()
    where = ["--cluster", cluster] if cluster else ["--jobs", str(jobs)]
    cost = run([*command, "--course", str(solutions), *where], folder, n)
    found = [
        Report(path.parent.name, path.stat().st_mtime - start, json.loads(path.read_text()))
        for path in out.glob("*/report.json")
    ]
    assert len(found) == n
    return cost, sorted(found, key=lambda report: report.written_s)


def ours(folder: Path, n: int, jobs: int = 1) -> tuple[Cost, list[float]]:
    """The cost of a class of right submissions, and when each report was written, in seconds after the start."""
    cost, reports = grade(folder, n, jobs=jobs)
    assert [report.content["points"] for report in reports] == [6.0] * n, "a right answer lost points"
    return cost, [report.written_s for report in reports]


def queue(folder: Path) -> list[dict[str, Any]]:
    """A queue in which troublemakers stand between right submissions: what each cost and was given, in order."""
    trouble = {2 * index + 1: name for index, name in enumerate(assignment.TROUBLE)}
    _, reports = grade(folder, 2 * len(trouble) + 1, trouble=trouble)
    rows, before = [], reports[0].written_s
    for number, report in enumerate(reports):
        exercises = {one["id"].split("/")[1]: one for one in report.content["exercises"]}
        check = exercises["token_ids"]["checks"][0]
        rows.append(
            {
                "submission": trouble.get(number, "right"),
                "wall_s": report.written_s - before,
                "points": report.content["points"],
                "verdict": check["verdict"],
                "message": check["message"]["en"],
            }
        )
        before = report.written_s
    return rows[1:]  # the first one waited for the start


def jail_figures(n: int = 60) -> dict[str, float]:
    """Medians over `n` student processes that do next to nothing.

    `setup_cpu_ms`: the zygote's fork and all until the jailed process has imported the student's text and answered;
    `whole_cpu_ms`: its end and the zygote's care for it included; `private_mib`: memory of its own, when it answers.
    """
    from autograder.grading.student import JailedBackend, Student
    from autograder.jail.pool import Limits, Zygote
    from autograder.shared import SharedObjects

    setup, whole, private = [], [], []
    with Zygote(["tiny-chat", "tiny-base"], wall="none") as zygote:
        zygote.start()
        assert zygote._process is not None
        for _ in range(n):
            backend = JailedBackend(
                zygote, module="m", sources={"m": _NOTHING}, shared=SharedObjects(), limits=Limits(), seed=1
            )
            before = _cpu_ms(zygote._process.pid)
            assert Student(backend).f() == 1
            child = backend._child
            assert child is not None
            setup.append(_cpu_ms(zygote._process.pid) - before + _cpu_ms(child.pid))
            lines = Path(f"/proc/{child.pid}/smaps_rollup").read_text().splitlines()
            private.append(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024)
            backend._child = None
            ended_ms = 1000 * zygote.end(child).cpu_s
            whole.append(_cpu_ms(zygote._process.pid) - before + ended_ms)
    return {
        "setup_cpu_ms": round(median(setup), 1),
        "whole_cpu_ms": round(median(whole), 1),
        "private_mib": round(median(private), 1),
    }


_NOTHING = "def f():\n    return 1\n"


def _cpu_ms(pid: int) -> float:
    """CPU milliseconds of a running process, by the scheduler's own account."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
