"""Ctrl-C at any moment, and work that needs no student's code: nothing of the processes behind a command is seen."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.source import without_marks
from autograder.exercise import Exercise


@pytest.fixture
def submissions(top_p: Exercise, tmp_path: Path) -> Path:
    """A class in which nobody has written anything."""
    folder = tmp_path / "class"
    for student in ("alice", "bob"):
        (folder / student).mkdir(parents=True)
        (folder / student / "top_p.py").write_text(top_p.stub, encoding="utf-8")
    return folder


def grading(submissions: Path, course: Path, jobs: int) -> subprocess.Popen[str]:
    """`autograder grade` in a group of processes of its own, as in a terminal."""
    options = ["--unit", "u02_sampling", "--out", str(submissions.parent / "out"), "--course", str(course)]
    command = [sys.executable, "-m", "autograder.cli", "grade", str(submissions), *options, "--jobs", f"{jobs}"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_class_in_which_no_code_runs_ends_in_peace(submissions: Path, top_p: Exercise, jobs: int):
    """Though the warm process was started and is not needed."""
    process = grading(submissions, top_p.folder.parents[1], jobs)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")


# From Python's own start to the middle of a check.
@pytest.mark.parametrize("after_s", [0.3, 1.5, 4])
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_ends_everything_without_a_traceback(
    submissions: Path, top_p: Exercise, after_s: float, jobs: int
):
    """With status 130, whatever was at hand. While Python itself begins or ends, it ends by the signal; later, not at all."""
    for student in submissions.iterdir():
        (student / "top_p.py").write_text(without_marks(top_p.solution), encoding="utf-8")
    process = grading(submissions, top_p.folder.parents[1], jobs)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert "Traceback" not in errors
    assert process.returncode in (0, 130, -signal.SIGINT), errors
    if after_s == 4 and process.returncode == 130:  # while it graded
        assert "the same command goes on from there" in errors or "もう一度同じコマンドを実行すると" in errors


def test_the_warm_process_goes_quietly_when_its_grader_does():
    """At the very beginning, before it has heard what to load."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "autograder.jail.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
        )
    assert process.communicate() == (None, b"")
