"""The light process in which reading is done; `jail.readers` runs it as the main module.

Started by a clean exec, so it holds nothing of the grader. Its orders are lines of JSON on standard input: where the question
lies, where the answer goes, and the limits. It imports the function that the question names, once, and forks for each
question; the fork works under the limits and writes its answer, and a line of JSON on standard output says how it ended.
Without `fork` it does the work itself, and whoever asks ends it when it takes too long.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgpack

Work = Callable[[Any, Callable[[str], None]], Any]


def main() -> None:
    """Obey until nobody asks any more."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no reply
    for line in sys.stdin:
        order = json.loads(line)
        question = msgpack.unpackb(Path(order["question"]).read_bytes(), unicode_errors="surrogatepass")
        work = _function(question["call"])
        replies.write(json.dumps(_done(order, work, question["argument"])) + "\n")
        replies.flush()


def _function(name: str) -> Work:
    module, _, function = name.partition(":")
    found: Work = getattr(importlib.import_module(module), function)
    return found


def _done(order: dict[str, Any], work: Work, argument: Any) -> dict[str, Any]:
    """How the work ended: exit status (negative: signal) and CPU seconds."""
    if not hasattr(os, "fork"):
        _answer(order, work, argument)
        return {"exit": 0, "cpu_s": 0.0}
    pid = os.fork()
    if not pid:
        status = 70
        try:
            _confine(order)
            _answer(order, work, argument)
            status = 0
        finally:
            os._exit(status)
    _, status, usage = os.wait4(pid, 0)
    return {"exit": os.waitstatus_to_exitcode(status), "cpu_s": usage.ru_utime + usage.ru_stime}


def _confine(order: dict[str, Any]) -> None:
    """Limits, the end of the room as its own end, and nothing to read or print."""
    import resource

    from autograder.jail.confine import mapped_mib
    from autograder.jail.libc import end_with_parent

    if sys.platform == "linux":
        end_with_parent()
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    cpu_s, space = order["cpu_s"], mapped_mib()["VmSize"] + order["memory_mib"]
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_AS, space << 20, space << 20),
        (resource.RLIMIT_FSIZE, order["answer_mib"] << 20, order["answer_mib"] << 20),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # lower ones are there already
            resource.setrlimit(kind, (soft, hard))


def _answer(order: dict[str, Any], work: Work, argument: Any) -> None:
    """Write what is being read, each as it is begun, then the value, or why there is none."""
    with open(order["answer"], "wb", buffering=0) as file:
        try:
            data = _packed("value", work(argument, lambda name: _write(file, _packed("at", name))))
            _write(file, data if len(data) < (order["answer_mib"] << 20) - file.tell() else _packed("large", ""))
        except MemoryError:
            _write(file, _packed("memory", ""))
        except Exception:
            _write(file, _packed("raised", traceback.format_exc(limit=-30)[-20_000:]))


def _packed(kind: str, content: Any) -> bytes:
    data: bytes = msgpack.packb([kind, content], unicode_errors="surrogatepass")
    return data


def _write(file: BinaryIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


if __name__ == "__main__":
    main()
