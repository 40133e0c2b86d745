"""How many graders, and what becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from autograder.grading import pool
from autograder.grading.engine import Settings
from autograder.jail import pool as jail
from autograder.jail.pool import Limits


@pytest.mark.parametrize(
    ("free_mib", "cores", "n_jobs"),
    [(10**6, 4, 4), (1400, 4, 1), (2900, 4, 2), (0, 4, 1), (10**6, 1, 1)],
    ids=["plenty", "memory for one", "memory for two", "none", "one core"],
)
def test_as_many_graders_as_cores_and_memory_allow(
    monkeypatch: pytest.MonkeyPatch, free_mib: int, cores: int, n_jobs: int
):
    """Each may need what its student may allocate."""
    monkeypatch.setattr(pool, "free_mib", lambda: free_mib)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    assert pool.default_jobs(Settings(limits=Limits(memory_mib=1024))) == n_jobs


def test_where_graders_use_a_gpu_themselves_there_is_one():
    """A process that has used CUDA cannot be forked."""
    assert pool.default_jobs(Settings(device="cuda", model_server=False)) == 1


def test_graders_that_share_a_gpu_are_more_than_cores(monkeypatch: pytest.MonkeyPatch):
    """Most of them wait for the model server."""
    monkeypatch.setattr(pool, "free_mib", lambda: 1 << 20)
    assert pool.default_jobs(Settings(device="cuda")) == 4 * pool.default_jobs(Settings())


def test_free_memory_is_read():
    """In MiB: more than a grader's, less than a petabyte."""
    assert 100 < pool.free_mib() < 2**30


def test_a_fork_uses_the_warm_process_that_is_there(monkeypatch: pytest.MonkeyPatch):
    """It starts none of its own, which would load everything again."""
    with jail.Zygote([]) as zygote:
        zygote.start()
        monkeypatch.setattr(jail, "_launch", lambda *_: os._exit(3))
        pid = os.fork()
        if not pid:
            try:
                with zygote.shared() as own:
                    child = own.spawn(Limits())
                    own.end(child)
                os._exit(0)
            finally:
                os._exit(4)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def idle(_: bytes) -> None:
    time.sleep(60)


def test_an_interrupt_does_not_wait_for_submissions_on_their_way():
    """More than a pipe holds is being written to graders when they are killed; Python 3.10 alone would wait for ever."""
    graders = pool.GraderPool(Settings(), 2)
    executor = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))
    graders._executor = executor
    for _ in range(6):
        executor.submit(idle, bytes(1 << 20))
    deadline = time.monotonic() + 30
    while len(executor._processes) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    ending = threading.Thread(target=graders._end_workers, kwargs={"at_once": True}, daemon=True)
    ending.start()
    ending.join(timeout=30)
    assert not ending.is_alive()
