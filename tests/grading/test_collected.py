"""Checks collected once: what changed is collected again, and nothing that a check does reaches the next run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.course.read import read_exercise
from autograder.course.source import without_marks
from autograder.exercise import Exercise, Verdict
from autograder.grading.run import run_checks

KEEPS = "test_keeps_the_token_that_crosses_p"


@pytest.fixture
def copied(top_p: Exercise, tmp_path: Path) -> Exercise:
    """An exercise whose files a test may change."""
    folder = tmp_path / "solutions" / top_p.folder.parent.name / top_p.folder.name
    shutil.copytree(top_p.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return read_exercise(folder)


def verdicts(bench: Bench, exercise: Exercise) -> dict[str, Verdict]:
    outcomes = bench.run_locally(exercise, without_marks(exercise.solution))
    return {check: outcome.verdict for (_, check), outcome in outcomes.items()}


def prepend(exercise: Exercise, check: str, line: str) -> None:
    """Let `check` begin with `line`."""
    for path in (exercise.folder / "checks_public.py", exercise.folder / "checks_hidden.py"):
        head, found, rest = path.read_text("utf-8").partition(f"def {check}(")
        if found:
            before, closing, body = rest.partition("):\n")
            path.write_text(f"{head}{found}{before}{closing}    {line}\n{body}", "utf-8")


def test_a_changed_check_is_collected_again(bench: Bench, copied: Exercise):
    """In the process that ran the check as it was."""
    assert verdicts(bench, copied)[KEEPS] is Verdict.PASS
    prepend(copied, KEEPS, "assert False")
    assert verdicts(bench, copied)[KEEPS] is Verdict.FAULT


def test_a_file_that_cannot_be_imported_costs_its_own_checks(bench: Bench, copied: Exercise):
    """They are faults with the traceback in the log; the other file's checks run."""
    hidden = copied.folder / "checks_hidden.py"
    hidden.write_text("import no_such_module\n" + hidden.read_text("utf-8"), "utf-8")
    outcomes = bench.run_locally(copied, without_marks(copied.solution))
    public = {check.id: check.public for check in copied.checks}
    for (_, check), outcome in outcomes.items():
        assert outcome.verdict is (Verdict.PASS if public[check] else Verdict.FAULT)
        assert ("no_such_module" in outcome.fault) is not public[check]


def test_an_exercise_none_of_whose_checks_can_be_imported_ends_nothing(bench: Bench, copied: Exercise, top_p: Exercise):
    """Each is a fault with the reason in the log, and the exercise after it is run as ever."""
    for name in ("checks_public.py", "checks_hidden.py"):
        path = copied.folder / name
        path.write_text("import no_such_module\n" + path.read_text("utf-8"), "utf-8")
    assert len(copied.checks) == len(verdicts(bench, copied))
    for outcome in bench.run_locally(copied, without_marks(copied.solution)).values():
        assert outcome.verdict is Verdict.FAULT
        assert "no_such_module" in outcome.fault
    assert set(verdicts(bench, top_p).values()) == {Verdict.PASS}


def test_checks_that_went_are_faults_and_nothing_else_is_collected(bench: Bench, copied: Exercise, tmp_path: Path):
    """Without files pytest would take what lies in the current folder."""
    for name in ("checks_public.py", "checks_hidden.py"):
        (copied.folder / name).unlink()
    outcomes = bench.run_locally(copied, without_marks(copied.solution)).values()
    assert {outcome.verdict for outcome in outcomes} == {Verdict.FAULT}
    assert all("neither checks_public.py nor checks_hidden.py is there" in outcome.fault for outcome in outcomes)


@pytest.mark.parametrize("line", ["import pytest; pytest.exit('enough')", "raise SystemExit(0)", "breakpoint"])
def test_a_check_that_ends_the_run_is_a_fault_at_most(bench: Bench, copied: Exercise, line: str):
    """And the run after it is as if it had never been."""
    before = verdicts(bench, copied)
    original = (copied.folder / "checks_public.py").read_bytes()
    prepend(copied, KEEPS, line)
    during = verdicts(bench, copied)
    assert during[KEEPS] is (Verdict.PASS if line == "breakpoint" else Verdict.FAULT)
    assert set(during.values()) <= {Verdict.PASS, Verdict.FAULT}
    (copied.folder / "checks_public.py").write_bytes(original)
    assert verdicts(bench, copied) == before


def test_an_interrupt_gets_through_and_leaves_nothing_behind(bench: Bench, top_p: Exercise):
    """The next run of the same checks starts anew."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = verdicts(bench, top_p)
    with pytest.raises(KeyboardInterrupt):
        run_checks([top_p], interrupted, bench.models)  # type: ignore[arg-type]
    assert verdicts(bench, top_p) == before


def test_what_checks_print_is_not_seen(bench: Bench, copied: Exercise, capfd: pytest.CaptureFixture[str]):
    """Nor does it decide anything."""
    prepend(copied, KEEPS, "print('seen'); import warnings; warnings.warn('old')")
    assert verdicts(bench, copied)[KEEPS] is Verdict.PASS
    assert capfd.readouterr() == ("", "")
