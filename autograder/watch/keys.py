"""The keyboard, one key at a time and without echo. However the program ends, the terminal is left as it was."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def has_keys() -> bool:
    """Whether there is a terminal on both ends, of a kind that can be asked for single keys."""
    try:
        import termios  # noqa: F401 (not on Windows)
    except ImportError:
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def single_keys(put: Callable[[str], None]) -> Iterator[None]:
    """Give every key to `put`, from another thread, for as long as the block lasts. Ctrl-C and Ctrl-Z work as ever.

    SIGTERM and SIGHUP end the block as `SystemExit`; after a stop (Ctrl-Z) single keys are asked for again.
    """
    import termios
    import tty

    fd = sys.stdin.fileno()
    before: Any = termios.tcgetattr(fd)

    def restore() -> None:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)

    def ask(*_: object) -> None:
        tty.setcbreak(fd)

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    handlers = {signal.SIGCONT: ask, signal.SIGTERM: end, signal.SIGHUP: end}
    replaced = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    atexit.register(restore)
    ask()
    threading.Thread(target=_read, args=(fd, put), daemon=True).start()
    try:
        yield
    finally:
        restore()
        atexit.unregister(restore)
        for number, handler in replaced.items():
            signal.signal(number, handler)


def _read(fd: int, put: Callable[[str], None]) -> None:
    """Keys until the terminal is gone; arrows and other keys of several bytes count for nothing."""
    while data := os.read(fd, 64):
        if not data.startswith(b"\x1b"):
            for character in data.decode("utf-8", "ignore"):
                put(character)
