"""Grading one submission: run the checks against the jailed student, name the mistakes, make the report."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder import __version__
from autograder.exercise import Exercise, Unit
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.intake import Answer, Submission
from autograder.grading.report import Circumstances, make_report
from autograder.grading.run import CheckOutcome, Models, Outcomes, run_checks
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits, Zygote, jail_level
from autograder.messages import Message


@dataclass(frozen=True)
class Settings:
    """How to grade: the model under test, the one to compare with, dtype, limits per check.

    `unsafe_no_jail` runs student code with nothing but limits around it, for code that the user wrote.
    """

    model: str = "tiny-chat"
    other_model: str = "tiny-base"
    device: str = "cpu"
    dtype: str | None = None
    limits: Limits = field(default_factory=Limits)
    unsafe_no_jail: bool = False


def circumstances(settings: Settings) -> Circumstances:
    """What a report made now, on this machine, would state."""
    return Circumstances(__version__, settings.model, settings.device, jail_level(jailed=not settings.unsafe_no_jail))


def load_models(settings: Settings) -> Models:
    """The models of the trusted side, which computes on one thread: results do not depend on the number of cores.

    Raises: ModelError.
    """
    import torch
    from transformers.utils.logging import set_verbosity_error

    from autograder.models import load

    torch.set_num_threads(1)
    set_verbosity_error()  # what transformers thinks of the mistakes that are run here is no news
    return Models(
        *(load(name, device=settings.device, dtype=settings.dtype) for name in (settings.model, settings.other_model))
    )


@dataclass(frozen=True)
class Graded:
    """A student's report, and the log of faults of our own code (empty when there were none).

    `cpu_s`: exercise id → CPU seconds of the student's own processes. It differs from run to run, so no report holds it.
    """

    student: str
    report: dict[str, Any]
    faults: str
    cpu_s: dict[str, float] = field(default_factory=dict)


class Grader:
    """Owns the loaded models and the zygote; a context manager. Grades any number of submissions."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._zygote = Zygote(
            [settings.model, settings.other_model], dtype=settings.dtype, jailed=not settings.unsafe_no_jail
        )
        self._zygote.launch()  # it loads while we do
        try:
            self._models = load_models(settings)
        except BaseException:
            self._zygote.close()
            raise
        self._diagnosis = Diagnosis(self._models)
        self._made = circumstances(settings)

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self._zygote.close()

    def start(self) -> None:
        """Start the zygote now instead of with the first submission. Raises: JailError."""
        self._zygote.start()

    def forget(self) -> None:
        """Forget how mistakes fared: the course has changed."""
        self._diagnosis = Diagnosis(self._models)

    def forked(self) -> Grader:
        """In a fork of this process: a grader that shares what is loaded, with a zygote of its own. Raises: JailError."""
        other = copy.copy(self)
        other._zygote = self._zygote.shared()
        return other

    def grade_all(self, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Each submission's result, one after the other."""
        for submission in submissions:
            yield self.grade(submission, unit)

    def grade(self, submission: Submission, unit: Unit) -> Graded:
        """Run every check of `unit` on one submission and name its mistakes."""
        with_code = [one for one in unit.exercises if one.rubric is None]
        written = [one for one in with_code if submission.answers[one.name].source is not None]
        processes: list[tuple[str, JailedBackend]] = []

        def student(exercise: Exercise, seed: int) -> Student:
            backend = self._backend(submission, exercise, seed)
            processes.append((exercise.id, backend))
            return Student(backend)

        outcomes = run_checks(written, student, self._models)
        for exercise in with_code:
            answer = submission.answers[exercise.name]
            if answer.source is None:
                outcomes.update(_without_answer(exercise, answer))
        mistakes = {exercise.id: self._diagnosis.recognise(exercise, outcomes) for exercise in written}
        faults = "\n".join(
            f"{exercise} {check}\n{outcome.fault}" for (exercise, check), outcome in outcomes.items() if outcome.fault
        )
        report = make_report(submission, unit, outcomes, mistakes, self._made)
        return Graded(submission.student, report, faults, _seconds(processes))

    def _backend(self, submission: Submission, exercise: Exercise, seed: int) -> JailedBackend:
        answers = {name: one.source for name, one in submission.answers.items() if one.source is not None}
        return JailedBackend(
            self._zygote,
            module=exercise.name,
            sources={**submission.modules, **answers},
            shared=self._models.shared(),
            limits=self._settings.limits,
            seed=seed,
        )


def _seconds(processes: Iterable[tuple[str, JailedBackend]]) -> dict[str, float]:
    """Exercise id → CPU seconds of its processes, to the millisecond."""
    seconds: dict[str, float] = {}
    for exercise, backend in processes:
        seconds[exercise] = seconds.get(exercise, 0.0) + backend.cpu_s
    return {exercise: round(spent, 3) for exercise, spent in seconds.items()}


def _without_answer(exercise: Exercise, answer: Answer) -> Outcomes:
    message = answer.note or Message("", "")
    return {(exercise.id, check.id): CheckOutcome(answer.verdict, message) for check in exercise.checks}
