"""One root cause is said once, with its line, and what follows from it is folded."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from autograder.audit import Bench
from autograder.course.source import with_mistake, without_marks
from autograder.exercise import Exercise, Unit
from autograder.grading.causes import Ended, Trials, root_cause
from autograder.grading.student import Call, JailedBackend, Student
from autograder.grading.why import Why, why
from autograder.jail.wire import Opaque

REFUSES = "    if not probs or not 0 < p <= 1:\n        raise ValueError('no')\n"
RIGHT = """
    kept, mass = [], 0.0
    for token, q in sorted(probs, key=lambda pair: -pair[1]):
        if kept and mass >= p - 1e-12:
            break
        kept.append((token, q))
        mass += q
"""
DEF = "def top_p_filter(probs, p):\n"
WRONG = {
    "no colon": ("def top_p_filter(probs, p)\n    return probs\n", "import", 1, "cannot be read as Python"),
    "await": (f"answer = await ask()\n{DEF}    return probs\n", "import", 1, "await"),
    "no such module": (f"import numpyy\n{DEF}    return probs\n", "import", 1, "numpyy"),
    "input": (f"p = float(input('p? '))\n{DEF}    return probs\n", "import", 1, "input()"),
    "top-level error": (f"x = 1\nprint(1 / 0)\n{DEF}    return probs\n", "import", 2, "ZeroDivisionError"),
    "too long": (f"{DEF}    if p == 0:\n        return 0\n" + "".join(f"    elif p == {n}:\n        return {n}\n" for n in range(3000)), "import", 0, "one chain of elif, that is too long"),
    "other name": ("def top_p(probs, p):\n    return probs\n", "missing", 0, "no function top_p_filter"),
    "inside a class": ("class A:\n    def top_p_filter(self, probs, p):\n        return probs\n", "missing", 2, "indented"),
    "no return": (f"{DEF}{REFUSES}    kept = list(probs)\n", "nothing", 1, "no return"),
    "print": (f"{DEF}{REFUSES}    print(probs)\n", "nothing", 4, "print"),
    "never reached": (f"{DEF}{REFUSES}    if p > 2:\n        return probs\n", "nothing", 5, "without reaching a return"),
    "default": (f"def top_p_filter(probs, p, kept=[]):\n{REFUSES}{RIGHT.replace('kept, mass = [], 0.0', 'mass = 0.0')}    return [(t, q / mass) for t, q in kept]\n", "state", 1, "kept"),
    "global": (f"KEPT = []\n{DEF}{REFUSES}{RIGHT.replace('kept, mass = [], 0.0', 'kept, mass = KEPT, 0.0').replace('kept.append', 'KEPT.append')}    return [(t, q / mass) for t, q in kept]\n", "state", 10, "KEPT"),
    "returned error": (f"{DEF}{REFUSES.replace('raise', 'return')}{RIGHT}    return [(t, q / mass) for t, q in kept]\n", "returned_error", 3, "raise ValueError"),
    "assert": (f"{DEF}    assert probs and 0 < p <= 1\n{RIGHT}    return [(t, q / mass) for t, q in kept]\n", "assert", 2, "AssertionError"),
    "exit": (f"{DEF}{REFUSES.replace('raise ValueError', 'exit')}{RIGHT}    return [(t, q / mass) for t, q in kept]\n", "exit", 3, "exit()"),
    "return in the loop": (f"{DEF}{REFUSES}{RIGHT}        return [(t, q / mass) for t, q in kept]\n", "loop", 11, "inside the for loop"),
    "typo": (f"{DEF}{REFUSES}{RIGHT}    return [(t, q / mas) for t, q in kept]\n", "raises", 11, "not defined"),
}  # fmt: skip


def explained(bench: Bench, exercise: Exercise, text: str) -> Why:
    def start(one: Exercise, seed: int) -> Student:
        shared, limits = bench.models.shared(), bench.settings.limits
        sources = {one.name: text}
        return Student(
            JailedBackend(bench.zygote, module=one.name, sources=sources, shared=shared, limits=limits, seed=seed)
        )

    return why(exercise, text, bench.run_jailed(exercise, text), bench.diagnosis, start)


@pytest.mark.parametrize("name", WRONG)
def test_the_cause_is_named_with_its_line(name: str, bench: Bench, top_p: Exercise):
    """Its kind, the line of the student's file, and words that say what it is, in both languages."""
    text, kind, line, words = WRONG[name]
    cause = explained(bench, top_p, text).cause
    assert cause is not None
    assert (cause.kind, cause.line) == (kind, line)
    assert words in cause.message.en
    assert not cause.message.ja.isascii()
    assert not line or f"line {line}" in cause.message.en
    assert not line or text.splitlines()[line - 1].strip() in cause.message.ja


