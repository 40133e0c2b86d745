"""Whether every verdict on the embedded model is the same on the GPU: each exercise in a process of its own, side by side."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import asdict
from typing import Any

from benchmarks.gpu.shapes import one_thread

_DTYPES = ("float16", "bfloat16")
_MODEL = "tiny-chat"
Judged = dict[str, dict[str, str]]  # exercise → what was judged → verdict


def measure_verdicts(device: str, budget_s: float) -> dict[str, Any]:
    """Verdicts of references, stubs and mistakes in float16 and bfloat16 on `device`, beside float32 on the CPU.

    Returns: for each dtype what differs among the exercises that were finished in time; and which were not.
    """
    from autograder.course import read_course
    from benchmarks.gpu.verdicts import ROOT

    until_s = time.monotonic() + budget_s
    course = read_course(ROOT / "solutions")
    names = [one.id for unit in course.units for one in unit.exercises if one.rubric is None]
    kinds = [("cpu", "float32"), *((device, dtype) for dtype in _DTYPES)]
    n_jobs = max(1, min(12, len(os.sched_getaffinity(0)) - 2))
    with ProcessPoolExecutor(n_jobs, mp_context=multiprocessing.get_context("spawn"), initializer=one_thread) as pool:
        jobs: dict[tuple[str, str, str], Future[Judged]] = {
            (name, *kind): pool.submit(_judged, name, *kind) for name in names for kind in kinds
        }
        wait(jobs.values(), timeout=max(0.0, until_s - time.monotonic()))
        done = {key: job.result() for key, job in jobs.items() if job.done()}
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
    return _compared(names, device, done)


def _judged(name: str, device: str, dtype: str) -> Judged:
    from benchmarks.gpu.verdicts import verdicts

    found: Judged = verdicts(_MODEL, device, dtype, only=[name])
    return found


def _compared(names: list[str], device: str, done: dict[tuple[str, str, str], Judged]) -> dict[str, Any]:
    from benchmarks.gpu.verdicts import compared

    runs, unfinished = [], set()
    for dtype in _DTYPES:
        both = [name for name in names if {(name, "cpu", "float32"), (name, device, dtype)} <= done.keys()]
        unfinished |= set(names) - set(both)
        expected = {name: done[name, "cpu", "float32"][name] for name in both}
        found = {name: done[name, device, dtype][name] for name in both}
        n_verdicts = sum(map(len, expected.values()))
        runs.append(
            {"device": device, "dtype": dtype, "exercises": len(both), "verdicts": n_verdicts}
            | asdict(compared(expected, found))
        )
    return {"model": _MODEL, "runs": runs, "unfinished": sorted(unfinished)}
