"""Several graders side by side, each a process with its own models and its own zygote.

Reports do not depend on how many there are: every check is seeded by its name, and a submission is
graded by one grader from beginning to end.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from autograder.errors import JailError
from autograder.exercise import Unit
from autograder.grading.engine import Graded, Grader, Settings
from autograder.grading.intake import Submission

# Each grader and its zygote take about 1.5 GiB.
MAX_JOBS = 4


def default_jobs() -> int:
    """As many graders as there are cores, up to `MAX_JOBS`."""
    return max(1, min(MAX_JOBS, os.cpu_count() or 1))


class GraderPool:
    """`n_jobs` graders, started when first needed; a context manager."""

    def __init__(self, settings: Settings, n_jobs: int) -> None:
        # spawn: a grader inherits nothing, and torch is never forked after use.
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(n_jobs, mp_context=context, initializer=_start, initargs=(settings,))

    def __enter__(self) -> GraderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(cancel_futures=True)

    def grade_all(self, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Each submission's result, as it is finished. Raises: JailError if a grader died."""
        futures: list[Future[Graded]] = [self._executor.submit(_grade, one, unit) for one in submissions]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            raise JailError(
                ja="採点のプロセスが途中で終わりました。メモリの空きを確かめ、`--jobs 1` でもう一度実行してください。終わった分は残っています。",
                en="a grading process died. Check free memory and run again with `--jobs 1`; what was finished is kept.",
            ) from error
        finally:
            for future in futures:
                future.cancel()


_grader: Grader | None = None


def _start(settings: Settings) -> None:
    global _grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides what an interrupt means
    _grader = Grader(settings)
    atexit.register(_grader.__exit__)


def _grade(submission: Submission, unit: Unit) -> Graded:
    assert _grader is not None
    return _grader.grade(submission, unit)
