"""docs/scale.md: what was measured with workers, and from it, on paper, a very large class."""

from __future__ import annotations

from typing import Any

N = 100_000
CORES = 64
# An assumption, not a measurement: what a core of a rented machine costs in an hour, in USD.
CORE_HOUR_USD = 0.05


def scale_page(found: dict[str, Any]) -> str:
    """The page; every number in it comes from `found` or from the assumptions above."""
    one, two = found["workers"]["rows"]
    per_second = [(row["n"] - 1) / row["rest_s"] for row in (one, two)]
    speed_up = per_second[1] / per_second[0]
    measured = "".join(
        f"| {row['workers']} | {row['n']} | {rate:.2f} | {rate / per_second[0]:.2f} |\n"
        for row, rate in zip((one, two), per_second, strict=True)
    )
    units = found["units"]
    paper = "".join(_paper(name, unit, speed_up / 2) for name, unit in units.items())
    machines = max(1, round(_hours(max(unit["cpu_s"] for unit in units.values()), speed_up / 2) / CORES / 8))
    course_mib, texts_gib = found["workers"]["course_mib"], N * found["workers"]["submission_kib"] / 2**20
    reports_gib = N * found["workers"]["report_kib"] / 2**20
    return f"""# More than one machine

`autograder grade` takes the same arguments as on one machine, and one of these:

    autograder grade submissions --unit u02_sampling --out results --cluster tcp://head:8786
    autograder grade submissions --unit u02_sampling --out results --slurm slurm.yaml

`--cluster` is the address of a running Dask scheduler (`dask scheduler`; on each machine `dask worker tcp://head:8786 --nthreads 1 --nworkers -1`).
`--slurm` starts the workers itself, by dask-jobqueue; the file holds the arguments of `SLURMCluster` and the number of jobs:

    jobs: 20            # workers, each with one core
    memory: 4GB
    walltime: "02:00:00"
    queue: short

Workers need the same `textgen-autograder[grading,cluster]` and nothing else: they are sent the course, load the models once and keep their
student processes warm. A worker that dies loses nothing: its job goes to another, and a result is taken once. Interrupted, `grade` goes on
where it stopped, with workers or without. The scheduler sees solutions and submissions: use a network that you trust, or Dask's TLS settings.

## Measured

Workers on one machine with two cores ({found["machine"]}), the class of [the benchmark](benchmark.md), from the first report to the last:

| workers | submissions | submissions per second | against one worker |
|--:|--:|--:|--:|
{measured}
Each worker takes {found["workers"]["worker_mib"]:.0f} MiB for itself and its warm process, and what the student process that runs at the moment may allocate
(1 GiB unless `--memory-limit` says otherwise).

## {N:,} submissions, on paper

From the CPU seconds that a right submission of each unit takes here, and the {speed_up / 2:.0%} of a core's time that two workers made use of. A core hour is
taken to cost {CORE_HOUR_USD} USD, which is an assumption.

| unit | checks | CPU s per submission | core hours | hours on one machine of {CORES} cores | USD |
|---|--:|--:|--:|--:|--:|
{paper}
{machines} such machine{"s" if machines > 1 else ""} would grade the larger unit within a working day. What breaks first, in this order:

1. **Submissions that hang.** One that loops in every check costs 20 CPU seconds for each check that is tried: two of an exercise, and one after it
   happened four times. If one submission in a hundred did so in all ten exercises, the larger unit would take {0.01 * 20 * 12:.1f} CPU seconds more for each
   submission on average. `--cpu-limit 5` divides that by four.
2. **The page of the class.** `index.html` and `class.json` hold a row for each student: made for some hundreds, slow in a browser at ten thousand.
   `grade` also holds every report in memory until it is written. Grade each section into a folder of its own. Submissions are handed out four
   for each worker, so the scheduler's memory does not grow with the class.
3. **The folder of results.** {reports_gib:.1f} GiB of reports in {2 * N:,} files, written by one process: a shared file system that takes ten milliseconds for a file needs
   {2 * N * 0.01 / 60:.0f} minutes for that alone, beside the grading. Submissions ({texts_gib:.1f} GiB) are read twice.
4. **The scheduler.** About a millisecond for each job by Dask's own documentation: {N / 1000:.0f} s in all. The course is {course_mib:.2f} MiB for each worker, once.

Not among them: the models ({found["workers"]["worker_mib"]:.0f} MiB for a worker), the license of anything, a network (workers need none but to the scheduler).
"""


def _hours(cpu_s: float, efficiency: float) -> float:
    return N * cpu_s / 3600 / efficiency


def _paper(name: str, unit: dict[str, Any], efficiency: float) -> str:
    hours = _hours(unit["cpu_s"], efficiency)
    return f"| {name} | {unit['checks']} | {unit['cpu_s']:.1f} | {hours:.0f} | {hours / CORES:.1f} | {hours * CORE_HOUR_USD:.0f} |\n"
