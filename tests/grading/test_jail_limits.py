"""What only the jail promises: limits, and nothing of value within reach."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.errors import LimitReached, StudentRaised
from autograder.exercise import Exercise
from autograder.grading.student import JailedBackend, Student
from autograder.jail import landlock
from autograder.jail.pool import Limits

SOURCE = """
import os, signal, sys, time

def loop():
    while True:
        pass

def stubborn():
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass

def sleep():
    time.sleep(10**6)

def eat():
    eaten = []
    while True:
        eaten.append(bytearray(10_000_000))

def leave():
    os._exit(0)

def crash():
    import ctypes
    ctypes.string_at(0)

def read(path):
    return open(path).read(10)

def write(path):
    open(path, "w").write("x")

def scratch():
    import tempfile
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("x" * 10)
        return os.listdir(".")

def environment():
    return dict(os.environ)

def kill_parent():
    os.kill(os.getppid(), signal.SIGKILL)

def connect(port):
    import socket
    socket.create_connection(("127.0.0.1", port), timeout=1)

def modules():
    return sorted(name for name in sys.modules if name.startswith(("autograder.", "solutions")))

def flood():
    for _ in range(10**5):
        print("x" * 1000)
    return "done"
"""


@pytest.fixture
def student(bench: Bench):
    backend = JailedBackend(
        bench.zygote,
        module="m",
        sources={"m": SOURCE},
        shared=bench.models.shared(),
        limits=Limits(cpu_s=2, wall_s=20, memory_mib=300),
        seed=1,
    )
    yield Student(backend)
    backend.close()


@pytest.mark.parametrize("function", ["loop", "stubborn"])
def test_computing_time_is_limited(student: Student, function: str):
    """Also where the student ignores the signal."""
    with pytest.raises(LimitReached) as caught:
        getattr(student, function)()
    assert caught.value.kind == "cpu"


def test_waiting_is_limited(bench: Bench):
    """The wall clock is the backstop."""
    backend = JailedBackend(
        bench.zygote,
        module="m",
        sources={"m": SOURCE},
        shared=bench.models.shared(),
        limits=Limits(cpu_s=2, wall_s=1.0),
        seed=1,
    )
    with pytest.raises(LimitReached) as caught:
        Student(backend).sleep()
    assert caught.value.kind == "wall"


def test_memory_is_limited(student: Student):
    """A list that grows for ever."""
    with pytest.raises(LimitReached) as caught:
        student.eat()
    assert caught.value.kind == "memory"


@pytest.mark.parametrize(("function", "how"), [("leave", "exit status 0"), ("crash", "signal 11")])
def test_a_process_that_dies_is_told_and_stays_dead(student: Student, function: str, how: str):
    """No later call of the same check succeeds."""
    for _ in range(2):
        with pytest.raises(LimitReached, match=how) as caught:
            getattr(student, function)()
        assert caught.value.kind == "died"


def test_flooding_standard_output_harms_nobody(student: Student):
    """A hundred megabytes go nowhere."""
    assert student.flood() == "done"


def test_the_environment_and_the_process_hold_nothing_of_the_grader(student: Student, monkeypatch: pytest.MonkeyPatch):
    """Clean exec: not even the module that reads the course is loaded."""
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET_TOKEN" not in student.environment()
    loaded = student.modules()
    assert not [name for name in loaded if name.startswith(("solutions", "autograder.course", "autograder.grading"))]


needs_landlock = pytest.mark.skipif(not landlock.abi(), reason="this kernel has no Landlock")


@needs_landlock
def test_secrets_and_other_files_cannot_be_read(student: Student, top_p: Exercise, tmp_path: Path):
    """The hidden checks, the grader's other files, other processes."""
    (tmp_path / "token").write_text("x")
    for path in (top_p.folder / "checks_hidden.py", tmp_path / "token", Path("/etc/passwd"), Path("/proc/1/environ")):
        assert path.exists()
        with pytest.raises(StudentRaised, match="PermissionError"):
            student.read(str(path))


@needs_landlock
def test_only_the_scratch_folder_can_be_written(student: Student, tmp_path: Path):
    """Temporary files work; results elsewhere cannot be planted."""
    assert len(student.scratch()) == 1
    for path in (tmp_path / "report.json", Path(sys.prefix) / "planted.py"):
        with pytest.raises(StudentRaised, match="PermissionError"):
            student.write(str(path))
        assert not path.exists()


@pytest.mark.skipif(landlock.abi() < 4, reason="this kernel's Landlock knows no network")
def test_tcp_is_refused(student: Student):
    """Even to this machine."""
    with pytest.raises(StudentRaised, match="PermissionError"):
        student.connect(9)


@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel's Landlock knows no signals")
def test_other_processes_cannot_be_killed(student: Student):
    """The zygote lives on."""
    with pytest.raises(StudentRaised, match="PermissionError"):
        student.kill_parent()
    assert student.scratch()
