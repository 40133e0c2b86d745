"""Wrong answers explained: which typical mistake gives exactly these results on the checks' own inputs.

A mistake is recognised only if every check whose calls could show it (the mistake's function was
called, or the mistake fails that check) saw the same calls and the same results, numbers within 1e-6.
What merely resembles a mistake is not named. Where a check itself names a mistake (sampled texts differ from
run to run, so their results cannot be compared), the other checks must agree with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autograder.course.source import reachable, with_mistake, without_marks
from autograder.errors import LimitReached
from autograder.exercise import Exercise, Mistake, Verdict
from autograder.grading.comparing import same_call
from autograder.grading.explained import Explainer, Explanation
from autograder.grading.oracle import seed_everything
from autograder.grading.run import CheckOutcome, Models, Outcomes, local_student, run_checks
from autograder.grading.spent import NOT_TRIED
from autograder.grading.student import Call, Student

_WRONG = {Verdict.FAIL, Verdict.CRASH}
_Key = tuple[str, str, str]  # ids of exercise, mistake, check


class Diagnosis:
    """Runs mistakes in this process (they are trusted code), a check at a time and once each, and remembers their calls.

    A run that is compared with an answer ends at the first call in which they differ; it goes on when an answer needs it.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._remembered: dict[_Key, CheckOutcome] = {}
        self._begun: dict[_Key, tuple[Call, ...]] = {}
        self._references: dict[str, Outcomes] = {}
        self.explainer = Explainer(models)

    def recognise(self, exercise: Exercise, outcomes: Outcomes) -> dict[str, str]:
        """Check id → mistake id, for the checks of `exercise` that a known mistake explains."""
        of_check = {check.id: outcomes[exercise.id, check.id] for check in exercise.checks}
        found = {
            check: outcome.mistake
            for check, outcome in of_check.items()
            if outcome.mistake and self._agrees(exercise, outcome.mistake, of_check)
        }
        found = self._without_weaker(exercise, found, of_check)
        unexplained = [check for check, one in of_check.items() if one.verdict in _WRONG and check not in found]
        # The failing checks come first, the short ones before the long: nearly every mistake is ruled out by one of them.
        order = sorted(of_check, key=lambda check: (check not in unexplained, len(of_check[check].calls)))
        named = set(found.values())
        for mistake in sorted(exercise.mistakes, key=lambda one: one.id not in named):
            if all(check in found for check in unexplained):
                break
            if self._behaves_alike(exercise, mistake, {check: of_check[check] for check in order}):
                for check in unexplained:
                    if self._with_mistake(exercise, mistake, check).verdict in _WRONG:
                        found.setdefault(check, mistake.id)
        return found

    def _without_weaker(
        self, exercise: Exercise, found: dict[str, str], of_check: dict[str, CheckOutcome]
    ) -> dict[str, str]:
        """Of mistakes of one function that different checks name, those that explain all that another one explains, and more.

        A check names what its own inputs look like; that it goes wrong elsewhere, too, may have the other cause.
        """
        by_id = {mistake.id: mistake for mistake in exercise.mistakes}
        named = [by_id[name] for name in dict.fromkeys(found.values())]
        failed = [check for check, one in of_check.items() if one.verdict in _WRONG]
        explains = {
            one.id: {check for check in failed if self._with_mistake(exercise, one, check).verdict in _WRONG}
            for one in named
            if len(named) > 1
        }
        stronger = {
            one.id: other.id
            for one in named
            for other in named
            if len(named) > 1 and one.of == other.of and explains[one.id] < explains[other.id]
        }
        return {check: stronger.get(name, name) for check, name in found.items()}

    def explain(self, exercise: Exercise, outcomes: Outcomes, leave: Collection[str] = ()) -> dict[str, Explanation]:
        """Check id → why it failed: a mistake of the bank, else what holds for every exercise; `leave`: checks to say nothing of."""
        hints = {mistake.id: mistake.hint for mistake in exercise.mistakes}
        named = {
            check: Explanation(mistake, hints[mistake])
            for check, mistake in self.recognise(exercise, outcomes).items()
            if check not in leave
        }
        return named | self.explainer.explain(exercise, outcomes, [*named, *leave])

    def explanations(self, exercise: Exercise, outcomes: Outcomes) -> set[str]:
        """Ids of all mistakes that explain a check of `exercise`, those included that `recognise` names another one for."""
        of_check = {check.id: outcomes[exercise.id, check.id] for check in exercise.checks}
        alike = {mistake.id for mistake in exercise.mistakes if self._behaves_alike(exercise, mistake, of_check)}
        named = {outcome.mistake for outcome in of_check.values() if outcome.mistake}
        return alike | {one for one in named if self._agrees(exercise, one, of_check)}

    def outcomes(self, exercise: Exercise, mistake: Mistake) -> Outcomes:
        """How the reference with `mistake` fares in every check."""
        missing = [check.id for check in exercise.checks if self._may_show(exercise, mistake, check.id)]
        self._run(exercise, mistake, missing)
        return {(exercise.id, check.id): self._with_mistake(exercise, mistake, check.id) for check in exercise.checks}

    def _agrees(self, exercise: Exercise, named: str, of_check: dict[str, CheckOutcome]) -> bool:
        """Whether a mistake that one check named goes with how the other checks ended.

        It does not if another check, which names it as well when it is there, passed, or failed without naming it; nor
        if what its function rests on is wrong by itself.
        """
        mistake = next((one for one in exercise.mistakes if one.id == named), None)
        if mistake is None:  # a name for which the bank has no hint
            return False
        foundations = reachable(exercise.solution, mistake.of) - {mistake.of}
        for check, outcome in of_check.items():
            called = {call.function for call in outcome.calls}
            if outcome.verdict in _WRONG and called and called <= foundations:
                return False
            is_other = outcome.verdict in {Verdict.PASS, Verdict.FAIL} and outcome.mistake != named
            if is_other and self._with_mistake(exercise, mistake, check).mistake == named:
                return False
        return True

    def _behaves_alike(self, exercise: Exercise, mistake: Mistake, of_check: dict[str, CheckOutcome]) -> bool:
        n_compared = 0
        for check, outcome in of_check.items():
            shows_it = any(call.function == mistake.of for call in outcome.calls)
            if shows_it or self._with_mistake(exercise, mistake, check).verdict in _WRONG:
                if not self._same_calls(exercise, mistake, check, outcome.calls):
                    return False
                n_compared += 1
        return n_compared > 0

    def _same_calls(self, exercise: Exercise, mistake: Mistake, check: str, calls: tuple[Call, ...]) -> bool:
        """Whether the reference with `mistake` makes these calls in `check`, with these results."""
        key = (exercise.id, mistake.id, check)
        begun = self._begun.get(key, ())
        if self._may_show(exercise, mistake, check) and key not in self._remembered:
            if len(begun) > len(calls) or not all(map(same_call, begun, calls)):
                return False
            compared = _Compared(calls)
            outcomes = self._run_text(exercise, with_mistake(exercise.solution, mistake), [check], compared)
            if compared.differs:
                self._begun[key] = outcomes[exercise.id, check].calls
                return False
            self._remembered[key] = outcomes[exercise.id, check]
        mistaken = self._with_mistake(exercise, mistake, check).calls
        return len(mistaken) == len(calls) and all(map(same_call, mistaken, calls))

    def _with_mistake(self, exercise: Exercise, mistake: Mistake, check: str) -> CheckOutcome:
        """How the reference with `mistake` fares in `check`."""
        if not self._may_show(exercise, mistake, check):
            return self._reference(exercise)[exercise.id, check]
        key = (exercise.id, mistake.id, check)
        if key not in self._remembered:
            self._run(exercise, mistake, [check])
        return self._remembered[key]

    def _run(self, exercise: Exercise, mistake: Mistake, checks: list[str]) -> None:
        outcomes = self._run_text(exercise, with_mistake(exercise.solution, mistake), checks)
        self._remembered |= {(exercise.id, mistake.id, check): one for (_, check), one in outcomes.items()}

    def _run_text(
        self, exercise: Exercise, text: str, checks: list[str] | None, compared: _Compared | None = None
    ) -> Outcomes:
        shared = self._models.shared()

        def student(one: Exercise, seed: int) -> Student:
            seed_everything(seed)  # what a mistake draws at random shall not depend on what ran before
            student = local_student(one, text, shared)
            if compared is not None:
                student._calls = compared.list_of_a_case()
            return student

        return run_checks([exercise], student, self._models, only=checks)

    def _may_show(self, exercise: Exercise, mistake: Mistake, check: str) -> bool:
        """Whether `check` calls a function that runs the one which `mistake` replaces; else nothing changes."""
        calls = self._reference(exercise)[exercise.id, check].calls
        return any(mistake.of in reachable(exercise.solution, name) for name in {call.function for call in calls})

    def _reference(self, exercise: Exercise) -> Outcomes:
        """How the reference fares, run once."""
        if exercise.id not in self._references:
            self._references[exercise.id] = self._run_text(exercise, without_marks(exercise.solution), None)
        return self._references[exercise.id]


class _Compared:
    """The calls of an answer in one check, beside which those of a mistake are laid, case by case."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls, self._n_seen, self.differs = calls, 0, False

    def list_of_a_case(self) -> list[Call]:
        """A list for the calls of the next case. Raises where one is added that differs, and from then on."""
        return _CallsOfACase(self)

    def add(self, call: Call) -> None:
        """Raises: LimitReached if it is not the next call of the answer."""
        is_next = self._n_seen < len(self._calls) and same_call(self._calls[self._n_seen], call)
        self._n_seen += 1
        self.differs = self.differs or not is_next
        if self.differs:
            raise LimitReached(kind=NOT_TRIED, ja="", en="")


class _CallsOfACase(list[Call]):
    def __init__(self, compared: _Compared) -> None:
        super().__init__()
        self._compared = compared

    def append(self, call: Call) -> None:
        if not self._compared.differs:
            super().append(call)
        self._compared.add(call)