@pytest.mark.parametrize("name", ["no colon", "other name"])
def test_all_checks_follow_from_what_keeps_a_file_from_running(name: str, bench: Bench, top_p: Exercise):
    """Not one is explained by anything else, and the report counts those that follow."""
    found = explained(bench, top_p, WRONG[name][0])
    assert found.cause is not None
    assert found.cause.checks == tuple(check.id for check in top_p.checks)
    assert found.checks == {}
    assert found.cause.rest is not None
    assert found.cause.rest.en == f"{len(top_p.checks) - 1} more checks follow from this."


def test_an_ordinary_mistake_has_no_cause_beside_its_hint(bench: Bench, top_p: Exercise):
    """The hint says it; nothing else is made up."""
    text = f"{DEF}{REFUSES}{RIGHT}    return kept\n"
    found = explained(bench, top_p, text)
    assert found.cause is None
    assert {one.id for one in found.checks.values()} == {"does_not_renormalise"}


def test_a_cache_that_is_right_is_no_cause(bench: Bench, top_p: Exercise):
    """What a function keeps is named only if its results depend on earlier calls."""
    text = f"SEEN = []\n{DEF}{REFUSES}    SEEN.append(p)\n{RIGHT}    return kept\n"
    found = explained(bench, top_p, text)
    assert found.cause is None


def test_a_changed_argument_is_no_memory_of_earlier_calls(bench: Bench, top_p: Exercise):
    """Made alone the call gives a value, for there nobody looks at its arguments; that is no difference."""
    mistake = next(one for one in top_p.mistakes if one.id == "sorts_in_place")
    assert explained(bench, top_p, with_mistake(top_p.solution, mistake)).cause is None


def test_what_an_exception_says_in_a_hidden_check_is_not_shown(bench: Bench, sampling: Unit):
    """Its words may hold the input; the class is shown by a name of Python's own."""
    said = Call("f", ((), {}), None, ("Secret42", "ValueError"), "input was 0.4242", 3)
    cause = root_cause("a", "\n\nx = 1", {check: Ended(True, (said,), said, public=False) for check in ("a", "b")})
    assert cause is not None
    assert cause.kind == "raises"
    for words in (cause.message.ja, cause.message.en):
        assert "4242" not in words
        assert "Secret" not in words
        assert "ValueError" in words


def test_a_forged_type_name_is_no_error(bench: Bench):
    """Only names of Python's own exceptions are read, and said."""
    handed = Call("f", ((), {}), Opaque("MarkerError", "0.4242"))
    assert root_cause("a", "", {"a": Ended(True, (handed,), handed)}) is None


def test_without_a_reference_a_call_is_tried_again_only_if_the_text_keeps_something():
    """In the student's folder: no module is imported anew for an answer that keeps nothing."""
    tried: list[int] = []

    def alone(call: Call, seed: int) -> Call:
        tried.append(seed)
        return Call("f", ((), {}), 1)

    def same(one: Call, other: Call) -> bool:
        return one.value == other.value

    call = Call("f", ((), {}), 2)
    ended = {"a": Ended(True, (call, call), call)}
    assert root_cause("a", "def f():\n    return 1\n", ended, Trials(alone, same)) is None
    assert tried == []
    cause = root_cause("a", "def f(n=[]):\n    n.append(1)\n    return len(n)\n", ended, Trials(alone, same))
    assert cause is not None
    assert (cause.kind, cause.line, tried) == ("state", 1, [1, 2])


SAMPLE = "def sample(model, input_ids, n, max_new_tokens, *, seed=None):\n    {before}\n    return model.generate(input_ids, {limit})\n"
NO_ROOM = "Input length of input_ids is 9, but `max_length` is set to 4."


