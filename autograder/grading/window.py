"""Jobs handed out a few at a time, whoever runs them: a class of any size needs no more memory than a small one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from autograder.grading.engine import Graded
from autograder.grading.intake import Submission


def as_finished(
    submissions: Iterable[Submission],
    submit: Callable[[Submission], Any],
    wait: Callable[..., tuple[set[Any], set[Any]]],
    window: Callable[[], int],
    failed: Callable[[Submission, Exception], Graded],
) -> Iterator[Graded]:
    """Each submission's result as soon as there is one; whatever ends this early cancels what still runs.

    Args:
        submit: starts a job and gives its future.
        wait: of `concurrent.futures` or of `distributed`.
        window: how many jobs may be under way now.
        failed: gives the result of a submission whose job raised, or raises what ends the whole.
    """
    waiting, running = iter(submissions), dict[Any, Submission]()
    try:
        while True:
            running |= {submit(one): one for one in islice(waiting, max(0, window() - len(running)))}
            if not running:
                return
            for future in wait(list(running), return_when="FIRST_COMPLETED")[0]:
                submission = running.pop(future)
                try:
                    graded = future.result()
                except Exception as error:
                    graded = failed(submission, error)
                yield graded
    finally:
        for future in running:
            future.cancel()
