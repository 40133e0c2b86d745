"""Students in the jail."""

from __future__ import annotations

import pytest

from autograder.audit import Bench
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits


@pytest.fixture
def jailed(bench: Bench):
    """Makes a student in the jail from source text."""
    backends: list[JailedBackend] = []

    def make(text: str) -> Student:
        shared = bench.models.shared()
        setup = {"module": "m", "sources": {"m": text}, "shared": shared, "limits": Limits(), "seed": 1}
        backends.append(JailedBackend(bench.zygote, **setup))
        return Student(backends[-1])

    yield make
    for backend in backends:
        backend.close()
