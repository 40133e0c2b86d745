"""Why a check failed, in words, where no mistake of the bank says so: what every exercise gets for free.

The calls of a function are held against what the reference answers to the same arguments. If one change explains every call that
can be compared, the wrong ones and the right ones, it is said: a change of the right result (`families`: times a constant, reversed,
stripped …), the right result for another argument (`families.arguments`), or a mistake of the bank in an answer that has others
besides. Else it is said when it goes wrong (`occasions`), or which arguments should have been refused (`refused`).

One call is not enough to say anything, unless its value is rich; two changes that contradict each other are not named. What is said holds
no input and no result: the words of hidden checks tell kinds alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from autograder.course.source import reachable
from autograder.exercise import Exercise, Mistake, Verdict
from autograder.grading.causes import error_name
from autograder.grading.families.arguments import Variation, variations
from autograder.grading.families.errors import meaning
from autograder.grading.families.family import Family, Seen
from autograder.grading.families.numbers import number_families
from autograder.grading.families.occasions import occasion
from autograder.grading.families.orders import compatible_orders, exact_orders
from autograder.grading.families.parts import parts_of
from autograder.grading.families.plain import (
    NOTHING,
    alike,
    is_number,
    is_table,
    is_tensor,
    leaves,
    like,
    other_types,
    plain,
    type_of_tensor,
)
from autograder.grading.families.shapes import shape_families, vague_families
from autograder.grading.families.texts import compatible_texts, exact_texts
from autograder.grading.oracle import Oracle, signature
from autograder.grading.refused import Refusal, not_refused
from autograder.grading.run import CheckOutcome, Models, Outcomes
from autograder.grading.student import Call
from autograder.messages import Message

WRONG = (Verdict.FAIL, Verdict.CRASH)
MAX_CALLS = 200  # of one function that are compared


@dataclass(frozen=True)
class Explanation:
    """What a student is told about a failed check: a short name, and the sentence."""

    id: str
    hint: Message


@dataclass(frozen=True)
class Compared:
    """One call of a student beside the reference's. `failed`: its check did not pass; `ends`: that check failed at it."""

    check: str
    arguments: Mapping[str, Any]
    got: Call
    right: Call
    failed: bool
    ends: bool
    is_right: bool = field(default=False)


_Change = Callable[[Any, Any], Any]  # what a mistake gives, and what came → what came of the mistake


def _in_order(given: Any, got: Any) -> Any:
    """The rows of a table with the most probable first: a mistake in choosing them, which sorts at the end."""
    return tuple(sorted(given, key=lambda row: -row[1])) if is_table(given) else NOTHING


def _scaled(given: Any, got: Any) -> Any:
    """The rows of a table with the sum of what came."""
    if not is_table(given) or not is_table(got):
        return NOTHING
    factor = sum(number for _, number in got) / (sum(number for _, number in given) or 1.0)
    return tuple((token, factor * number) for token, number in given)


_HARMLESS: tuple[_Change, ...] = (_in_order, _scaled)


