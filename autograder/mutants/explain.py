"""How well the diagnosis explains wrong answers: those that people wrote for it, and mutants of the references.

A wrong answer under `tests/wrong/<exercise>/` says in a comment what the right explanation is:

    # explained by: drops_the_crossing_token
    # explained by: nothing

With `nothing` every hint is wrong; else every hint must be one of those named, and there must be one. What counts is what
the student reads: a mistake that gives the same results in all calls, or, in an answer with others besides, those of the
function that a check failed at.

Of a mutant nobody wrote down the cause. A hint for it is contradicted if the hint is about another function of the
contract than the changed one, or if on inputs that the diagnosis has not seen (the checks with other random
numbers) mutant and mistake part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.audit import Bench
from autograder.errors import CourseError
from autograder.exercise import Exercise, Verdict
from autograder.grading.run import Outcomes
from autograder.mutants.make import Mutant, mutants_of

_LABEL = re.compile(r"^# explained by: (.+)$", re.MULTILINE)
# Evenly spaced over the reference; a mutant takes a whole grading here, not just one failing check.
MAX_MUTANTS = 12
_WRONG = {Verdict.FAIL, Verdict.CRASH}


@dataclass(frozen=True)
class WrongAnswer:
    """A whole student file; `causes` are the mistakes that explain it rightly, none if the bank has no such mistake."""

    name: str
    text: str
    causes: frozenset[str]


@dataclass(frozen=True)
class Explained:
    """What the diagnosis said about one answer, and which of that is wrong."""

    name: str
    named: frozenset[str]
    wrong: frozenset[str]
    is_missed: bool = False


def read_wrong_answers(exercise: Exercise, folder: Path) -> list[WrongAnswer]:
    """The answers under `folder/<exercise>/`.

    Raises: CourseError for one without its label, or with a mistake that the exercise does not have.
    """
    answers = []
    known = {mistake.id for mistake in exercise.mistakes}
    for path in sorted((folder / exercise.name).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        label = _LABEL.search(text)
        causes = frozenset(re.split(r",\s*", label.group(1).strip())) if label else frozenset({""})
        causes = frozenset() if causes == {"nothing"} else causes
        if not causes <= known:
            raise CourseError(
                ja=f"{path}: `# explained by: 間違いの名前` か `# explained by: nothing` が要ります。間違いは {', '.join(sorted(known))} です。",
                en=f"{path}: needs `# explained by: MISTAKE` or `# explained by: nothing`. The mistakes are {', '.join(sorted(known))}.",
            )
        answers.append(WrongAnswer(path.stem, text, causes))
    return answers


def explain_answer(exercise: Exercise, answer: WrongAnswer, bench: Bench) -> Explained:
    """What the diagnosis says about a wrong answer. Raises: CourseError if the answer is not wrong."""
    outcomes = bench.run_jailed(exercise, answer.text)
    if not _is_wrong(outcomes):
        raise CourseError(
            ja=f"{exercise.id} {answer.name}: 間違った答えのはずですが、どのチェックにも落ちませんでした。",
            en=f"{exercise.id} {answer.name}: meant to be wrong, but no check failed.",
        )
    known = {mistake.id for mistake in exercise.mistakes}
    named = frozenset(said.id for said in bench.diagnosis.explain(exercise, outcomes).values()) & known
    return Explained(answer.name, named, named - answer.causes, bool(answer.causes) and not named)


def explain_mutants(
    exercise: Exercise, bench: Bench, progress: Callable[[int, int], None] = lambda *_: None
) -> list[Explained]:
    """What the diagnosis says about at most `MAX_MUTANTS` mutants of `exercise` that fail a check."""
    mutants = mutants_of(exercise.solution)
    step = max(1.0, len(mutants) / MAX_MUTANTS)
    chosen = [mutants[int(index * step)] for index in range(int(len(mutants) / step))]
    found = []
    for n_finished, mutant in enumerate(chosen):
        progress(n_finished, len(chosen))
        outcomes = bench.run_jailed(exercise, mutant.text)
        if _is_wrong(outcomes):
            named = frozenset(bench.diagnosis.recognise(exercise, outcomes).values())
            found.append(Explained(mutant.name, named, contradicted(exercise, mutant, named, bench)))
    return found


def _is_wrong(outcomes: Outcomes) -> bool:
    return any(outcome.verdict in _WRONG for outcome in outcomes.values())


def contradicted(exercise: Exercise, mutant: Mutant, named: frozenset[str], bench: Bench) -> frozenset[str]:
    """Those of the mistakes `named` for a mutant that are about another function, or part from it on unseen inputs."""
    if not named:
        return named
    of = {mistake.id: mistake.of for mistake in exercise.mistakes}
    elsewhere = {one for one in named if mutant.function in exercise.functions and of[one] != mutant.function}
    # The id seeds the checks' random numbers; the name, which is the file's, stays.
    unseen = replace(exercise, id=f"unseen/{exercise.name}")
    again = bench.diagnosis.explanations(unseen, bench.run_jailed(unseen, mutant.text))
    return frozenset(elsewhere | (named - again))
