"""The engine as nbgrader's steps see it: one grading process for a whole run, started when it is first needed.

Its failure raises, so that nbgrader stores nothing for that student; it is no student's fault.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
from collections import OrderedDict
from pathlib import Path
from typing import Any

from traitlets import Enum, Integer, Unicode
from traitlets.config import LoggingConfigurable

from autograder.errors import JailError, SettingsError
from autograder.grading.files import MAX_DEPTH
from autograder.grading.intake import fit_name
from autograder.models import find_catalog
from autograder.reports.files import write_student
from autograder.undisturbed import environment, python_module

_MAX_KEPT = 4
_END_S = 5.0
REPORTS = "reports"

Stamp = tuple[tuple[str, int, int, int], ...]


class Engine(LoggingConfigurable):
    """Grades the submissions of one course folder."""

    solutions = Unicode(help="The course's folder `solutions/`; it must lie outside the course folder.").tag(
        config=True
    )
    language = Enum(("ja", "en"), "ja", help="The language of the notebooks.").tag(config=True)
    model = Unicode(
        "tiny-chat", help="The model under test: embedded name, name of models.yaml, folder, or fetched hub id."
    ).tag(config=True)
    device = Unicode("", help="Where the trusted side computes: cpu, cuda, cuda:1 (default: cpu).").tag(config=True)
    dtype = Unicode("", help="float32, float16 or bfloat16 (default: as the model says).").tag(config=True)
    models = Unicode("", help="The settings file of models (default: models.yaml beside `solutions/`).").tag(
        config=True
    )
    cpu_limit = Integer(20, min=1, help="CPU seconds that one check may take.").tag(config=True)
    submission_limit = Integer(
        1800, min=1, help="Seconds by the clock that all checks of a submission may take together."
    ).tag(config=True)
    memory_limit = Integer(1024, min=64, help="MiB that one check may allocate.").tag(config=True)

    def grade(self, unit: str, student: str, folder: Path) -> dict[str, Any]:
        """The grading process's reply for the submission in `folder`; kept until the submission or the course changes.

        Raises: AutograderError if the engine failed.
        """
        if not self.solutions or not Path(self.solutions).is_dir():
            raise SettingsError(
                ja=f"c.Engine.solutions = {self.solutions!r}: フォルダがありません。nbgrader_config.py に `solutions/` の場所を書いてください。",
                en=f"c.Engine.solutions = {self.solutions!r}: no such folder. Name the course's `solutions/` in nbgrader_config.py.",
            )
        order = {"unit": unit, "student": student, "folder": str(folder.resolve()), "language": self.language}
        order |= {"solutions": str(Path(self.solutions).resolve()), "stamp": repr(stamp(Path(self.solutions)))}
        names = ("model", "device", "dtype", "cpu_limit", "submission_limit", "memory_limit")
        chosen = {name: getattr(self, name) for name in names}
        settings = json.dumps(chosen | {"models": self._models_file()})
        return _processes.setdefault(settings, _Process(settings)).grade(order)

    def _models_file(self) -> str:
        if self.models:
            return str(Path(self.models).resolve())
        found = find_catalog(Path(self.solutions).resolve().parent)
        return str(found) if found else ""

    def write_report(self, root: Path, unit: str, reply: dict[str, Any]) -> None:
        """Write `reports/<unit>/<student>/report.json` and `.html` below the course folder."""
        report = {**reply["report"], "student": fit_name(reply["report"]["student"])}
        out = root / REPORTS / unit
        write_student(out, report)
        log = out / report["student"] / "faults.log"
        if reply["faults"]:
            log.write_text(reply["faults"], encoding="utf-8")
        else:
            log.unlink(missing_ok=True)


def stamp(folder: Path, depth: int = MAX_DEPTH) -> Stamp:
    """What changes when a file below `folder` changes; links are not followed."""
    found: list[tuple[str, int, int, int]] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            status = entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                found += [
                    (f"{entry.name}/{one[0]}", *one[1:]) for one in (stamp(Path(entry), depth - 1) if depth else ())
                ]
            else:
                found.append((entry.name, status.st_mode, status.st_size, status.st_mtime_ns))
    return tuple(found)


class _Process:
    """One grading process, and its latest replies."""

    def __init__(self, settings: str) -> None:
        self._settings = settings
        self._running: subprocess.Popen[str] | None = None
        self._kept: OrderedDict[tuple[str, Stamp], dict[str, Any]] = OrderedDict()

    def grade(self, order: dict[str, str]) -> dict[str, Any]:
        key = (json.dumps(order), stamp(Path(order["folder"])))  # links in the folder are not followed
        if key not in self._kept:
            self._kept[key] = self._ask(order)
            while len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def close(self) -> None:
        if self._running is not None:
            for stream in (self._running.stdin, self._running.stdout):
                with contextlib.suppress(OSError):
                    assert stream is not None
                    stream.close()
            try:
                self._running.wait(timeout=_END_S)
            except subprocess.TimeoutExpired:  # in the middle of a submission that nobody waits for any more
                self._running.kill()
                self._running.wait()
            self._running = None

    def _ask(self, order: dict[str, str]) -> dict[str, Any]:
        if self._running is None or self._running.poll() is not None:
            self.close()
            self._start()
        return self._exchange(json.dumps(order))

    def _start(self) -> None:
        self._running = subprocess.Popen(
            python_module("autograder.nbgrader.serve"),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for nbgrader, which then hangs up
        )
        self._exchange(self._settings)

    def _exchange(self, line: str) -> dict[str, Any]:
        assert self._running is not None
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        try:
            self._running.stdin.write(f"{line}\n")
            self._running.stdin.flush()
            answer = self._running.stdout.readline()
        except OSError:
            answer = ""
        if not answer:
            self.close()
            raise JailError(
                ja="採点のプロセスが途中で終わりました。この学生の点は記録していません。上に出たメッセージとメモリの空きを確かめ、もう一度実行してください。",
                en="the grading process died; nothing was stored for this student. Look at the messages above and at free memory, then run again.",
            )
        reply: dict[str, Any] = json.loads(answer)
        if "error" in reply:
            ja, en = reply["error"]
            raise JailError(ja=ja, en=en)
        return reply


_processes: dict[str, _Process] = {}  # by settings


@atexit.register
def _close_all() -> None:
    for process in _processes.values():
        process.close()
