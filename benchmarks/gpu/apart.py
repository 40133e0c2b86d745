"""A measurement in a process of its own, which gives the memory of the GPU back when it ends."""

from __future__ import annotations

import multiprocessing
import queue
import time
import traceback
from collections.abc import Callable
from typing import Any


def measure_apart(measure: Callable[..., dict[str, Any]], given: tuple[Any, ...], left_s: float) -> dict[str, Any]:
    """What a part measured in a process of its own, which gives the memory back; or why not."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_measure, args=(measure, given, answers))
    began_s = time.monotonic()
    process.start()
    try:
        while True:
            try:
                found: dict[str, Any] = answers.get(timeout=1.0)
                break
            except queue.Empty:
                if not process.is_alive():
                    found = {"skipped": f"its process ended with {process.exitcode}", "failed": True}
                    break
                if time.monotonic() - began_s > left_s:
                    found = {"skipped": f"it was not finished after {left_s:.0f} s"}
                    break
    finally:
        process.kill()
        process.join()
    return found | {"took_s": round(time.monotonic() - began_s, 1)}


def _measure(measure: Callable[..., dict[str, Any]], given: tuple[Any, ...], answers: Any) -> None:
    try:
        answers.put(measure(*given))
    except BaseException:
        answers.put({"skipped": f"it failed: {traceback.format_exc()[-1500:]}", "failed": True})
