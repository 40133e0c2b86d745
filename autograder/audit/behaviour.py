"""One exercise judged by its own test data: reference, stub, mistakes, and answers that make no sense."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from autograder.audit.prose import audit_prose
from autograder.course.source import with_mistake, without_marks
from autograder.exercise import Exercise, Mistake, Verdict
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.engine import Settings, load_models, model_sources
from autograder.grading.run import Models, Outcomes, local_student, run_checks
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Zygote
from autograder.messages import Message


@dataclass(frozen=True)
class Bench:
    """What an audit runs on: the embedded models in this process, and a zygote that holds them too."""

    models: Models
    zygote: Zygote
    settings: Settings
    diagnosis: Diagnosis

    @staticmethod
    @contextmanager
    def load(settings: Settings | None = None) -> Iterator[Bench]:
        """A bench for as long as the `with` block lasts."""
        settings = settings or Settings()
        models = load_models(settings)
        with Zygote(model_sources(settings)) as zygote:
            yield Bench(models, zygote, settings, Diagnosis(models))

    def run_locally(self, exercise: Exercise, text: str) -> Outcomes:
        """How trusted `text` fares, in this process."""
        shared = self.models.shared()
        return run_checks([exercise], lambda one, seed: local_student(one, text, shared), self.models)

    def run_mistake(self, exercise: Exercise, mistake: Mistake) -> Outcomes:
        """How the reference with `mistake` fares: as a submission where it must be caught, else in this process."""
        outcomes = self.diagnosis.outcomes(exercise, mistake)
        jailed = self.run_jailed(exercise, with_mistake(exercise.solution, mistake), only=[mistake.caught_by])
        return outcomes | {key: outcome for key, outcome in jailed.items() if key in outcomes}

    def run_jailed(self, exercise: Exercise, text: str, *, only: Collection[str] | None = None) -> Outcomes:
        """How `text` fares as a submission; `only` are the ids of the checks to run, None runs all."""
        shared, limits = self.models.shared(), self.settings.limits

        def student(one: Exercise, seed: int) -> Student:
            sources = {one.name: text}
            return Student(
                JailedBackend(self.zygote, module=one.name, sources=sources, shared=shared, limits=limits, seed=seed)
            )

        return run_checks([exercise], student, self.models, only=only)


def audit_exercise(exercise: Exercise, bench: Bench, *, short: bool = False) -> list[Message]:
    """What is wrong with the checks and mistakes of `exercise`, or with what a person is given to mark prose by.

    Args:
        short: run each mistake in the check alone that must catch it, and leave nonsense and idle checks out.
    """
    if exercise.rubric is not None:
        return audit_prose(exercise)
    problems = _full_marks(exercise, bench, short=short)
    stub = bench.run_jailed(exercise, exercise.stub)
    problems += [
        _said(
            exercise, check, f"スタブで {outcome.verdict.value} になりました", f"the stub got {outcome.verdict.value}"
        )
        for (_, check), outcome in stub.items()
        if outcome.verdict is not Verdict.UNWRITTEN
    ]
    if short:
        return problems + [
            problem for mistake in exercise.mistakes for problem in _audit_in_its_check(exercise, mistake, bench)
        ]
    caught: set[str] = set()
    for mistake in exercise.mistakes:
        outcomes = bench.run_mistake(exercise, mistake)
        caught |= {check for (_, check), outcome in outcomes.items() if _is_wrong(outcome.verdict)}
        problems += _audit_mistake(exercise, mistake, outcomes, bench)
    problems += [
        _said(exercise, check.id, "どの間違いも捕まえません", "catches none of the mistakes")
        for check in exercise.checks
        if not check.public and check.id not in caught
    ]
    return problems + _never_fault_on_nonsense(exercise, bench)


def _audit_in_its_check(exercise: Exercise, mistake: Mistake, bench: Bench) -> list[Message]:
    """That `mistake` is caught, and that the check that catches it names no other."""
    text = with_mistake(exercise.solution, mistake)
    ((_, outcome),) = bench.run_jailed(exercise, text, only=[mistake.caught_by]).items()
    if _is_wrong(outcome.verdict) and outcome.mistake in {None, mistake.id}:
        return []
    return [
        _said(
            exercise,
            mistake.id,
            f"{mistake.caught_by} が捕まえるはずですが、{outcome.verdict.value} でした（{outcome.mistake}）",
            f"should be caught by {mistake.caught_by}, which gave {outcome.verdict.value} (named: {outcome.mistake})",
        )
    ]


def _is_wrong(verdict: Verdict) -> bool:
    return verdict in {Verdict.FAIL, Verdict.CRASH}


def _full_marks(exercise: Exercise, bench: Bench, *, short: bool) -> list[Message]:
    text = without_marks(exercise.solution)
    runs = {"jailed": bench.run_jailed(exercise, text)}
    if not short:
        runs["local"] = bench.run_locally(exercise, text)
    return [
        _said(
            exercise,
            check,
            f"参照解答が {outcome.verdict.value} になりました（{where}）: {outcome.message.ja}{outcome.fault}",
            f"the reference got {outcome.verdict.value} ({where}): {outcome.message.en}{outcome.fault}",
        )
        for where, outcomes in runs.items()
        for (_, check), outcome in outcomes.items()
        if outcome.verdict is not Verdict.PASS
    ]


def _audit_mistake(exercise: Exercise, mistake: Mistake, outcomes: Outcomes, bench: Bench) -> list[Message]:
    known = {check.id for check in exercise.checks}
    if mistake.caught_by not in known:
        return [
            _said(
                exercise,
                mistake.id,
                f"{mistake.caught_by} というチェックはありません",
                f"there is no check {mistake.caught_by}",
            )
        ]
    problems = []
    verdict = outcomes[exercise.id, mistake.caught_by].verdict
    if not _is_wrong(verdict):
        problems.append(
            _said(
                exercise,
                mistake.id,
                f"{mistake.caught_by} が捕まえるはずですが、{verdict.value} でした",
                f"should be caught by {mistake.caught_by}, which gave {verdict.value}",
            )
        )
    problems += [
        _said(
            exercise,
            check,
            f"間違い {mistake.id} で採点側が失敗しました: {one.fault}",
            f"a fault on the mistake {mistake.id}: {one.fault}",
        )
        for (_, check), one in outcomes.items()
        if one.verdict is Verdict.FAULT
    ]
    named = bench.diagnosis.recognise(exercise, outcomes).get(mistake.caught_by)
    if not problems and named != mistake.id:
        problems.append(
            _said(
                exercise,
                mistake.id,
                f"{mistake.caught_by} でこの間違いと認識されません（{named}）",
                f"is not recognised as this mistake in {mistake.caught_by} (named: {named})",
            )
        )
    return problems


# What a student's function may return instead of an answer.
NONSENSE: Mapping[str, Any] = {
    "None": None,
    "True": True,
    "zero": 0,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "huge": 10**18,
    "empty text": "",
    "text": "dragon",
    "empty list": [],
    "list of None": [None, None],
    "list of lists": [[], [[]]],
    "list of text": ["a", "b", "c"],
    "list of numbers": [0.5, 0.5],
    "negative numbers": [-1.0, 2.0],
    "one pair": [("a", 1.0)],
    "pairs of NaN": [("a", float("nan")), ("b", 1.0)],
    "pairs the wrong way": [(0.5, "a"), (0.5, "b")],
    "unknown tokens": [("x", 0.5), ("y", 0.5)],
    "empty dict": {},
    "dict": {"a": 1, ("b", 2): None},
    "dict of floats": {0.1: ([], 0.0), 0.5: (["a", "b"], float("nan")), 0.9: None},
    "bytes": b"\x00\xff",
}


def nonsense_text(exercise: Exercise, value: object) -> str:
    """A submission whose every function returns `value`, whatever it is asked."""
    functions = "\n\n\n".join(
        f"def {name}(*arguments, **keywords):\n    return {value!r}" for name in exercise.functions
    )
    return f'nan, inf = float("nan"), float("inf")\n\n\n{functions}\n'


def _never_fault_on_nonsense(exercise: Exercise, bench: Bench) -> list[Message]:
    problems = []
    for name, value in NONSENSE.items():
        outcomes = bench.run_locally(exercise, nonsense_text(exercise, value))
        faults = {check: outcome.fault for (_, check), outcome in outcomes.items() if outcome.verdict is Verdict.FAULT}
        problems += [
            _said(
                exercise,
                check,
                f"答えが {name} のとき採点側が失敗しました: {fault}",
                f"a fault on the answer {name}: {fault}",
            )
            for check, fault in faults.items()
        ]
        if all(outcome.verdict is Verdict.PASS for outcome in outcomes.values()):
            problems.append(
                _said(exercise, name, "意味のない答えが満点になりました", "an answer without meaning got full marks")
            )
    return problems


def _said(exercise: Exercise, about: str, ja: str, en: str) -> Message:
    return Message(f"{exercise.id} {about}: {ja}", f"{exercise.id} {about}: {en}")
