"""The settings of a whole process that one answer may leave changed for the next: how to read each, and how to put it back."""

from __future__ import annotations

import decimal
import gc
import locale
import os
import random
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One thing of the whole process: how to read it, and how to put back what was read. `library`: without it there is none."""

    name: str
    read: Callable[[], Any]
    put_back: Callable[[Any], object]
    library: str = "sys"


# Python.


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # pytest's own change


def _restore_environment(before: dict[str, str]) -> None:
    if _environment() != before:
        for name in _environment().keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
        if hasattr(time, "tzset"):
            time.tzset()


def _umask() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


def _signals() -> dict[int, Any]:
    return {number: signal.getsignal(number) for number in signal.valid_signals()}


def _restore_signals(before: dict[int, Any]) -> None:
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _timer() -> bool:
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0)


def _stop_timer(was_on: bool) -> None:
    if _timer() and not was_on:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _sys_hooks() -> tuple[Any, ...]:
    return sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook, sys.gettrace(), sys.getprofile()


def _restore_sys_hooks(before: tuple[Any, ...]) -> None:
    sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook, trace, profile = before
    if sys.gettrace() is not trace:
        sys.settrace(trace)
    if sys.getprofile() is not profile:
        sys.setprofile(profile)


def _streams() -> tuple[Any, ...]:
    return sys.stdin, sys.stdout, sys.stderr


def _restore_streams(before: tuple[Any, ...]) -> None:
    """But for one that whoever captured output has closed since, as pytest does when a run breaks off."""
    for name, stream in zip(("stdin", "stdout", "stderr"), before, strict=True):
        if not getattr(stream, "closed", False):
            setattr(sys, name, stream)


def _digits() -> int:
    return sys.get_int_max_str_digits() if hasattr(sys, "get_int_max_str_digits") else 0


def _restore_digits(before: int) -> None:
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(before)


def _collector() -> tuple[bool, tuple[int, int, int]]:
    return gc.isenabled(), gc.get_threshold()


def _restore_collector(before: tuple[bool, tuple[int, int, int]]) -> None:
    (gc.enable if before[0] else gc.disable)()
    gc.set_threshold(*before[1])


def _filters() -> tuple[list[Any], Any]:
    return list(warnings.filters), warnings.showwarning


def _restore_filters(before: tuple[list[Any], Any]) -> None:
    if list(warnings.filters) != before[0]:
        warnings.filters[:] = before[0]  # type: ignore[index]
        getattr(warnings, "_filters_mutated", lambda: None)()
    warnings.showwarning = before[1]


# torch and numpy, which may not be here.


def _torch() -> Any:
    return sys.modules["torch"]


def _numpy() -> Any:
    return sys.modules["numpy"]


def _restore_device(before: Any) -> None:
    if _torch().get_default_device() != before:
        _torch().set_default_device(None)
        if _torch().get_default_device() != before:
            _torch().set_default_device(before)


def _restore_threads(before: int) -> None:
    if _torch().get_num_threads() != before:
        _torch().set_num_threads(before)


def _determinism() -> tuple[bool, bool]:
    return _torch().are_deterministic_algorithms_enabled(), _torch().is_deterministic_algorithms_warn_only_enabled()


def _restore_determinism(before: tuple[bool, bool]) -> None:
    _torch().use_deterministic_algorithms(before[0], warn_only=before[1])


def _print_options() -> dict[str, Any]:
    return dict(vars(_torch()._tensor_str.PRINT_OPTS))


def _restore_print_options(before: dict[str, Any]) -> None:
    vars(_torch()._tensor_str.PRINT_OPTS).update(before)


SETTINGS = (
    Setting("torch default device", lambda: _torch().get_default_device(), _restore_device, "torch"),
    Setting("current folder", os.getcwd, os.chdir),
    Setting("environment", _environment, _restore_environment),
    Setting("umask", _umask, os.umask),
    Setting("sys.stdout and its like", _streams, _restore_streams),
    Setting("sys.excepthook and its like", _sys_hooks, _restore_sys_hooks),
    Setting("recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Setting("switch interval", sys.getswitchinterval, sys.setswitchinterval),
    Setting("digits of integers", _digits, _restore_digits),
    Setting("garbage collector", _collector, _restore_collector),
    Setting("signal handlers", _signals, _restore_signals),
    Setting("timer", _timer, _stop_timer),
    Setting("locale", lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name)),
    Setting("warning filters", _filters, _restore_filters),
    Setting("decimal context", lambda: decimal.getcontext().copy(), decimal.setcontext),
    Setting("socket timeout", socket.getdefaulttimeout, socket.setdefaulttimeout),
    Setting("random", random.getstate, random.setstate),
    Setting(
        "numpy.random", lambda: _numpy().random.get_state(), lambda state: _numpy().random.set_state(state), "numpy"
    ),
    Setting("numpy.seterr", lambda: _numpy().geterr(), lambda state: _numpy().seterr(**state), "numpy"),
    Setting(
        "numpy print options",
        lambda: _numpy().get_printoptions(),
        lambda state: _numpy().set_printoptions(**state),
        "numpy",
    ),
    Setting(
        "torch random state", lambda: _torch().get_rng_state(), lambda state: _torch().set_rng_state(state), "torch"
    ),
    Setting(
        "torch default dtype",
        lambda: _torch().get_default_dtype(),
        lambda dtype: _torch().set_default_dtype(dtype),
        "torch",
    ),
    Setting("torch threads", lambda: _torch().get_num_threads(), _restore_threads, "torch"),
    Setting("torch gradients", lambda: _torch().is_grad_enabled(), lambda on: _torch().set_grad_enabled(on), "torch"),
    Setting("torch determinism", _determinism, _restore_determinism, "torch"),
    Setting(
        "torch anomaly detection",
        lambda: _torch().is_anomaly_enabled(),
        lambda on: _torch().autograd.set_detect_anomaly(on),
        "torch",
    ),
    Setting(
        "torch matmul precision",
        lambda: _torch().get_float32_matmul_precision(),
        lambda name: _torch().set_float32_matmul_precision(name),
        "torch",
    ),
    Setting("torch print options", _print_options, _restore_print_options, "torch"),
)
