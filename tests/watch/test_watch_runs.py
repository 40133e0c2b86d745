"""Runs in a warm process: forked, and one process for each run; and watch mode as a student has it."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from autograder.course.source import with_mistake, without_marks
from autograder.errors import SettingsError
from autograder.exercise import Exercise
from autograder.watch.assignment import Assignment
from autograder.watch.checker import Broken, Checker, Ready
from autograder.watch.session import first_open
from autograder.watch.warm import Job

WAIT_S = 60


class Runs:
    """A checker and what it says."""

    def __init__(self, fork: bool) -> None:
        self.heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.checker = Checker(self.heard.put, fork=fork)
        self.number = 0

    def start(self, folder: Path, name: str, answer: str = "") -> int:
        self.number += 1
        self.checker.check(Job(self.number, str(folder), name, str(folder / (answer or f"{name}.py")), "en"))
        return self.number

    def answers(self, number: int) -> list[dict[str, Any]]:
        """What is said of the run `number` until it ended; nothing of other runs may follow it."""
        found = []
        while not found or not found[-1].get("ended"):
            event = self.heard.get(timeout=WAIT_S)
            assert not isinstance(event, Broken), event
            if isinstance(event, dict) and event["run"] == number:
                found.append(event)
        return found

    def verdicts(self, folder: Path, name: str, answer: str = "") -> dict[str, str]:
        found = self.answers(self.start(folder, name, answer))
        assert found[-1]["trouble"] == "", found
        return {one["check"]: one["state"] for one in found if "check" in one}


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    runs = Runs(fork=True)
    yield runs
    runs.checker.close()


ALL = ("test_keeps_the_token_that_crosses_p", "test_renormalises_as_in_the_table", "test_refuses_p_outside_0_to_1")


def test_a_run_sees_the_file_as_it_is_now_and_nothing_of_the_run_before(runs: Runs, folder: Path, top_p: Exercise):
    """Modules, globals and files of a neighbour are read anew each time, within the same second, too."""
    right = without_marks(top_p.solution)
    assert set(runs.verdicts(folder, "top_p").values()) == {"unwritten"}
    (folder / "top_p.py").write_text("from helper import top_p_filter\n")
    (folder / "helper.py").write_text(right)
    assert runs.verdicts(folder, "top_p") == dict.fromkeys(ALL, "pass")
    (folder / "helper.py").write_text(right.replace("return [(", "import math; math.pi = 3; return [][("))
    assert runs.verdicts(folder, "top_p")[ALL[0]] == "fail"
    check = "import math\nassert math.pi > 3.1\n"
    (folder / "helper.py").write_text(check + right)
    assert runs.verdicts(folder, "top_p") == dict.fromkeys(ALL, "pass")
    assert not (folder / "__pycache__").exists()


def test_the_messages_are_those_of_pytest(runs: Runs, folder: Path, top_p: Exercise):
    """With the title, and what the code printed."""
    mistake = next(one for one in top_p.mistakes if one.id == "drops_the_crossing_token")
    talking = "\n\nfilter_quietly = top_p_filter\n\n\ndef top_p_filter(probs, p):\n    print('p is', p)\n    return filter_quietly(probs, p)\n"
    text = with_mistake(top_p.solution, mistake) + talking
    (folder / "top_p.py").write_text(text)
    found = runs.answers(runs.start(folder, "top_p"))
    first = next(one for one in found if one.get("check") == ALL[0])
    assert first["state"] == "fail"
    assert first["message"].startswith("The token that crosses p is kept.\n\ntop_p_filter(PROBS, 0.8): expected the 6")
    pytest_says = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--autograder-lang=en", "-k", ALL[0], "test_top_p.py"],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert first["message"] in pytest_says
    assert first["printed"] == "p is 0.8"


def test_an_endless_loop_is_stopped_by_the_next_run(runs: Runs, folder: Path, top_p: Exercise):
    """And by an order to stop; neither is heard of again."""
    loop_and_stop(runs, folder, top_p)


def test_where_nothing_can_be_forked_each_run_has_a_process_of_its_own(folder: Path, top_p: Exercise):
    """With the same results; the next process is made ready meanwhile."""
    runs = Runs(fork=False)
    loop_and_stop(runs, folder, top_p)
    runs.checker.close()


def loop_and_stop(runs: Runs, folder: Path, top_p: Exercise) -> None:
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    while True:\n        pass\n")
    looping = runs.start(folder, "top_p")
    event: Any = None
    while not (isinstance(event, dict) and event["run"] == looping and "collected" in event):
        event = runs.heard.get(timeout=WAIT_S)
    assert [check for check, _ in event["collected"]] == list(ALL)
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    assert runs.verdicts(folder, "top_p") == dict.fromkeys(ALL, "pass")
    (folder / "top_p.py").write_text("import time\ntime.sleep(600)\n")
    runs.start(folder, "top_p")
    runs.checker.stop()
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    assert runs.verdicts(folder, "top_p") == dict.fromkeys(ALL, "pass")


def test_the_models_are_lent_as_they_were_loaded(runs: Runs, folder: Path):
    """A check that takes the model; what a run does to it is gone in the next."""
    text = "import torch\n\ndef sample(model, input_ids, n, max_new_tokens, **settings):\n"
    spoil = "    with torch.no_grad():\n        next(model.parameters()).zero_()\n    raise KeyError\n"
    (folder / "sample_many.py").write_text(text + spoil)
    assert set(runs.verdicts(folder, "sample_many").values()) == {"fail"}
    whole = "    assert next(model.parameters()).abs().sum() > 0\n    raise NotImplementedError\n"
    (folder / "sample_many.py").write_text(text + whole)
    assert set(runs.verdicts(folder, "sample_many").values()) == {"unwritten"}


def test_a_process_that_dies_is_said_to_have_died(folder: Path):
    """With the signal; the next run goes on as ever."""
    runs = Runs(fork=True)
    (folder / "top_p.py").write_text("import os\nos.kill(os.getpid(), 11)\n")
    found = runs.answers(runs.start(folder, "top_p"))
    assert found[-1]["trouble"].startswith("SIGSEGV")
    (folder / "test_top_p.py").write_text("import nothing_of_that_name\n")
    found = runs.answers(runs.start(folder, "top_p"))
    assert "No module named 'nothing_of_that_name'" in found[-1]["trouble"]
    (folder / "test_top_p.py").unlink()
    assert runs.answers(runs.start(folder, "top_p"))[-1]["trouble"].startswith("test_top_p.py is missing.")
    runs.checker.close()


def test_a_notebook_is_checked_without_touching_its_neighbours(runs: Runs, folder: Path):
    """What is no notebook is a sentence."""
    before = {path.name for path in folder.iterdir()}
    assert set(runs.verdicts(folder, "top_p", "top_p.en.ipynb").values()) == {"unwritten"}
    (folder / "top_p.en.ipynb").write_text("{")
    found = runs.answers(runs.start(folder, "top_p", "top_p.en.ipynb"))
    assert "top_p.en.ipynb" in found[-1]["trouble"]
    assert {path.name for path in folder.iterdir()} == before


def test_the_process_ends_with_who_started_it(folder: Path):
    """Its run, too, though it would go on for ever."""
    runs = Runs(fork=True)
    mark = folder / "pid"
    (folder / "top_p.py").write_text(
        f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(600)\n"
    )
    runs.start(folder, "top_p")
    wait_for(lambda: mark.exists() and mark.read_text())
    runs.checker.close()
    wait_for(lambda: not alive(int(mark.read_text())))


def wait_for(claim: Any) -> None:
    """Until it holds; the test fails if it never does."""
    end_s = time.monotonic() + WAIT_S
    while not claim():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "autograder.cli", "--lang", "en", *arguments]


def wrong_and_right(top_p: Exercise) -> tuple[str, str]:
    mistake = next(one for one in top_p.mistakes if one.id == "drops_the_crossing_token")
    return with_mistake(top_p.solution, mistake), without_marks(top_p.solution)


def test_an_evening_with_watch_mode(folder: Path, top_p: Exercise):
    """A wrong answer, three hints, an endless loop, the right answer, quit: and the terminal is as it was."""
    wrong, right = wrong_and_right(top_p)
    child = pexpect.spawn(
        sys.executable,
        command("watch", ".")[1:],
        cwd=str(folder),
        dimensions=(60, 120),
        encoding="utf-8",
        timeout=WAIT_S,
    )
    before = termios.tcgetattr(child.child_fd)
    child.expect("Next: read sample_many.en.md")
    assert not termios.tcgetattr(child.child_fd)[3] & termios.ECHO
    (folder / "top_p.py").write_text(wrong)
    child.expect_exact("expected the 6 tokens from the to and")
    for level in (1, 2, 3):
        child.send("h")
        child.expect_exact(f"hint {level}/3")
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    while True:\n        pass\n")
    child.expect_exact("If a loop does not end, press s")
    child.send("s")
    child.expect_exact("Stopped.")
    (folder / "top_p.py").write_text(right)
    child.expect(r"1/\d+ exercises")
    child.send("?")
    child.expect_exact("previous exercise")
    child.send("q")
    child.expect(pexpect.EOF)
    after = termios.tcgetattr(child.child_fd)
    child.close()
    assert (child.exitstatus, child.signalstatus) == (0, None)
    assert after == before


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"])
def test_however_it_ends_the_terminal_is_as_it_was(folder: Path, number: int, status: int):
    """Here before the models are loaded."""
    child = pexpect.spawn(sys.executable, command("watch")[1:], cwd=str(folder), encoding="utf-8", timeout=WAIT_S)
    before = termios.tcgetattr(child.child_fd)
    child.expect("Loading the models")
    child.kill(number)
    child.expect(pexpect.EOF)
    after = termios.tcgetattr(child.child_fd)
    child.close()
    assert child.exitstatus == status
    assert after == before


def test_a_pipe_gets_plain_lines(folder: Path, top_p: Exercise):
    """No colour, no cursor, no keys; an interrupt ends it with 130."""
    wrong, right = wrong_and_right(top_p)
    (folder / "top_p.py").write_text(wrong)
    with subprocess.Popen(
        command("watch", "top_p.py"), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = iter(process.stdout.readline, "")
        assert next(lines).startswith(str(folder))
        assert next(lines) == "top_p: 1/3 not yet\n"
        assert "expected the 6 tokens" in next(lines)
        (folder / "top_p.py").write_text(right)
        found = next(line for line in lines if line.startswith("top_p: "))
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert found == "top_p: 3/3 public checks passed\n"
    assert process.returncode == 130
    assert "\x1b" not in found + rest


def test_hints_on_the_command_line(folder: Path, top_p: Exercise):
    """About the first check that does not pass; an untouched stub needs no run; the solution is not in them."""

    def hint(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command("hint", *arguments), cwd=folder, capture_output=True, text=True, check=False)

    first = hint()
    assert first.returncode == 0
    assert first.stdout.startswith("sample_many\nhint 1/3:\n  Reread “What to write” in sample_many.en.md.")
    (folder / "top_p.py").write_text(wrong_and_right(top_p)[0])
    third = hint("top_p", "--level", "3")
    assert third.stdout.startswith("top_p: The token that crosses p is kept.\nhint 1/3:")
    assert "hint 3/3:\n  Go through p = 0.8" in third.stdout
    (folder / "top_p.py").write_text(wrong_and_right(top_p)[1])
    assert hint("top_p").stdout == "top_p: its public checks are passed.\n"
    (folder / "top_p.py").write_text("def top_p_filter(probs, p)\n    return probs\n")
    broken = hint("top_p").stdout
    assert broken.startswith("top_p: top_p.py cannot be read as Python: the syntax breaks at line 1")
    assert "hint 1/3" not in broken, "a hint about a check is of no help before that"
    for arguments, part in ((("nothing",), "no such exercise"), (("observations",), "no hints for prose")):
        refused = hint(*arguments)
        assert refused.returncode == 2
        assert part in refused.stderr


def test_ready_is_said_once():
    """When everything is loaded."""
    runs = Runs(fork=True)
    assert runs.heard.get(timeout=WAIT_S) == Ready()
    runs.checker.close()


def test_a_process_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch, assignment: Assignment, folder: Path):
    """As a sentence with its last words; nothing waits for ever."""
    monkeypatch.setattr("autograder.watch.checker.sys.executable", shutil.which("false"))
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    return probs\n")
    with pytest.raises(SettingsError, match="The process that runs the checks ended") as caught:
        first_open(assignment, "en", "top_p")
    assert caught.value.message.en.endswith("\nexit 1")
    assert "autograder doctor" in caught.value.message.ja
