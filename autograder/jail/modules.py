"""Student source text → an imported module, the same way in the jail and in the student's own folder."""

from __future__ import annotations
import __future__

import ast
import importlib.abc
import importlib.machinery
import linecache
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, ModuleType

from autograder.jail.replies import MAX_LINE_TEXT, MAX_TEXT, MAX_TYPE_NAME, MAX_TYPES, Raised

_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


class StudentFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports student files from memory. It stands last on the path, so no file can shadow a library.

    Args:
        n_refused: how often something was refused by now, as `refusals.Rule.count`.
    """

    def __init__(self, sources: Mapping[str, str], n_refused: Callable[[], int] = lambda: 0) -> None:
        self._sources, self._n_refused = sources, n_refused

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
        """Run the text. Where something was refused to it, run it again without what cannot be done then: experiments that
        stand beside the functions. Raises: whatever the text raises."""
        before, names = self._n_refused(), dict(vars(module))
        try:
            exec(self.get_code(module.__name__), vars(module))
        except BaseException:
            if self._n_refused() == before:
                raise
            vars(module).clear()
            vars(module).update(names)
            self._run_what_can_be(module)

    def _run_what_can_be(self, module: ModuleType) -> None:
        """Statement by statement; after a refusal, a statement that raises (for a name that is missing now, say) is left out."""
        name, before = file_name(module.__name__), self._n_refused()
        tree = ast.parse(self._sources[module.__name__], name)
        flags = 0
        for statement in tree.body:
            code = compile(ast.Module([statement], []), name, "exec", flags=flags, dont_inherit=True)
            flags |= code.co_flags & _FUTURE
            try:
                exec(code, vars(module))
            except BaseException:
                if self._n_refused() == before:
                    raise


def file_name(module_name: str) -> str:
    """How a student's file is called in tracebacks: `top_p.py`."""
    return f"{module_name}.py"


def load(name: str, sources: Mapping[str, str], n_refused: Callable[[], int] = lambda: 0) -> ModuleType:
    """Import student module `name` from `sources`, found before any installed module of that name; `n_refused`: see there.

    Raises: whatever the student's top-level code raises.
    """
    finder = StudentFinder(sources, n_refused)
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
