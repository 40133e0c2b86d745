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
) -> Iterator[Graded]:
    """Each submission's result as soon as there is one; whatever ends this early cancels what still runs.

    Args:
        submit: starts a job and gives its future.
        wait: of `concurrent.futures` or of `distributed`.
        window: how many jobs may be under way now.

    Raises: whatever a future raises.
    """
    waiting, running = iter(submissions), set[Any]()
    try:
        while True:
            running |= {submit(one) for one in islice(waiting, max(0, window() - len(running)))}
            if not running:
                return
            done, running = wait(running, return_when="FIRST_COMPLETED")
            for future in done:
                yield future.result()
    finally:
        for future in running:
            future.cancel()