class Explainer:
    """Explains failed checks; remembers what the references answer."""

    def __init__(self, models: Models) -> None:
        self._oracle = Oracle(models)

    def is_right(self, exercise: Exercise, call: Call) -> bool:
        """Whether a call ended as the reference's does."""
        arguments = bound(exercise, call)
        right = self._oracle.answer(exercise, call.function, arguments) if arguments is not None else None
        return right is not None and _same_end(call, right)

    def explain(self, exercise: Exercise, outcomes: Outcomes, told: Iterable[str]) -> dict[str, Explanation]:
        """Check id → explanation, for failed checks of `exercise` that are not in `told`."""
        of_check = {check.id: outcomes[exercise.id, check.id] for check in exercise.checks}
        told = set(told)
        open_checks = {
            check: one for check, one in of_check.items() if one.verdict in WRONG and one.last and check not in told
        }
        found: dict[str, Explanation] = {}
        for function in dict.fromkeys(one.last.function for one in open_checks.values() if one.last):
            self._oracle.begin()
            compared = self._compare(exercise, function, of_check)
            mine = [check for check, one in open_checks.items() if one.last and one.last.function == function]
            found |= self._of_function(exercise, function, compared, mine)
        return found

    def _of_function(
        self, exercise: Exercise, function: str, compared: Sequence[Compared], checks: Sequence[str]
    ) -> dict[str, Explanation]:
        found: dict[str, Explanation] = {}
        unrefused = [
            one for one in compared if one.check in checks and one.ends and one.right.raised and not one.is_right
        ]
        if unrefused:
            said = self._not_refused(exercise, function, unrefused, compared)
            found |= {one.check: said for one in unrefused if said is not None}
        values = [one for one in compared if not one.right.raised and not one.got.raised]
        ends = [one for one in values if one.check in checks and one.ends and not one.is_right]
        if ends:
            said = self._wrong_values(exercise, function, values)
            found |= {one.check: said for one in ends if said is not None}
        refused = [
            one for one in compared if one.check in checks and one.ends and one.got.raised and not one.right.raised
        ]
        if refused:
            said = _wrongly_refused(function, refused, compared)
            found |= {one.check: each for one in refused if (each := said or _known_error(function, one)) is not None}
        return found

    def _compare(self, exercise: Exercise, function: str, of_check: Mapping[str, CheckOutcome]) -> list[Compared]:
        found: list[Compared] = []
        for check, outcome in of_check.items():
            for call in outcome.calls:
                if call.function != function or call.importing or len(found) >= MAX_CALLS:
                    continue
                arguments = bound(exercise, call)
                right = self._oracle.answer(exercise, function, arguments) if arguments is not None else None
                if arguments is None or right is None:
                    continue
                failed = outcome.verdict in WRONG
                ends = failed and call is outcome.last
                found.append(Compared(check, arguments, call, right, failed, ends, _same_end(call, right)))
        return found

    # Wrong values.

    def _wrong_values(self, exercise: Exercise, function: str, values: Sequence[Compared]) -> Explanation | None:
        if all(one.right.value is None for one in values):  # what it does is not in what it returns
            return None
        mistake, n_against = self._mistake(exercise, function, values)
        named = Explanation(mistake.id, mistake.hint) if mistake is not None else None
        if named is not None and not n_against:
            return named
        for label, seen in _parts(exercise, values):
            wrong = [one for one in seen if not one.is_right]
            if not any(one.of.failed for one in wrong):
                continue
            found = self._always(exercise, function, label, seen)
            if found is None and named is None:
                found = self._on_occasion(exercise, function, label, seen)
            if found is not None:
                words = Message(f"結果の {label}: {found.hint.ja}", f"The part {label} of the result: {found.hint.en}") if label else found.hint  # fmt: skip
                return Explanation(
                    f"{function}{label}:{found.id}", Message(f"{function}: {words.ja}", f"{function}: {words.en}")
                )
        return named

    def _mistake(self, exercise: Exercise, function: str, values: Sequence[Compared]) -> tuple[Mistake | None, int]:
        """The one mistake of the bank that gives all wrong values, by itself or in another order, none if several do; and
        how many right values speak against it.

        Those are no contradiction if the mistake shows in at least half of all calls where it would; but a change that
        explains the right values as well says more.
        """
        about = [one for one in exercise.mistakes if one.of in reachable(exercise.solution, function)]
        for change in (lambda value, _: value, *_HARMLESS):
            against = {one: self._against(exercise, function, one, change, values) for one in about}
            fitting = [(one, n) for one, n in against.items() if n is not None]
            if fitting:
                return fitting[0] if len(fitting) == 1 else (None, 0)
        return None, 0

    def _against(
        self, exercise: Exercise, function: str, mistake: Mistake, change: _Change, values: Sequence[Compared]
    ) -> int | None:
        """How many right values speak against `mistake`; None if it is not behind the wrong ones."""
        told, n_shown, n_hidden, n_allowed = 0.0, 0, 0, 0
        for one in sorted(values, key=lambda one: one.is_right):
            answer = self._oracle.answer(exercise, function, one.arguments, mistake=mistake)
            if answer is None:
                return None
            named = {name: plain(value) for name, value in one.arguments.items()}
            got, right = plain(one.got.value), plain(one.right.value)
            given = NOTHING if answer.raised else change(plain(answer.value), got)
            gives = given is not NOTHING and alike(given, got, named)
            if one.is_right:
                n_hidden += not gives
            elif not one.failed:
                n_allowed += gives
            elif not gives:
                return None
            else:
                told, n_shown = told + _says(right, got), n_shown + 1
        return n_hidden if told >= 2 and n_shown >= n_hidden and 2 * n_allowed <= n_shown else None

    def _always(self, exercise: Exercise, function: str, label: str, seen: Sequence[_Part]) -> Explanation | None:
        """One change that explains all values, the right ones as well."""
        exact = chain(number_families([one.seen for one in seen if not one.is_right]), exact_texts(), exact_orders())
        found = _first_fitting(exact, seen)
        if found is None:
            found = _first_fitting(shape_families([one.seen for one in seen]), seen)
        if found is None:
            said = self._as_if(exercise, function, label, seen)
            if said is not None:
                return said
            found = _first_fitting(chain(compatible_texts(), compatible_orders()), seen)
        return Explanation(found.id, found.words) if found is not None else None

    def _as_if(self, exercise: Exercise, function: str, label: str, seen: Sequence[_Part]) -> Explanation | None:
        """The right result for other arguments; where several fit, only which argument it is."""
        _, defaults = signature(exercise.solution, function)
        fitting = [
            one
            for one in variations([each.of.arguments for each in seen], defaults, generates=self._oracle.generates)
            if self._fits(exercise, function, label, one, seen)
        ]
        if not fitting:
            return None
        if len(fitting) == 1 or fitting[0].id.endswith("_ignored"):
            return Explanation(fitting[0].id, fitting[0].words)
        about = {one.about for one in fitting}
        if len(about) > 1 or len(fitting[0].about) > 1:
            return None
        (name,) = fitting[0].about
        words = Message(
            f"引数 {name} が、渡されたのとは違う値として使われています。どこでどう使っているか確かめてください。",
            f"Your results are those for another value of {name} than the one that was passed. Look at where and how it is used.",
        )
        return Explanation(f"{name}_other", words)

    def _fits(self, exercise: Exercise, function: str, label: str, variation: Variation, seen: Sequence[_Part]) -> bool:
        def predict(one: _Part) -> Any:
            changed = variation.change(one.of.arguments)
            answer = self._oracle.answer(exercise, function, changed) if changed is not None else None
            if answer is None or answer.raised:
                return NOTHING
            return one.taken_from(answer.value)

        return _explains(predict, seen)

    def _on_occasion(self, exercise: Exercise, function: str, label: str, seen: Sequence[_Part]) -> Explanation | None:
        """What all wrong calls have in common, and none that is right: when it goes wrong, and how, if that can be said."""
        wrong = [one for one in seen if not one.is_right and one.of.failed]
        right = [one for one in seen if one.is_right]
        if 2 * sum(not one.is_right and not one.of.failed for one in seen) > len(wrong):  # results need not be equal
            return None
        when = occasion([one.of.arguments for one in wrong], [one.of.arguments for one in right])
        families = chain(
            number_families([one.seen for one in wrong]), exact_texts(), exact_orders(), shape_families([one.seen for one in wrong])
        )  # fmt: skip
        how: Explanation | None = None
        family = _first_fitting(families, wrong)
        if family is not None:
            how = Explanation(family.id, family.words)
        else:
            how = self._as_if(exercise, function, label, wrong)
        if how is None:
            family = _first_fitting(chain(compatible_texts(), compatible_orders(), vague_families()), wrong)
            how = Explanation(family.id, family.words) if family is not None else None
        if when is None:
            return how and Explanation(f"sometimes_{how.id}", Message(f"合わなかった呼び出しでは: {how.hint.ja}", f"In the calls that went wrong: {how.hint.en}"))  # fmt: skip
        if how is None:
            words = Message(f"{when.ja}ときだけ、結果が違います。", f"The result is wrong only when {when.en}.")
            return Explanation("sometimes", words)
        return Explanation(
            f"sometimes_{how.id}", Message(f"{when.ja}ときだけ: {how.hint.ja}", f"Only when {when.en}: {how.hint.en}")
        )

    # Refusals.

    def _not_refused(
        self, exercise: Exercise, function: str, unrefused: Sequence[Compared], compared: Sequence[Compared]
    ) -> Explanation | None:
        def accepts(arguments: Mapping[str, Any]) -> bool:
            answer = self._oracle.answer(exercise, function, arguments)
            return answer is not None and not answer.raised

        refusals = [
            Refusal(one.arguments, one.right.raised[0], error_name(one.got) if one.got.raised else None)
            for one in unrefused
        ]
        words = not_refused(refusals, [one.arguments for one in compared if not one.right.raised], accepts)
        if words is None:
            return None
        lines = zip(words.ja.split("\n"), words.en.split("\n"), strict=True)
        said = [Message(f"{function}: {ja}", f"{function}: {en}") for ja, en in lines]
        return Explanation(
            f"{function}:not_refused", Message("\n".join(m.ja for m in said), "\n".join(m.en for m in said))
        )


