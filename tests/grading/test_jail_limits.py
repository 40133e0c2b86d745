"""What only the jail promises: limits, and nothing of value within reach."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from autograder.audit import Bench
from autograder.errors import JailError, LimitReached, StudentRaised
from autograder.exercise import Exercise, Unit
from autograder.grading.diagnosis import same_call
from autograder.grading.run import run_checks
from autograder.grading.spent import MAX_REMEMBERED_BYTES, Spent
from autograder.grading.student import FORGOTTEN, JailedBackend, Student, calls_of
from autograder.jail import confine
from autograder.jail.pool import Limits, Zygote, jail_level

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

def large_file():
    with open("large", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))

def many_files():
    for number in range(10**6):
        open(f"f{number}", "w").close()

def open_files():
    return [open("f", "w") for _ in range(100)]

def fork():
    os.fork()

def program():
    import subprocess
    subprocess.run(["true"])

def threads():
    import threading
    never = threading.Event()
    for _ in range(10**4):
        threading.Thread(target=never.wait, daemon=True).start()

def trace():
    import ctypes
    ctypes.CDLL(None).ptrace(0, 0, 0, 0)

def modules():
    return sorted(name for name in sys.modules if name.startswith(("autograder.", "solutions")))

def flood(n):
    for _ in range(n):
        print("x" * 1000)
    return "done"

def busy(seconds):
    import time
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"

def naps(seconds):
    import time
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)
        sum(range(10**6))
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


@pytest.mark.parametrize(("call", "kind"), [(("sleep",), "wall"), (("busy", 1.2), None), (("naps", 1.2), None)])
def test_doing_nothing_is_limited_much_sooner(bench: Bench, call: tuple, kind: str | None):
    """Computing and short waits are not nothing; neither is the time between two calls."""
    backend = JailedBackend(
        bench.zygote,
        module="m",
        sources={"m": SOURCE},
        shared=bench.models.shared(),
        limits=Limits(cpu_s=20, wall_s=600.0, idle_s=0.8),
        seed=1,
    )
    student = Student(backend)
    assert student.flood(1) == "done"
    time.sleep(1.0)
    if kind is None:
        assert getattr(student, call[0])(*call[1:]) == "done"
    else:
        with pytest.raises(LimitReached) as caught:
            getattr(student, call[0])(*call[1:])
        assert caught.value.kind == kind
    backend.close()


def test_the_calls_of_a_check_share_its_time(bench: Bench):
    """Many calls, each well within the limit, are ended by their sum; the words say which limit and how long."""
    backend = JailedBackend(
        bench.zygote,
        module="m",
        sources={"m": SOURCE},
        shared=bench.models.shared(),
        limits=Limits(wall_s=1.5),
        seed=1,
    )
    student = Student(backend)
    with pytest.raises(LimitReached, match=r"1\.5 s by the clock, all calls of this check together") as caught:
        [student.naps(0.3) for _ in range(20)]
    assert caught.value.kind == "wall"
    backend.close()


def test_the_checks_of_a_submission_share_its_time(bench: Bench, sampling: Unit):
    """The one that uses it up is told so, and the rest are not run, in whatever exercise they are."""
    exercises = [one for one in sampling.exercises if one.rubric is None][:3]
    limits, spent, started = Limits(submission_s=1.0), Spent(), Counter[str]()

    def student(exercise: Exercise, seed: int) -> Student:
        started[exercise.id] += 1
        names = "\n".join(f"{name} = slow" for name in exercise.functions)
        text = f"import time\ndef slow(*_, **__):\n    time.sleep(0.4)\n{names}\n"
        return Student(
            JailedBackend(
                bench.zygote,
                module="m",
                sources={"m": text},
                shared=bench.models.shared(),
                limits=limits,
                seed=seed,
                spent=spent,
            )
        )

    outcomes = run_checks(exercises, student, bench.models, spent=spent, limits=limits)
    said = [outcome.message.en for outcome in outcomes.values()]
    reached = [text for text in said if "the submission used up its time, 1 s for the calls of all checks" in text]
    not_run = [text for text in said if "not run, because other checks used up the 1 s" in text]
    assert len(reached) == 1
    assert not_run == said[said.index(reached[0]) + 1 :]
    assert len(not_run) > 20
    assert started.keys() == {exercises[0].id}


def test_the_cases_of_a_check_are_one_check():
    """Another check has its own time, but the submission's goes on."""
    spent, limits = Spent(), Limits(wall_s=10.0, submission_s=15.0)
    for check, seconds in (("a", 4.0), ("a", 3.0), ("b", 5.0)):
        spent.begin("e", check)
        spent.add(seconds)
    assert spent.left_s(limits) == 3.0
    spent.begin("e", "a")
    assert spent.left_s(limits) == 3.0
    assert spent.left_s(Limits(wall_s=10.0)) == 3.0
    assert not spent.is_over(limits)
    spent.add(3.0)
    assert spent.is_over(limits)


