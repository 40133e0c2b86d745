"""Student source text → an imported module, the same way in the jail and in the student's own folder."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import linecache
import sys
import traceback
from collections.abc import Mapping, Sequence
from types import CodeType, ModuleType

from autograder.jail.replies import MAX_LINE_TEXT, MAX_TEXT, MAX_TYPE_NAME, MAX_TYPES, Raised


class StudentFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports student files from memory. It stands last on the path, so no file can shadow a library."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._sources:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=file_name(fullname))
        spec.has_location = True
        return spec

    def get_source(self, fullname: str) -> str:
        return self._sources[fullname]

    def get_code(self, fullname: str) -> CodeType:
        name, source = file_name(fullname), self._sources[fullname]
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        return compile(source, name, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        exec(self.get_code(module.__name__), module.__dict__)


def file_name(module_name: str) -> str:
    """How a student's file is called in tracebacks: `top_p.py`."""
    return f"{module_name}.py"


def load(name: str, sources: Mapping[str, str]) -> ModuleType:
    """Import student module `name` from `sources`, found before any installed module of that name.

    Raises: whatever the student's top-level code raises.
    """
    finder = StudentFinder(sources)
    sys.meta_path.append(finder)
    spec = finder.find_spec(name, None)
    assert spec is not None, name
    module = ModuleType(name)
    module.__spec__, module.__loader__, module.__file__ = spec, finder, file_name(name)
    sys.modules[name] = module
    finder.exec_module(module)
    return module


def from_text(name: str, text: str) -> ModuleType:
    """A module made of trusted text, not entered into `sys.modules`. Raises: whatever its top-level code raises."""
    module = ModuleType(name)
    module.__file__ = file_name(name)
    exec(compile(text, file_name(name), "exec", dont_inherit=True), module.__dict__)
    return module


def describe_exception(
    error: BaseException, files: frozenset[str], *, limit: str = "", importing: bool = False
) -> Raised:
    """An exception of student code: class names, text, and the last line in the student's own files.

    Args:
        limit: which limit of the jail was behind it.
        importing: it was raised while the file was imported.
    """
    line, line_text = 0, ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in files:
            line, line_text = frame.lineno or 0, frame.line or ""
    if isinstance(error, SyntaxError) and error.filename in files:
        line, line_text = error.lineno or 0, str(error.text or "").strip()
    try:
        text = str(error)[:MAX_TEXT]
    except Exception:  # a student's __str__ may raise anything
        text = ""
    names = [kind.__name__[:MAX_TYPE_NAME] for kind in type(error).__mro__ if kind is not object]
    return Raised(tuple(names[:MAX_TYPES]), text, line, line_text[:MAX_LINE_TEXT], limit, importing)
