"""The near end of the warm process: orders runs, stops them, and passes on what it hears."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import IO, Any

from autograder.undisturbed import environment, python_module
from autograder.watch.warm import Job

# Elsewhere libraries use threads that a fork does not survive, or there is no fork.
CAN_FORK = sys.platform.startswith("linux")


@dataclass(frozen=True)
class Ready:
    """The warm process has loaded everything."""


@dataclass(frozen=True)
class Broken:
    """The warm process ended by itself; `said` are its last words."""

    said: str


class Checker:
    """Runs one job at a time; `put` gets `Ready`, `Broken`, and the answers of jobs as dictionaries, from another thread.

    Where processes cannot be forked, each job uses up one process, and the next is made ready meanwhile.
    """

    def __init__(self, put: Callable[[Any], None], *, fork: bool = CAN_FORK) -> None:
        self._put, self._fork = put, fork
        self._busy = self._closed = self._ready = False
        # The thread that hears the process replaces it, where each runs one job.
        self._lock = threading.RLock()
        with self._lock:
            self._process = self._started()

    def check(self, job: Job) -> None:
        """Run `job` now; a job that runs is stopped. It waits for as long as the process is loading."""
        with self._lock:
            if self._busy and not self._fork:
                self._restart()
            self._busy = True
            self._order(asdict(job))

    def stop(self) -> None:
        """Stop the job that runs, if there is one."""
        with self._lock:
            if self._fork:
                self._order({"stop": True})
            elif self._busy:
                self._restart()
            self._busy = False

    def close(self) -> None:
        """End the process, and what it runs."""
        with self._lock:
            process, self._closed = self._process, True
            if not (self._fork and self._ready):  # no fork of it runs
                process.kill()
            listener = self._listener
        self._end(process)
        listener.join(timeout=5)

    def _order(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it ended: its reader says so
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()

    def _restart(self) -> None:
        process, self._process = self._process, self._started()
        process.kill()
        self._end(process)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        _close_input(process)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        command = python_module("autograder.watch.warm", *([] if self._fork else ["once"]))
        errors = tempfile.TemporaryFile()  # noqa: SIM115 (the thread closes it)
        # Ctrl-C is for the session, which then ends this process.
        process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._hear, args=(process, errors), daemon=True)
        self._listener.start()
        return process

    def _hear(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as answers:
            for line in answers:
                self._pass_on(process, _read(line))
        code = process.wait()
        _close_input(process)
        with self._lock, errors:
            if process is self._process and not self._closed:
                errors.seek(0)
                said = errors.read().decode("utf-8", "replace").strip()
                self._put(Broken(said[-2000:] or f"exit {code}"))

    def _pass_on(self, process: subprocess.Popen[bytes], answer: dict[str, Any]) -> None:
        with self._lock:
            if process is not self._process or not answer:  # a process that was stopped
                return
            if answer.get("ended"):
                self._busy = False
                if not self._fork:
                    self._process = self._started()
            self._ready = self._ready or bool(answer.get("ready"))
        self._put(Ready() if answer.get("ready") else answer)


def _close_input(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # what was written last may still be on its way to a process that is gone
        process.stdin.close()


def _read(line: bytes) -> dict[str, Any]:
    """An answer; nothing for a line that a stopped run left unfinished."""
    try:
        answer = json.loads(line) if line.strip() else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
