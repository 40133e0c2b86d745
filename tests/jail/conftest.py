"""A student's function, called in a jail of its own."""

from __future__ import annotations

from autograder.errors import Outcome
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits, Zygote
from autograder.shared import SharedObjects


def ask(zygote: Zygote, source: str, name: str, *arguments: object, shared: SharedObjects | None = None) -> object:
    """What the function `name` of the student's `source` answers; None if it raised."""
    backend = JailedBackend(
        zygote, module="m", sources={"m": source}, shared=shared or SharedObjects(), limits=Limits(), seed=1
    )
    try:
        return getattr(Student(backend), name)(*arguments)
    except Outcome:
        return None
    finally:
        backend.close()
