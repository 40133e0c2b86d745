"""What one answer does to the whole process is undone before the next answer is checked, where all share one process.

In grading every check has a process of its own. In the student's own pytest all answers share one, in which
`torch.set_default_device("meta")` of one would be the failure of another. Put back are the settings that
`grading/process.py` lists, the names of `NAMESPACES`, and what is imported and from where.

Not undone: threads that go on and modules without a file (both are named by `Before.undo`), objects that an answer changed from
within (a list in a library's module), functions of libraries that `NAMESPACES` does not list, `torch.inference_mode`
that was entered and never left, and whatever code in C did.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.grading.by_hand import Sources
from autograder.grading.process import SETTINGS

# Loaded before an answer that names them, so that there is something to compare with.
LIBRARIES = ("numpy", "torch", "transformers")
# Modules and classes whose functions are put back if others took their names.
NAMESPACES = (
    *("builtins", "math", "random", "time", "os", "os.path", "io", "json", "re", "copy", "itertools", "functools"),
    *("collections", "statistics", "operator", "warnings", "threading", "importlib", "numpy", "numpy.random"),
    *(
        "torch",
        "torch.Tensor",
        "torch.nn.Module",
        "torch.nn.functional",
        "torch.random",
        "transformers.GenerationMixin",
    ),
)


def named_libraries(sources: Sources) -> list[str]:
    """Those of `LIBRARIES` that the answer, or a neighbour that it names, speaks of."""
    texts, waiting = dict(sources.texts), [sources.main]
    words: set[str] = set()
    while waiting:
        words |= set(re.findall(r"\w+", texts.pop(waiting.pop(), "")))
        waiting += [name for name in texts if name in words and name not in waiting]
    return [name for name in LIBRARIES if name in words]


class Before:
    """The process as it was before an answer of `folder` was imported."""

    def __init__(self, folder: Path, libraries: list[str]) -> None:
        for name in libraries:
            with contextlib.suppress(Exception):  # the answer's own import will say it
                importlib.import_module(name)
        self._folder = folder
        self._modules, self._path = dict(sys.modules), (sys.path, list(sys.path))
        finders: list[list[Any]] = [sys.meta_path, sys.path_hooks]
        self._finders = [(one, list(one)) for one in finders]
        self._threads = set(threading.enumerate())
        self._read = [(one, one.read()) for one in SETTINGS if one.library in sys.modules]
        self._namespaces = [(space, dict(vars(space))) for space in _namespaces()]

    def undo(self) -> list[str]:
        """Put everything back. Returns: what could not be, as short words."""
        left = []
        for space, names in self._namespaces:
            _restore_names(space, names, self._folder)
        for setting, value in self._read:
            try:
                setting.put_back(value)
            except Exception as error:
                left.append(f"{setting.name} ({type(error).__name__})")
        self._restore_imports()
        return left + [f"thread {one.name}" for one in self._new_threads()]

    def _restore_imports(self) -> None:
        """Modules and finders of the student's are forgotten; what was replaced or removed is as before. Libraries stay loaded."""
        sys.path, entries = self._path
        sys.path[:] = entries
        for finders, before in self._finders:
            new = [one for one in finders if one not in before and not _is_defined_in(one, self._folder)]
            finders[:] = [*before, *new]
        for name, module in list(sys.modules.items()):
            if name not in self._modules and _lies_in(module, self._folder):
                del sys.modules[name]
        sys.modules.update(self._modules)
        importlib.invalidate_caches()

    def _new_threads(self) -> list[threading.Thread]:
        """Threads that the answer started and that still run; those of libraries have classes of their own."""
        found = [one for one in threading.enumerate() if one not in self._threads and not one.name.startswith("pytest")]
        return [
            one
            for one in found
            if type(one) in (threading.Thread, threading.Timer) or _is_defined_in(one, self._folder)
        ]


def _is_defined_in(one: Any, folder: Path) -> bool:
    """Whether the class of an object, or a class or function, is of a student's module."""
    return _lies_in(sys.modules.get(getattr(one, "__module__", "")), folder)


def _lies_in(module: ModuleType | None, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).is_relative_to(folder) and "site-packages" not in file


def _namespaces() -> Iterator[Any]:
    """Those of `NAMESPACES` that are loaded."""
    for name in NAMESPACES:
        module, _, last = name.rpartition(".")
        # Not by getattr: transformers would load what is asked for.
        found = sys.modules.get(name) or vars(sys.modules.get(module, builtins)).get(last)
        if found is not None:
            yield found


def _restore_names(space: Any, before: dict[str, Any], folder: Path) -> None:
    """Functions and classes of `space` that had a name have it again; a student's new ones, and what hides an inherited one, go."""
    now = dict(vars(space))
    for name, value in before.items():
        is_code = callable(value) or isinstance(value, (property, staticmethod, classmethod))
        if now.get(name, before) is not value and is_code:
            with contextlib.suppress(AttributeError, TypeError):
                setattr(space, name, value)
    bases = space.__mro__[1:] if isinstance(space, type) else ()
    for name in now.keys() - before.keys():
        hides = any(name in vars(base) for base in bases)
        if space is builtins or hides or _is_defined_in(now[name], folder):
            delattr(space, name)
