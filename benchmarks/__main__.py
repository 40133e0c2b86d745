"""`python -m benchmarks`: grade one class with each system, and write docs/benchmark.json, docs/benchmark.md and docs/scale.md.

CPU seconds are those of all processes that a system starts (user and system, as the kernel counts them). What a system
that grades a class in one run spends at its start is told apart by grading one submission as well as the whole class.
The bare work is measured before and after ours, since a machine's speed changes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.fresh import floor, imports, plain_pytest
from benchmarks.notebooks import nbgrader, otter
from benchmarks.ours import jail_figures, ours, queue
from benchmarks.page import page
from benchmarks.process import adopt_orphans
from benchmarks.scale import scale_page
from benchmarks.through import through_nbgrader
from benchmarks.workers import scaling, units

ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=40, help="size of the class (default: 40)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    parser.add_argument("--only", nargs="*", choices=PARTS, help="measure these again, and keep the other figures")
    options = parser.parse_args()
    path = options.out / "benchmark.json"
    found = json.loads(path.read_text()) if options.only else {}
    found |= {"machine": machine(), "submissions": options.submissions}
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as name:
        for part in options.only or PARTS:
            print(part, file=sys.stderr, flush=True)
            found[part] = PARTS[part](Path(name), options.submissions)
    path.write_text(json.dumps(found, indent=1) + "\n")
    (options.out / "benchmark.md").write_text(page(found), encoding="utf-8")
    (options.out / "scale.md").write_text(scale_page(found), encoding="utf-8")
    print(page(found))


def measure_ours(folder: Path, n: int) -> dict[str, object]:
    """One submission, and the class with one job and with two; the bare work before and after."""
    found: dict[str, object] = {"floor_before": asdict(floor(folder, n)), "imports": asdict(imports(folder))}
    found["one"] = asdict(ours(folder, 1)[0])
    for jobs in (1, 2):
        cost, times = ours(folder, n, jobs)
        found[f"jobs_{jobs}"] = {**asdict(cost), "first_s": times[0], "rest_s": times[-1] - times[0]}
    return {**found, "floor_after": asdict(floor(folder, n)), "jail": jail_figures()}


def measure_nbgrader(folder: Path, n: int) -> dict[str, object]:
    return {"one": asdict(nbgrader(folder, 1)), "class": asdict(nbgrader(folder, n))}


def measure_through_nbgrader(folder: Path, n: int) -> dict[str, object]:
    return {"one": asdict(through_nbgrader(folder, 1)), "class": asdict(through_nbgrader(folder, n))}


PARTS = {
    "ours": measure_ours,
    "queue": lambda folder, n: queue(folder),
    "pytest": lambda folder, n: asdict(plain_pytest(folder, n)),
    "nbgrader": measure_nbgrader,
    "through_nbgrader": measure_through_nbgrader,
    "otter": lambda folder, n: asdict(otter(folder, n)),
    "workers": scaling,
    "units": lambda folder, n: units(folder),
}


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
