"""What the reference answers to given arguments: trusted code, run in this process and remembered for a whole class."""

from __future__ import annotations

import ast
import hashlib
import random
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from autograder.course.source import top_level_functions, with_mistake, without_marks
from autograder.errors import Outcome, StudentRaised
from autograder.exercise import Exercise, Mistake
from autograder.grading.run import Models, local_student
from autograder.grading.student import Call, Student
from autograder.jail import wire

MAX_REMEMBERED = 4096
# Calls with a model that explaining one function may ask for: each generates. The count does not depend on what is remembered.
MAX_GENERATIONS = 60
# What one question may take. Arguments are changed within bounds (`families.arguments`), so this ends what nobody thought of.
MAX_CPU_S = 10.0


class Oracle:
    """The references of a course as functions of their arguments."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._shared = models.shared()
        self._students: dict[str, Student] = {}
        self._remembered: dict[tuple[str, str, bytes], Call | None] = {}
        self._asked: set[tuple[str, str, bytes]] = set()

    def generates(self, arguments: Mapping[str, Any]) -> bool:
        """Whether a call with these arguments runs a model."""
        return any(self._shared.name_of(one) for one in arguments.values())

    def begin(self) -> None:
        """From now on, another function is explained."""
        self._asked.clear()

    def answer(
        self, exercise: Exercise, function: str, keywords: Mapping[str, Any], *, mistake: Mistake | None = None
    ) -> Call | None:
        """The call of the reference, or of the reference with `mistake`; None if it has no answer that can be taken over.

        Nor has it if too much was asked for (`begin`).

        Args:
            keywords: all arguments by name.
        """
        try:
            sent = wire.encode(dict(keywords), self._shared)
        except wire.WireError:
            return None
        text = with_mistake(exercise.solution, mistake) if mistake else without_marks(exercise.solution)
        key = (text, function, hashlib.sha256(sent).digest())
        if self.generates(keywords):
            self._asked.add(key)
            if len(self._asked) > MAX_GENERATIONS:
                return None
        if key not in self._remembered:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = self._ask(exercise, text, function, keywords)
        return self._remembered[key]

    def _ask(self, exercise: Exercise, text: str, function: str, keywords: Mapping[str, Any]) -> Call | None:
        if text not in self._students:
            self._students[text] = local_student(exercise, text, self._shared)
        given = ((), dict(keywords))
        seed_everything(0)  # what a reference draws at random shall not depend on what ran before
        try:
            with _at_most(MAX_CPU_S):
                value, _ = self._students[text]._backend.call(function, (), keywords, refused={})
        except StudentRaised as error:
            return Call(function, given, None, error.type_names)
        except (Outcome, _TooLong):
            return None
        return Call(function, given, value)


class _TooLong(BaseException):
    pass


@contextmanager
def _at_most(cpu_s: float) -> Iterator[None]:
    """Ends the block by `_TooLong` after so many CPU seconds, where the system has such a timer and this is the main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seed_everything(seed: int) -> None:
    """Every generator that trusted code may draw from."""
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)


@lru_cache(maxsize=256)
def signature(solution: str, function: str) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """The names of a reference function's parameters in order, and the defaults that are literals."""
    for one in top_level_functions(ast.parse(without_marks(solution))):
        if one.name == function:
            arguments = one.args
            positional = [*arguments.posonlyargs, *arguments.args]
            given = [
                *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
                *(
                    (each, value)
                    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
                    if value
                ),
            ]
            defaults = {each.arg: value.value for each, value in given if isinstance(value, ast.Constant)}
            return tuple(each.arg for each in [*positional, *arguments.kwonlyargs]), defaults
    return (), {}
