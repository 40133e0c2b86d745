"""Several graders side by side: forks of one that has loaded everything, each with its own fork of the zygote.

Nothing is imported or loaded twice. Reports do not depend on how many there are: every check is seeded by its name,
and a submission is graded by one grader from beginning to end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from multiprocessing.synchronize import Lock

from autograder.errors import JailError, ModelError
from autograder.exercise import Unit
from autograder.grading.engine import Graded, Grader, Settings, circumstances, fault_of_ours
from autograder.grading.intake import Submission
from autograder.grading.window import as_finished
from autograder.jail.libc import end_with_parent
from autograder.models.weights import free_mib as free_mib
from autograder.server.start import ended

# Before, a thread of the executor may write to the pipe of dead workers for ever; newer ones close it themselves, too.
# Source: python/cpython#94777.
_CLOSES_THE_PIPE = (3, 11, 5)
# What one more grader takes beside the memory that its student process may allocate.
_GRADER_MIB = 400
# Of so many graders that share a GPU about one computes while the others wait for it.
_WAITING_FACTOR = 4
# So many submissions on each of which alone a grader died are theirs; more are the machine's.
MAX_DIED_ALONE = 8


def default_jobs(settings: Settings) -> int:
    """As many graders as there are cores and as fit into free memory; more where they wait for a GPU that they share.

    One where this process itself would use a GPU, after which it cannot be forked.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if settings.device != "cpu":
        if not settings.serves:
            return 1
        cores *= _WAITING_FACTOR
    return max(1, min(cores, free_mib() // (_GRADER_MIB + settings.limits.memory_mib)))


class GraderPool:
    """`n_jobs` graders, which start with the first submissions; a context manager."""

    def __init__(self, settings: Settings, n_jobs: int) -> None:
        self._settings, self._n_jobs = settings, n_jobs
        self._grader: Grader | None = None
        self._executor: ProcessPoolExecutor | None = None
        self._n_died_alone = 0

    def __enter__(self) -> GraderPool:
        return self

    def __exit__(self, kind: type[BaseException] | None = None, *_: object) -> None:
        self._end_workers(at_once=kind is not None)  # an interrupt waits for nothing: half a submission is graded again
        if self._grader is not None:
            self._grader.__exit__()

    def grade_all(self, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Each submission's result, as it is finished.

        A model server that ended is started again, as long as something was finished since it began. Where a grader died,
        the submissions that were under way are graded one by one, to find the one on which it dies.
        Raises: ModelError, JailError if a grader cannot start, or dies on one submission after the other.
        """
        waiting, begun = iter(submissions), dict[str, Submission]()

        def next_ones() -> Iterator[Submission]:
            for submission in waiting:
                begun[submission.student] = submission
                yield submission

        remaining, has_finished = next_ones(), False
        while True:
            executor = self._executor or self._start()
            try:
                for graded in self._graded(executor, remaining, unit):
                    has_finished = True
                    del begun[graded.student]
                    yield graded
                return
            except ModelError:
                if self._grader is None or not self._grader.lost_its_server or not has_finished:
                    raise
                self._end_workers(at_once=True)
                self._grader.restart()
                remaining, has_finished = chain(list(begun.values()), next_ones()), False
            except BrokenProcessPool:
                for submission in list(begun.values()):
                    has_finished = True
                    del begun[submission.student]
                    yield self._alone(submission, unit)
                self._end_workers(at_once=True)
                remaining = next_ones()

    def _graded(self, executor: ProcessPoolExecutor, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Raises: BrokenProcessPool if a grader died, ModelError if the model server had ended."""

        def submit(submission: Submission) -> Future[Graded]:
            return executor.submit(_grade, submission, unit)

        def failed(submission: Submission, error: Exception) -> Graded:
            if isinstance(error, (BrokenProcessPool, ModelError, JailError)):
                raise error
            return self._fault(submission, unit, error)

        try:
            yield from as_finished(submissions, submit, wait, lambda: 2 * self._n_jobs, failed)
        except BrokenProcessPool as error:
            self._end_workers(at_once=True)
            if self._grader is not None and self._grader.lost_its_server:
                raise ended() from error
            raise

    def _alone(self, submission: Submission, unit: Unit) -> Graded:
        """The result of one of the submissions that were under way when a grader died. If it dies on this one alone, its
        marks wait for a person. Raises: JailError if nobody can be graded."""
        executor = self._executor or self._start(1)
        try:
            return executor.submit(_grade, submission, unit).result()
        except BrokenProcessPool as error:
            self._end_workers(at_once=True)
            if self._grader is not None and self._grader.lost_its_server:
                raise ended() from error
            self._n_died_alone += 1
            if self._n_died_alone > MAX_DIED_ALONE:
                raise JailError(
                    ja="採点のプロセスが何度も途中で終わりました。メモリの空きを確かめ、`--jobs 1` でもう一度実行してください。終わった分は残っています。",
                    en="grading processes died again and again. Check free memory and run again with `--jobs 1`; what was finished is kept.",
                ) from error
            return self._fault(submission, unit, error)

    def _fault(self, submission: Submission, unit: Unit, error: Exception) -> Graded:
        log = "".join(traceback.format_exception(error))
        return fault_of_ours(submission, unit, circumstances(self._settings), log)

    def _end_workers(self, *, at_once: bool) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        if at_once:
            for process in list((executor._processes or {}).values()):
                process.kill()
            if sys.version_info < _CLOSES_THE_PIPE:
                executor._call_queue._reader.close()  # type: ignore[attr-defined]
        executor.shutdown(cancel_futures=True)

    def _start(self, n_jobs: int | None = None) -> ProcessPoolExecutor:
        if self._grader is None:
            self._grader = Grader(self._settings)
            self._grader.start()
        # fork: what is loaded is there already. Nothing has used more than one thread, and no GPU, up to here.
        context = multiprocessing.get_context("fork")
        arguments = (self._grader, context.Lock(), os.getpid())
        self._executor = ProcessPoolExecutor(
            n_jobs or self._n_jobs, mp_context=context, initializer=_begin, initargs=arguments
        )
        return self._executor


_grader: Grader | None = None


def _begin(grader: Grader, lock: Lock, parent: int) -> None:
    global _grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides what an interrupt means
    end_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    with lock:  # all talk to one zygote here
        _grader = grader.forked()


def _grade(submission: Submission, unit: Unit) -> Graded:
    assert _grader is not None
    return _grader.grade(submission, unit)
