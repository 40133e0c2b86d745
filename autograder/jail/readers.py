"""Reading what strangers wrote, in a process of its own: nothing that a file holds can end, stall or starve who asks.

    with Readers() as readers:
        answer = readers.ask("autograder.grading.apart:read_here", {"entry": "/submissions/a"})

The function that is named works in a fork of a light process (`jail.reading_room`), within limits of CPU time, memory and
wall time. Question and answer are plain data (msgpack, no pickle). The fork runs trusted code only; it is no jail for
code that a student wrote.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgpack

from autograder.jail.libraries import module_path

_PROGRAM = "import runpy, sys; sys.path[:] = sys.argv[1:]; runpy.run_module('autograder.jail.reading_room', run_name='__main__')"
# What Python and its packages may need of the environment.
_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "MPLCONFIGDIR",
    "XDG_CACHE_HOME",
)
Kind = Literal["cpu", "memory", "wall", "large", "died", "raised"]


@dataclass(frozen=True)
class ReadingLimits:
    """What one question may cost. An honest submission takes hundredths of a second and some MiB."""

    cpu_s: int = 10
    wall_s: float = 60.0
    memory_mib: int = 1024
    answer_mib: int = 160


class ReadingFailedError(Exception):
    """There is no answer: `kind` says why, `at` what was being read (empty if nothing special), `log` how our code ended.

    `cpu_s` is what it took.
    """

    def __init__(self, kind: Kind, at: str, log: str = "", cpu_s: float = 0.0) -> None:
        super().__init__(f"{kind} at {at!r}\n{log}".rstrip())
        self.kind, self.at, self.log, self.cpu_s = kind, at, log, cpu_s


class Readers:
    """Owns the light process, which starts with the first question and again after it died; a context manager.

    `cpu_s`: CPU seconds that all questions took so far.
    """

    def __init__(self, limits: ReadingLimits | None = None) -> None:
        self.limits = limits or ReadingLimits()
        self.cpu_s = 0.0
        self._room: subprocess.Popen[str] | None = None
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, call: str, argument: Any, limits: ReadingLimits | None = None) -> Any:
        """What the function `call` ("module:function") answers to `argument` and a callable that it tells what it is at.

        Raises: ReadingFailedError if it exceeds the limits, dies or raises.
        """
        limits = limits or self.limits
        if self._place is None:
            self._place = tempfile.TemporaryDirectory(prefix="autograder-reading-")
        question, answer = Path(self._place.name, "question"), Path(self._place.name, "answer")
        answer.unlink(missing_ok=True)
        question.write_bytes(msgpack.packb({"call": call, "argument": argument}, unicode_errors="surrogatepass"))
        order = {"cpu_s": limits.cpu_s, "memory_mib": limits.memory_mib, "answer_mib": limits.answer_mib}
        reply = self._order({**order, "question": str(question), "answer": str(answer)}, limits.wall_s)
        self.cpu_s += reply["cpu_s"]
        return _value(answer, reply, limits)

    def close(self) -> None:
        """End the light process and whatever it still does."""
        self._end()
        if self._place is not None:
            self._place.cleanup()
            self._place = None

    def _end(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            _kill(room)
            for stream in (room.stdin, room.stdout):
                assert stream is not None
                with contextlib.suppress(OSError):
                    stream.close()
            room.wait()

    def _order(self, order: Mapping[str, Any], wall_s: float) -> dict[str, Any]:
        """How it ended; `exit` is "wall" if it took too long, "died" if the room itself ended."""
        room = self._room = self._room or _start()
        assert room.stdin is not None
        assert room.stdout is not None
        too_long = threading.Timer(wall_s, _kill, [room])
        too_long.start()
        try:
            room.stdin.write(json.dumps(order) + "\n")
            room.stdin.flush()
            line = room.stdout.readline()
        except OSError:
            line = ""
        except BaseException:  # an interrupt: a late answer must not be taken for the next one's
            self.close()
            raise
        finally:
            was_ended = not too_long.is_alive()
            too_long.cancel()
            too_long.join()
        if line:
            reply: dict[str, Any] = json.loads(line)
            return reply
        self._end()
        return {"exit": "wall" if was_ended else "died", "cpu_s": 0.0}


def _value(answer: Path, reply: Mapping[str, Any], limits: ReadingLimits) -> Any:
    at, ended = "", reply["exit"]
    for kind, content in _said(answer):
        if kind == "value" and ended == 0:
            return content
        if kind == "at":
            at = str(content)
        elif kind == "memory" or kind == "large":
            raise ReadingFailedError("memory" if kind == "memory" else "large", at, "", reply["cpu_s"])
        elif kind == "raised":
            raise ReadingFailedError("raised", at, str(content), reply["cpu_s"])
    raise ReadingFailedError(_why(ended, reply["cpu_s"], limits), at, f"ended: {ended}", reply["cpu_s"])


def _why(ended: int | str, cpu_s: float, limits: ReadingLimits) -> Kind:
    if ended == "wall":
        return "wall"
    if os.name == "posix" and ended in (-signal.SIGXCPU, -signal.SIGKILL):
        return "cpu" if ended == -signal.SIGXCPU or cpu_s >= limits.cpu_s else "memory"  # the kernel's want of it
    return "died"


def _said(answer: Path) -> list[tuple[str, Any]]:
    """What the fork wrote, up to where it was ended."""
    try:
        data = answer.read_bytes()
    except OSError:
        return []
    unpacker = msgpack.Unpacker(max_buffer_size=max(1, len(data)), unicode_errors="surrogatepass")
    unpacker.feed(data)
    said = []
    with contextlib.suppress(msgpack.OutOfData, ValueError, msgpack.UnpackException):
        while True:
            kind, content = unpacker.unpack()
            said.append((kind, content))
    return said


def _start() -> subprocess.Popen[str]:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-s", "-X", "utf8", "-W", "ignore", "-c", _PROGRAM, *module_path()],
        env={**environment, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,  # an interrupt is for whoever asks, who then ends it
    )


def _kill(room: subprocess.Popen[str]) -> None:
    """The room and its fork."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(room.pid, signal.SIGKILL)
    else:
        room.kill()
