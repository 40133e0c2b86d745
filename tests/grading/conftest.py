"""Students of every kind: in process, in the jail, and in the jail with a model server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.audit import Bench
from autograder.exercise import Exercise
from autograder.grading.run import Models, local_student
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits

Maker = Callable[[str], Student]


@pytest.fixture(params=["local", "jailed", "served"])
def kind(request: pytest.FixtureRequest) -> str:
    """In process; in the jail with the models; in the jail with a model server."""
    return str(request.param)


@pytest.fixture
def models(request: pytest.FixtureRequest, kind: str) -> Models:
    """The models of the trusted side."""
    bench: Bench = request.getfixturevalue("served_bench" if kind == "served" else "bench")
    return bench.models


@pytest.fixture
def make(request: pytest.FixtureRequest, kind: str, models: Models, top_p: Exercise):
    """Makes a student of either kind from source text."""
    bench: Bench = request.getfixturevalue("served_bench" if kind == "served" else "bench")
    shared = models.shared()
    backends = []

    def jailed(text: str) -> Student:
        backend = JailedBackend(
            bench.zygote, module="m", sources={"m": text}, shared=shared, limits=Limits(cpu_s=20), seed=1
        )
        backends.append(backend)
        return Student(backend)

    yield (lambda text: local_student(top_p, text, shared)) if kind == "local" else jailed
    for backend in backends:
        backend.close()