@dataclass(frozen=True)
class _Part:
    """A part of one call's result."""

    of: Compared
    seen: Seen
    path: tuple[Any, ...]
    is_right: bool

    def taken_from(self, value: Any) -> Any:
        """The same part of another result, plain; NOTHING if it has none."""
        for key in self.path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return NOTHING
        return plain(value)


def bound(exercise: Exercise, call: Call) -> dict[str, Any] | None:
    """The arguments of a call by name; None if they do not fit the reference's parameters."""
    names, _ = signature(exercise.solution, call.function)
    given: Any = call.arguments
    if not names or not isinstance(given, tuple) or len(given) != 2 or len(given[0]) > len(names):
        return None
    arguments = dict(zip(names, given[0], strict=False))
    if set(given[1]) - set(names) or set(given[1]) & set(arguments):
        return None
    return {**arguments, **given[1]}


def _parts(exercise: Exercise, values: Sequence[Compared]) -> Iterator[tuple[str, list[_Part]]]:
    """The parts of the results that are wrong somewhere, by their labels."""
    found: dict[str, list[_Part]] = {}
    for one in values:
        arguments = {name: plain(value) for name, value in one.arguments.items()}
        for label, path, right, got in parts_of(one.right.value, one.got.value, exercise.statement.en):
            plain_right, plain_got = plain(right), plain(got)
            if plain_right is NOTHING or plain_got is NOTHING:
                continue
            forms = (type_of_tensor(right), type_of_tensor(got)) if is_tensor(right) and is_tensor(got) else ("", "")
            is_right = one.is_right or (like(plain_right, plain_got) and forms[0] == forms[1])
            found.setdefault(label, []).append(
                _Part(one, Seen(arguments, plain_right, plain_got, forms), path, is_right)
            )
    for label, seen in found.items():
        if not all(one.is_right for one in seen):
            yield label, seen


