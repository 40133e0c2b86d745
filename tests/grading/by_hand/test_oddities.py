"""What work by hand does not need is told to a person, and costs nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.audit import Bench
from autograder.checks import by_hand
from autograder.errors import Outcome
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.intake import Answer, Submission
from autograder.grading.oddities import note_of, shadows
from autograder.grading.report import Circumstances, make_report
from autograder.grading.run import CheckOutcome
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits
from autograder.jail.witness import KINDS
from autograder.reports.attention import looks

Maker = Callable[[str], Student]

DOES = {
    "objects": "import gc\ndef f(x): return len(gc.get_objects())\n",
    "memory": "import ctypes\ndef f(x): return ctypes.string_at(id(x), 8)\n",
    "tracing": "import sys\ndef f(x): return sys.settrace(print)\n",
    "code": "def f(x):\n    def g(): return 1\n    g.__code__ = f.__code__\n    return x\n",
    "frames": "import sys\ndef f(x): return sys._getframe().f_lineno\n",
    "text": "def f(x): return eval('x + 1')\n",
    "patched": "import torch\ndef f(x):\n    setattr(torch, 'softmax', print)\n    return x\n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told(jailed: Maker, kind: str):
    """Once, with the answer behind it, and only under a rule."""
    student = jailed(DOES[kind])
    for view, odd in ((student, set()), (by_hand(student, "torch.softmax"), {kind})):
        for _ in range(2):
            try:
                view.f(1)
            except Outcome as error:
                assert kind in ("objects", "memory", "tracing", "code"), error  # noqa: PT017
            assert student._backend.odd == odd


def test_a_file_called_like_a_library_is_told(bench: Bench):
    """It takes nothing from the rule."""
    text = "import torch\ndef f(x): return [torch.softmax][0](torch.ones(2), -1)\n"
    sources = {
        "torch.mine": text,
        "m": "import importlib\ndef f(x): return importlib.import_module('torch.mine').f(x)\n",
    }
    shared = bench.models.shared()
    backend = JailedBackend(bench.zygote, module="m", sources=sources, shared=shared, limits=Limits(), seed=1)
    with pytest.raises(Outcome, match="does not allow"):
        by_hand(Student(backend), "torch.softmax").f(1)
    backend.close()
    assert backend.odd == {"shadow"} == shadows(sources)


def test_a_person_is_told_and_no_mark_is_lowered(sampling: Unit, top_p: Exercise):
    """In the report's note, in both languages, and on the list of what to look at."""
    unit = Unit(**{**vars(sampling), "exercises": (top_p,)})
    outcomes = {
        (top_p.id, check.id): CheckOutcome(Verdict.PASS, odd=frozenset({"text"} if n else {"objects"}))
        for n, check in enumerate(top_p.checks)
    }
    submission = Submission("a", {top_p.name: Answer("x = 1")}, ())
    report = make_report(submission, unit, outcomes, {}, Circumstances("r", "m", "cpu", "j"))
    assert report["points"] == report["max_points"]
    assert report["exercises"][0]["note"]["en"] == note_of(["text", "objects"]).en  # type: ignore[union-attr]
    assert "looks for objects through gc; runs text as code" in next(iter(looks(report)))["why"]["en"]
    assert note_of([]) is None
