"""Graders on other machines: the same jobs, sent to the workers of a Dask cluster.

Every worker unpacks the course that it is sent, loads the models and keeps its zygote warm. A job whose worker dies is
given to another one; a result is taken once. The scheduler sees solutions and submissions: use a network that you
trust, or Dask's TLS settings.
Source: Dask.distributed's documentation of worker plugins and of resilience; dask-jobqueue's SLURMCluster.
"""

from __future__ import annotations

import tempfile
import threading
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder.archives import pack, read_whole, write_below
from autograder.course import read_course
from autograder.errors import JailError, ModelError, SettingsError
from autograder.exercise import Unit
from autograder.grading.engine import Graded, Grader, Settings, circumstances, fault_of_ours
from autograder.grading.intake import Submission
from autograder.grading.window import as_finished

PLUGIN = "autograder"
CONNECT_TIMEOUT_S = 30
# Under way at a time: one that is graded, and some that have arrived.
_JOBS_PER_WORKER = 4


class ClusterPool:
    """The workers of one scheduler; a context manager, with the interface of `GraderPool`.

    Args:
        settings: as for `Grader`.
        course: the folder `solutions/`, which every worker is sent.
        address: of the scheduler, such as `tcp://head:8786`.
        slurm: a YAML file with the arguments of dask_jobqueue.SLURMCluster, and `jobs`, how many to start; instead of
            an address.

    Raises: SettingsError if the file is not in order or the scheduler does not answer.
    """

    def __init__(
        self, settings: Settings, course: Path, *, address: str | None = None, slurm: Path | None = None
    ) -> None:
        self._settings, self._course = settings, course
        self._address, self._slurm = address, slurm
        self._cluster: Any = None
        self._client: Any = None

    def __enter__(self) -> ClusterPool:
        from distributed import Client

        target = self._address
        if self._slurm is not None:
            self._cluster = slurm_cluster(self._slurm)
            target = self._cluster
        try:
            self._client = Client(target, timeout=CONNECT_TIMEOUT_S)
        except (OSError, ValueError) as error:
            self.__exit__()
            raise SettingsError(
                ja=f"--cluster {self._address}: スケジューラにつながりません。アドレスを確かめ、`dask scheduler` が動いているか見てください。",
                en=f"--cluster {self._address}: the scheduler does not answer. Check the address, and that `dask scheduler` runs there.",
            ) from error
        self._client.register_plugin(worker_plugin(self._settings, packed(self._course)), name=PLUGIN)
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._client, self._cluster):
            if one is not None:
                one.close()

    def grade_all(self, submissions: Iterable[Submission], unit: Unit) -> Iterator[Graded]:
        """Each submission's result, as it is finished; where several workers died on one, or its job failed, the fault is told."""
        from distributed import wait

        made = circumstances(self._settings)

        def submit(submission: Submission) -> Any:
            return self._client.submit(grade_here, submission, unit.id, pure=False, retries=0)

        def window() -> int:
            return _JOBS_PER_WORKER * max(1, len(self._client.nthreads()))

        def failed(submission: Submission, error: Exception) -> Graded:
            if isinstance(error, (ModelError, JailError)):
                raise error
            return fault_of_ours(submission, unit, made, "".join(traceback.format_exception(error)))

        yield from as_finished(submissions, submit, wait, window, failed)


def slurm_cluster(file: Path) -> Any:
    """Workers started by Slurm. Raises: SettingsError if the file cannot be read or its arguments are refused."""
    import yaml
    from dask_jobqueue import SLURMCluster

    try:
        arguments = yaml.safe_load(file.read_text(encoding="utf-8"))
        n_jobs = int(arguments.pop("jobs"))
        # One thread each: a grader computes on one, and student processes are seeded one at a time.
        cluster = SLURMCluster(**{"cores": 1, "processes": 1, **arguments})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            ja=f"--slurm {file}: 読めません（{error}）。`jobs: 10`、`memory: 4GB` など、dask_jobqueue.SLURMCluster の引数を YAML で書いてください。",
            en=f"--slurm {file}: cannot be used ({error}). Write the arguments of dask_jobqueue.SLURMCluster as YAML, with `jobs: 10` and `memory: 4GB`.",
        ) from error
    cluster.scale(jobs=n_jobs)
    return cluster


def packed(course: Path) -> bytes:
    """The folder `solutions/` as a zip."""
    files = [path for path in sorted(course.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return pack({f"solutions/{path.relative_to(course).as_posix()}": path.read_bytes() for path in files})


def worker_plugin(settings: Settings, course: bytes) -> Any:
    """What every worker sets up once: the course on its disk, the models loaded, the zygote warm."""
    from distributed import WorkerPlugin

    class GraderPlugin(WorkerPlugin):  # type: ignore[misc]
        name = PLUGIN

        def setup(self, worker: Any) -> None:
            self.folder = tempfile.TemporaryDirectory(prefix="autograder-course-")
            for name, data in read_whole(course).items():
                write_below(Path(self.folder.name), name, data, write=Path.write_bytes)
            self.units = {unit.id: unit for unit in read_course(Path(self.folder.name, "solutions")).units}
            self.grader = Grader(settings)
            self.grader.start()
            self.one_at_a_time = threading.Lock()  # whatever `--nthreads` the worker was given

        def teardown(self, worker: Any) -> None:
            self.grader.__exit__()
            self.folder.cleanup()

    return GraderPlugin()


def grade_here(submission: Submission, unit: str) -> Graded:
    """On a worker: grade one submission with what the plugin has set up."""
    from distributed import get_worker

    plugin = get_worker().plugins[PLUGIN]
    with plugin.one_at_a_time:
        result: Graded = plugin.grader.grade(submission, plugin.units[unit])
    return result