@pytest.mark.parametrize(
    ("before", "limit", "width", "line"),
    [
        ("pass", "do_sample=True, max_length=max_new_tokens", 12, 3),
        ("options = {'max_length': max_new_tokens}", "**options", 12, 2),
        ("config = GenerationConfig(max_length=max_new_tokens)", "config", 12, 2),
        ("pass", "max_length=max_new_tokens", None, 3),
        ("pass", "max_length=max_new_tokens", 21, 0),
        ("pass", "max_length=max_new_tokens, max_new_tokens=max_new_tokens", 12, 0),
        ("pass", "max_length=input_ids.shape[1] + max_new_tokens", 12, 0),
        ("max_new_tokens += input_ids.shape[1]", "max_length=max_new_tokens", 12, 0),
    ],
    ids=["keyword", "dict", "settings", "no room", "long enough", "both", "with the prompt", "added before"],
)
def test_a_length_that_counts_the_prompt_is_said_first(before: str, limit: str, width: int | None, line: int):
    """With its line, where what came is short enough for it; a length to which the prompt was added is right."""
    value = None if width is None else torch.zeros(12, width, dtype=torch.int64)
    raised, said = (("ValueError", "Exception"), NO_ROOM) if width is None else ((), "")
    call = Call("sample", (("model", "ids", 12, 12), {"seed": 1}), value, raised, said, 3 if raised else 0)
    cause = root_cause("sample", SAMPLE.format(before=before, limit=limit), {"a": Ended(True, (call,), call)})
    assert (cause is not None) == bool(line)
    if cause is not None:
        assert (cause.kind, cause.line, cause.checks) == ("length", line, ("a",))
        for words in (cause.message.ja, cause.message.en):
            assert "max_length" in words
            assert "max_new_tokens=max_new_tokens" in words


def test_stopping_at_the_models_own_eos_is_named(bench: Bench, sampling: Unit):
    """Not only that too few tokens came: the check passes another id than the one of the model's settings."""
    whole = next(one for one in sampling.exercises if one.name == "sampling_loop")
    check = next(one for one in whole.checks if one.id == "test_ends_at_the_eos_that_was_passed")
    exercise = replace(whole, checks=(check,))
    text = without_marks(whole.solution)
    assert text.count("== eos_token_id") == 1
    found = explained(bench, exercise, text.replace("== eos_token_id", "== model.config.eos_token_id"))
    assert found.cause is None
    assert found.checks[check.id].id == "stops_at_the_eos_of_the_model"


def test_what_rests_on_a_wrong_function_says_so(bench: Bench, sampling: Unit):
    """In the student's own text one function calls the other, and only the other is explained."""
    top_k = next(one for one in sampling.exercises if one.name == "top_k")
    text = (
        "def top_k_filter(probs, k):\n    if not probs or k < 1:\n        raise ValueError('no')\n"
        "    kept = sorted(probs, key=lambda pair: pair[1])[-k:]\n    mass = sum(q for _, q in kept)\n"
        "    return [(t, q / mass) for t, q in kept]\n\n\n"
        "def top_k_top_p_filter(probs, k, p):\n    if not 0 < p <= 1:\n        raise ValueError('no')\n"
        "    kept, mass = [], 0.0\n    for token, q in top_k_filter(probs, k):\n        if kept and mass >= p - 1e-12:\n"
        "            break\n        kept.append((token, q))\n        mass += q\n    return [(t, q / mass) for t, q in kept]\n"
    )
    found = explained(bench, top_k, text).checks
    assert found["test_top_k_3_ends_with_dragon"].id == "top_k_filter:reversed"
    assert found["test_k_comes_first_and_then_p"].hint.en == (
        "top_k_top_p_filter calls top_k_filter, which is not right yet. Mend top_k_filter first."
    )


def test_what_has_a_seed_of_its_own_is_not_said_to_rest_on_another(bench: Bench, sampling: Unit):
    """Mending the function below would not mend a generator that goes on from call to call."""
    draw = next(one for one in sampling.exercises if one.name == "draw")
    text = (
        "import random\nrng = random.Random(0)\n\n\ndef draw(probs, u):\n    if not probs:\n        raise ValueError('no')\n"
        "    mass = 0.0\n    for token, q in probs:\n        mass += q\n        if mass > u:\n            return token\n"
        "    return [t for t, q in probs if q > 0][-1]\n\n\n"
        "def draw_many(probs, n, seed):\n    if not probs or n < 1:\n        raise ValueError('no')\n"
        "    return [draw(probs, rng.random()) for _ in range(n)]\n"
    )
    found = explained(bench, draw, text).checks
    assert found["test_refuses_u_outside_0_to_1"].id == "draw:not_refused"
    assert not any("rests_on" in one.id for one in found.values())
