"""Students of either kind, in process and in the jail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.audit import Bench
from autograder.exercise import Exercise
from autograder.grading.run import local_student
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits

Maker = Callable[[str], Student]


@pytest.fixture(params=["local", "jailed"])
def make(request: pytest.FixtureRequest, bench: Bench, top_p: Exercise):
    """Makes a student of either kind from source text."""
    shared = bench.models.shared()
    backends = []

    def jailed(text: str) -> Student:
        backend = JailedBackend(
            bench.zygote, module="m", sources={"m": text}, shared=shared, limits=Limits(cpu_s=20), seed=1
        )
        backends.append(backend)
        return Student(backend)

    yield jailed if request.param == "jailed" else lambda text: local_student(top_p, text, shared)
    for backend in backends:
        backend.close()
