"""What readers are asked in tests: work that goes wrong in every way that reading can."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable
from typing import Any

from autograder.grading import apart


def echo(argument: Any, at: Callable[[str], None]) -> Any:
    return argument


def computes(argument: Any, at: Callable[[str], None]) -> None:
    at("begun")
    while True:
        pass


def sleeps(argument: Any, at: Callable[[str], None]) -> None:
    at("begun")
    time.sleep(600)


def allocates(argument: Any, at: Callable[[str], None]) -> int:
    at("begun")
    return len(bytearray(1 << 30))


def crashes(argument: Any, at: Callable[[str], None]) -> None:
    at("begun")
    ctypes.string_at(0)


def raises(argument: Any, at: Callable[[str], None]) -> None:
    at("begun")
    raise IndexError("of ours")


def ends(argument: Any, at: Callable[[str], None]) -> None:
    at("begun")
    os._exit(0)


def says_too_much(argument: Any, at: Callable[[str], None]) -> bytes:
    at("begun")
    return bytes(3 << 20)


def read_here(order: dict[str, Any], at: Callable[[str], None]) -> dict[str, Any]:
    """Reading as it is done, but for files whose names say how they end it."""
    work = {"crashes": crashes, "raises": raises, "allocates": allocates}

    def watching(path: str) -> None:
        at(path)
        for name, end in work.items():
            if name in path:
                end(None, lambda _: None)

    return apart.read_here(order, watching)
