"""`python -m benchmarks`: grade one class with each system, and write docs/benchmark.json and docs/benchmark.md.

CPU seconds are those of all processes that a system starts (user and system, as the kernel counts them); a batch
system's start is told apart by grading one submission as well as the whole class.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import assignment
from benchmarks.page import page

ROOT = Path(__file__).parent.parent
UNIT = "u01_bench"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass
class Cost:
    """Of one run: CPU and wall seconds, and how many submissions it graded."""

    cpu_s: float
    wall_s: float
    n: int

    @property
    def each(self) -> float:
        return self.cpu_s / self.n


def run(command: list[str], cwd: Path, n: int = 1) -> Cost:
    """Run `command` to its end. Raises: CalledProcessError with its output on the exception."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=cwd, env=ENVIRONMENT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_s, time.monotonic() - start, n)


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

_PYTEST = """
import pytest, sacrebleu, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
import submission

def must(condition, sentence):
    assert condition, sentence

@pytest.fixture(scope="session")
def lm():
    path = {path!r}
    return AutoModelForCausalLM.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)

{checks}
{tests}
"""

_FLOOR = '''
import json, resource, sys, time
import submission
from transformers import AutoModelForCausalLM, AutoTokenizer
import sacrebleu, torch
torch.set_num_threads(1)
path = {path!r}
model, tokenizer = AutoModelForCausalLM.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)

class Calls:
    """Calls the functions as the checks do, and keeps what they cost."""
    cpu_s = 0.0
    def __getattr__(self, name):
        function = getattr(submission, name)
        def call(*arguments):
            start = time.process_time()
            value = function(*arguments)
            self.cpu_s += time.process_time() - start
            return value
        return call

def must(condition, sentence):
    assert condition, sentence

{checks}
each = []
for _ in range({n}):
    s = Calls()
    {calls}
    each.append(s.cpu_s)
print(json.dumps(each))
'''


def model_path() -> str:
    from autograder.models import model_path

    return model_path("tiny-chat")


def ours(folder: Path, n: int, jobs: int = 1) -> tuple[Cost, list[float]]:
    """The cost of `autograder grade`, and when each report was written, in seconds after the start."""
    course = folder / "course"
    solutions = course / "solutions" if course.exists() else write_course(course)
    submissions = folder / f"class_{n}"
    for number in range(n):
        for name in assignment.NAMES:
            file = submissions / f"s{number:03}" / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(assignment.answer(name))
    out = Path(tempfile.mkdtemp(dir=folder))
    command = [sys.executable, "-m", "autograder.cli", "grade", str(submissions), "--unit", UNIT, "--out", str(out)]
    start = time.time()
    cost = run([*command, "--course", str(solutions), "--jobs", str(jobs)], folder, n)
    reports = [json.loads(path.read_text()) for path in out.glob("*/report.json")]
    assert [one["points"] for one in reports] == [6.0] * n, "a right answer lost points"
    return cost, sorted(path.stat().st_mtime - start for path in out.glob("*/report.json"))


def plain_pytest(folder: Path, n: int) -> Cost:
    """A fresh process for each submission."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    tests = "\n".join(f"def test_{name}(lm):\n    check_{name}(submission, *lm)\n" for name in assignment.NAMES)
    checks = "\n".join(assignment.CHECKS.values())
    (folder / "submission.py").write_text(assignment.whole_answer())
    (folder / "test_it.py").write_text(_PYTEST.format(path=model_path(), checks=checks, tests=tests))
    costs = [
        run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:autograder"], folder)
        for _ in range(n)
    ]
    return Cost(sum(one.cpu_s for one in costs), sum(one.wall_s for one in costs), n)


def floor(folder: Path, n: int) -> Cost:
    """A warm process that does nothing but call the functions with the checks' inputs."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    (folder / "submission.py").write_text(assignment.whole_answer())
    calls = "; ".join(f"check_{name}(s, model, tokenizer)" for name in assignment.NAMES)
    checks = "\n".join(assignment.CHECKS.values())
    (folder / "floor.py").write_text(_FLOOR.format(path=model_path(), checks=checks, calls=calls, n=n + 1))
    done = subprocess.run(
        [sys.executable, "floor.py"], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    each = json.loads(done.stdout.splitlines()[-1])[1:]  # the first one warms up
    return Cost(sum(each), sum(each), n)


def imports(folder: Path) -> Cost:
    """What every fresh process pays before it can begin."""
    return run([sys.executable, "-c", "import torch, transformers.pipelines, sacrebleu"], folder)


def jail_figures() -> dict[str, float]:
    """CPU milliseconds to fork, confine and end a student process that does next to nothing, and its private MiB."""
    from autograder.grading.student import JailedBackend, Student
    from autograder.jail.pool import Limits, Zygote
    from autograder.shared import SharedObjects

    source = "def f():\n    lines = open('/proc/self/smaps_rollup').read() if False else ''\n    return 1\n"
    with Zygote(["tiny-chat", "tiny-base"], wall="none") as zygote:
        zygote.start()
        assert zygote._process is not None
        pid = zygote._process.pid
        child_s, private_kib = [], []

        def own_cpu_s() -> float:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = own_cpu_s()
        for _ in range(60):
            backend = JailedBackend(
                zygote, module="m", sources={"m": source}, shared=SharedObjects(), limits=Limits(), seed=1
            )
            assert Student(backend).f() == 1
            child = backend._child
            assert child is not None
            lines = Path(f"/proc/{child.pid}/smaps_rollup").read_text().splitlines()
            private_kib.append(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")))
            backend._child = None
            child_s.append(zygote.end(child).cpu_s)
        own_s = (own_cpu_s() - before) / 60
    return {
        "fork_and_jail_cpu_ms": round(1000 * (own_s + sum(child_s) / 60), 1),
        "private_mib": round(sorted(private_kib)[30] / 1024, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--fresh", type=int, default=5, help="how many fresh processes plain pytest is measured on")
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    n = options.submissions
    found: dict[str, object] = {"machine": machine(), "submissions": n}
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as name:
        folder = Path(name)
        say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731
        say("floor")
        found["floor"] = asdict(floor(folder, n))
        say("imports")
        found["imports"] = asdict(imports(folder))
        say("autograder, one submission")
        found["ours_one"] = asdict(ours(folder, 1)[0])
        for jobs in (1, 2):
            say(f"autograder, {n} submissions, {jobs} job(s)")
            cost, times = ours(folder, n, jobs)
            found[f"ours_{jobs}_jobs"] = {**asdict(cost), "first_s": times[0], "rest_s": times[-1] - times[0]}
        say("plain pytest")
        found["pytest"] = asdict(plain_pytest(folder, options.fresh))
        say("jail")
        found["jail"] = jail_figures()
    (options.out / "benchmark.json").write_text(json.dumps(found, indent=1) + "\n")
    (options.out / "benchmark.md").write_text(page(found), encoding="utf-8")
    print(page(found))


def machine() -> str:
    """Processor, cores, memory, kernel and the packages that do the work."""
    import torch
    import transformers

    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return (
        f"{model}, {os.cpu_count()} cores, {memory} GiB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__}"
    )


if __name__ == "__main__":
    main()