def test_results_are_kept_as_long_as_there_is_room(bench: Bench):
    """The checks get every one; what the diagnosis compares later is as much as fits, whatever a submission gives."""
    spent = Spent()
    backend = JailedBackend(
        bench.zygote,
        module="m",
        sources={"m": "def large(n):\n    return bytes(n)\n"},
        shared=bench.models.shared(),
        limits=Limits(),
        seed=1,
        spent=spent,
    )
    student, n_bytes = Student(backend), 7 << 20
    for _ in range(40):
        assert len(student.large(n_bytes)) == n_bytes
    kept = [call.value for call in calls_of(student) if call.value != FORGOTTEN]
    assert n_bytes * len(kept) < MAX_REMEMBERED_BYTES / 2
    assert 10 < len(kept) < 40
    assert not same_call(calls_of(student)[-1], calls_of(student)[0])
    backend.close()


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


def test_much_output_harms_nobody(student: Student):
    """Ten megabytes go nowhere."""
    assert student.flood(10**4) == "done"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (("flood", 10**6), "output"),
        (("large_file",), "files"),
        (("many_files",), "files"),
        (("open_files",), "open files"),
        (("fork",), "processes"),
        (("program",), "processes"),
        (("threads",), "processes"),
        (("connect", 9), "network"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_each_limit_has_its_own_words(student: Student, call: tuple, kind: str):
    """What happened, and what to do."""
    function, *arguments = call
    with pytest.raises(LimitReached) as caught:
        getattr(student, function)(*arguments)
    assert caught.value.kind == kind


def test_the_environment_and_the_process_hold_nothing_of_the_grader(student: Student, monkeypatch: pytest.MonkeyPatch):
    """Clean exec: not even the module that reads the course is loaded."""
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET_TOKEN" not in student.environment()
    loaded = student.modules()
    assert not [name for name in loaded if name.startswith(("solutions", "autograder.course", "autograder.grading"))]


def test_secrets_and_other_files_cannot_be_read(student: Student, top_p: Exercise, tmp_path: Path):
    """The hidden checks, the grader's other files, other processes: not there, or not to be opened."""
    (tmp_path / "token").write_text("x")
    for path in (top_p.folder / "checks_hidden.py", tmp_path / "token", Path("/etc/passwd"), Path("/proc/1/environ")):
        assert path.exists()
        with pytest.raises(StudentRaised, match=r"PermissionError|FileNotFoundError"):
            student.read(str(path))


def test_only_the_scratch_folder_can_be_written(student: Student, tmp_path: Path):
    """Temporary files work; results elsewhere cannot be planted."""
    assert len(student.scratch()) == 1
    for path in (tmp_path / "report.json", Path(sys.prefix) / "planted.py"):
        with pytest.raises(StudentRaised, match=r"PermissionError|FileNotFoundError|OSError"):
            student.write(str(path))
        assert not path.exists()


def test_other_processes_cannot_be_killed(student: Student):
    """The zygote lives on."""
    with pytest.raises(StudentRaised, match="PermissionError"):
        student.kill_parent()
    assert student.scratch()


def test_a_forbidden_system_call_is_told_as_such(student: Student):
    """The process is gone, and the reason is named."""
    with pytest.raises(LimitReached, match="system call") as caught:
        student.trace()
    assert caught.value.kind == "died"


def until_it_ends(student: Student) -> None:
    """Children of a zygote live a moment longer."""
    for _ in range(200):
        student.scratch()
        time.sleep(0.05)


def test_a_zygote_that_was_killed_is_replaced(bench: Bench):
    """The check at hand is a fault of ours; the next one works."""
    with Zygote([]) as zygote:
        backend = JailedBackend(
            zygote, module="m", sources={"m": SOURCE}, shared=bench.models.shared(), limits=Limits(), seed=1
        )
        assert Student(backend).scratch()
        zygote._process.kill()
        with pytest.raises((JailError, LimitReached)):
            until_it_ends(Student(backend))
        fresh = JailedBackend(
            zygote, module="m", sources={"m": SOURCE}, shared=bench.models.shared(), limits=Limits(), seed=1
        )
        assert Student(fresh).scratch()
        fresh.close()


@pytest.mark.parametrize("n_files", [1, 63, 64, 65, 200, 499])
def test_a_submission_may_have_many_modules(bench: Bench, n_files: int):
    """Each is imported; together they may be as large as a submission."""
    size = min(1 << 20, (40 << 20) // n_files)
    table = f"TABLE = '{'x' * (size - 100)}'\n"
    sources = {f"m{number}": f"{table}answer = {number}\n" for number in range(n_files)}
    text = f"def ask():\n    modules = [__import__(f'm{{n}}') for n in range({n_files})]\n    return sum(m.answer for m in modules), len(modules[-1].TABLE)\n"
    backend = JailedBackend(
        bench.zygote,
        module="m",
        sources={"m": text, **sources},
        shared=bench.models.shared(),
        limits=Limits(),
        seed=1,
    )
    assert Student(backend).ask() == (sum(range(n_files)), size - 100)
    backend.close()


def test_without_landlock_or_seccomp_nothing_is_graded(monkeypatch: pytest.MonkeyPatch):
    """Unless the user asks for it, and then the report says so."""
    monkeypatch.setattr(confine, "missing", lambda: ["Landlock"])
    with pytest.raises(JailError, match="--unsafe-no-jail"):
        Zygote([])
    with Zygote([], jailed=False):
        assert "UNSAFE" in jail_level(jailed=False)