def _first_fitting(families: Iterable[Family], seen: Sequence[_Part]) -> Family | None:
    return next((family for family in families if _explains(lambda one, family=family: family.predict(one.seen), seen, fitted=family.fitted, always=family.always, sure=family.sure)), None)  # type: ignore[misc]  # fmt: skip


def _explains(
    predict: Any, seen: Sequence[_Part], *, fitted: bool = False, always: bool = False, sure: bool = False
) -> bool:
    """Whether a change gives what came in every call of failed checks, and what is right where that came; with enough to tell.

    Where checks passed although results differ from the reference's, the difference is allowed, or they do not look at it: a
    change that explains many such results is no mistake (unless it says what is so in every call, `always`).
    """
    told, n_failed, n_allowed = (-1.0 if fitted else 0.0), 0, 0
    for one in sorted(seen, key=lambda one: one.is_right):
        if not one.is_right and not one.of.failed and always:
            continue
        predicted = predict(one)
        fits = predicted is not NOTHING and alike(predicted, one.seen.got, one.seen.arguments)
        if one.is_right:
            # Where a change means nothing (no prediction), a right result does not speak against it.
            if predicted is not NOTHING and not fits:
                return False
        elif not one.of.failed:
            n_allowed += fits
        elif not fits:
            return False
        else:
            told, n_failed = told + _says(one.seen.right, one.seen.got), n_failed + 1
    return told >= (1 if sure else 2) and 2 * n_allowed <= n_failed


def _says(right: Any, got: Any) -> float:
    """How much an agreement with this value says: 1 for one that could be hit by chance, up to 3 for a rich one."""
    found = list(leaves(got))
    numbers = [leaf for leaf in found if is_number(leaf) and leaf not in (0, 1)]
    long = any(isinstance(leaf, str) and len(leaf) >= 8 for leaf in found)
    if len(numbers) >= 4:
        return 3.0
    return 2.0 if len(numbers) == 3 or long or len(found) >= 6 else 1.0


def _same_end(got: Call, right: Call) -> bool:
    """Whether a call ended as the right one: the same value, or the same class of exception."""
    if right.raised or got.raised:
        return bool(right.raised and right.raised[0] in got.raised)
    if other_types(right.value, got.value):
        return False
    given: Any = got.arguments
    named = {str(place): plain(value) for place, value in enumerate([*given[0], *given[1].values()])}
    return alike(plain(right.value), plain(got.value), named)


def _wrongly_refused(function: str, refused: Sequence[Compared], compared: Sequence[Compared]) -> Explanation | None:
    """Arguments that make sense and were refused by an exception of the student's own."""
    error = error_name(refused[0].got)
    if error != "ValueError" or any(error_name(one.got) != error for one in refused):
        return None
    fine = [one.arguments for one in compared if not one.right.raised and not one.got.raised]
    when = occasion([one.arguments for one in refused], fine)
    if when is None:
        return None
    words = Message(
        f"{function}: {when.ja}ときに {error} が出ますが、使える引数です。断る条件を確かめてください。",
        f"{function}: {error} is raised when {when.en}, though that makes sense. Look at the condition by which you refuse.",
    )
    return Explanation(f"{function}:refused", words)


def _known_error(function: str, one: Compared) -> Explanation | None:
    """What the exception means that a call ended with."""
    error = error_name(one.got)
    words = meaning(error, one.got.text)
    if words is None:
        return None
    where = (
        Message(f"（{one.got.line} 行目の {error}）", f" ({error} in line {one.got.line})")
        if one.got.line
        else Message("", "")
    )
    return Explanation(
        f"{function}:{error}", Message(f"{function}: {words.ja}{where.ja}", f"{function}: {words.en}{where.en}")
    )
