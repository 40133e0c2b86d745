"""Grading on a real scheduler and two worker processes on this machine; one is killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from autograder.classroom import grade_folder
from autograder.course import read_course
from autograder.course.source import with_mistake, without_marks
from autograder.errors import SettingsError
from autograder.exercise import Exercise, Unit
from autograder.grading.cluster import ClusterPool, packed, slurm_cluster
from autograder.grading.engine import Grader, Settings
from autograder.jail.pool import Limits

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own
SETTINGS = Settings(limits=Limits(cpu_s=5, wall_s=60.0))


@pytest.fixture
def course_of_one(top_p: Exercise, tmp_path: Path) -> Path:
    """`solutions/` with the quickest exercise only."""
    folder = tmp_path / "solutions" / "u02_sampling"
    folder.mkdir(parents=True)
    for name in ("intro.ja.md", "intro.en.md"):
        shutil.copy(top_p.folder.parent / name, folder)
    shutil.copytree(top_p.folder, folder / top_p.folder.name)
    return tmp_path / "solutions"


@pytest.fixture
def cluster(tmp_path: Path):
    """(address, worker processes) of a scheduler with two workers, without anything that restarts them."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}

    def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--scheduler-file", str(file)]
        return subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    while not file.exists():
        time.sleep(0.1)
        assert scheduler.poll() is None
    workers = [start("dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
    import json

    yield json.loads(file.read_text())["address"], workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_worker_that_dies_loses_nothing(
    course_of_one: Path, cluster: tuple[str, list[subprocess.Popen]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Every submission is graded, and once in the results; the reports are those of this machine alone."""
    address, workers = cluster
    (unit,) = read_course(course_of_one).units
    (exercise,) = unit.exercises
    submissions = tmp_path / "submissions"
    for number in range(12):
        folder = submissions / f"s{number:02}"
        folder.mkdir(parents=True)
        mistake = exercise.mistakes[number % 3]
        text = with_mistake(exercise.solution, mistake) if number % 2 else without_marks(exercise.solution)
        (folder / exercise.answer_file).write_text(text)
    finished: Counter[str] = Counter()

    def progress(student: str, n_finished: int, n_students: int) -> None:
        if n_finished:
            finished[student] += 1
        if n_finished == 2:
            workers[0].send_signal(signal.SIGKILL)

    with ClusterPool(SETTINGS, course_of_one, address=address) as pool:
        summary = grade_folder(submissions, unit, tmp_path / "far", SETTINGS, progress=progress, grader=pool)
    assert workers[0].wait() == -signal.SIGKILL
    assert finished == {f"s{number:02}": 1 for number in range(12)}
    assert len(summary["students"]) == 12
    near = submissions_of(submissions, tmp_path / "some", ["s00", "s01"])
    with Grader(SETTINGS) as grader:
        grade_folder(near, unit, tmp_path / "near", SETTINGS, grader=grader)
    for name in ("s00", "s01"):
        one, other = (tmp_path / where / name / "report.json" for where in ("far", "near"))
        assert one.read_bytes() == other.read_bytes()


def submissions_of(folder: Path, to: Path, names: list[str]) -> Path:
    """A copy of some of the submissions."""
    for name in names:
        shutil.copytree(folder / name, to / name)
    return to


def test_a_scheduler_that_does_not_answer_is_named(top_p: Exercise, monkeypatch: pytest.MonkeyPatch):
    """With what to do."""
    monkeypatch.setattr("autograder.grading.cluster.CONNECT_TIMEOUT_S", 1)
    with (
        pytest.raises(SettingsError, match="dask scheduler"),
        ClusterPool(SETTINGS, top_p.folder.parent.parent, address="tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.parametrize("text", [None, "jobs: many", "- a list", "memory: 4GB"], ids=str)
def test_a_slurm_file_that_is_not_in_order_is_named(tmp_path: Path, text: str | None):
    """Missing, no number of jobs, no arguments."""
    file = tmp_path / "slurm.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError, match=r"dask_jobqueue\.SLURMCluster"):
        slurm_cluster(file)


def test_slurm_is_asked_for_workers_of_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The script that it would submit, and how many."""
    asked = []
    monkeypatch.setattr("dask_jobqueue.SLURMCluster.scale", lambda self, jobs: asked.append(jobs))
    file = tmp_path / "slurm.yaml"
    file.write_text("jobs: 7\nmemory: 4GB\nqueue: short\nwalltime: '01:00:00'\n")
    with slurm_cluster(file) as cluster:
        script = cluster.job_script()
    assert asked[0] == 7
    assert "#SBATCH -p short" in script
    assert "--nthreads 1" in script
    assert "--mem=4G" in script


def test_the_course_that_is_sent_is_whole(course_of_one: Path, sampling: Unit, tmp_path: Path):
    """And holds nothing that Python left behind."""
    import io
    import zipfile

    (course_of_one / "__pycache__").mkdir()
    (course_of_one / "__pycache__" / "x.pyc").touch()
    with zipfile.ZipFile(io.BytesIO(packed(course_of_one))) as archive:
        assert not [name for name in archive.namelist() if "pycache" in name]
        archive.extractall(tmp_path / "there")
    (unit,) = read_course(tmp_path / "there" / "solutions").units
    assert [one.id for one in unit.exercises] == ["sampling/top_p"]
