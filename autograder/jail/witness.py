"""What watches that bars stay where they are: audit hooks of the interpreter, which Python code cannot take out again.

In a student's process that works under a rule "by hand", once the bars are up and before the student's text is imported:

- A library's file that is run (at its first import, by `importlib.reload` or `runpy`) gives barred functions.
- Code of a barred function that was read from a file is not taken over: not run, not put into another function, not copied.
- Looking for objects that nobody handed out (`gc`), at memory (`ctypes`) and into running functions (`sys.settrace`), and
  making code or functions of code is refused, and told like all that is odd, though it need not be wrong: text run as
  code, frames looked at.
"""

from __future__ import annotations

import ctypes
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import CodeType, FrameType
from typing import Any

from autograder.jail.barred import Refuse, is_refusing, refusing
from autograder.jail.families import Family

Tell = Callable[[str], None]
Hook = Callable[[str, tuple[Any, ...]], None]
Sites = dict[str, dict[tuple[str, ...], str]]  # end of a file's path → names inside it → dotted name

# Kinds of odd things: the words by which they cross.
KINDS = ("objects", "memory", "tracing", "code", "frames", "text", "patched")
_KINDS = (
    *((f"gc.get_{name}", "objects") for name in ("objects", "referrers", "referents")),
    *((f"sys.{name}", "tracing") for name in ("settrace", "setprofile", "monitoring.register_callback")),
    *((f"sys.{name}", "frames") for name in ("_getframe", "_current_frames", "_current_exceptions")),
    *((name, "code") for name in ("marshal.loads", "code.__new__", "function.__new__")),
    ("compile", "text"),
)
_REFUSED = frozenset({"objects", "memory", "tracing", "code"})
_POINTER = ctypes.sizeof(ctypes.c_void_p)


def watch(
    families: Iterable[Family], bodies: frozenset[bytes], files: frozenset[str], *, refuse: Refuse, tell: Tell
) -> None:
    """Watch until the process ends.

    Args:
        bodies: code that the functions had which are barred by now.
        files: file names of the student's text.
        tell: is told a kind of `KINDS`.
    """
    families = tuple(families)
    sites = sites_of(families)
    everywhere = {name: family.word for family in families for name in family.everywhere}
    sys.addaudithook(_barring(sites, everywhere, refuse))
    sys.addaudithook(_refusing_copies(sites, bodies, partial(refuse, families[0].word)))
    sys.addaudithook(_refusing_looks(files, tell))


def _barring(sites: Sites, everywhere: dict[str, str], refuse: Refuse) -> Hook:
    longest = max((end.count("/") for end in sites), default=0) + 1

    def bar(event: str, arguments: tuple[Any, ...]) -> None:
        code = arguments[0] if event == "exec" else None
        if isinstance(code, CodeType) and code.co_name == "<module>":
            parts = code.co_filename.replace(os.sep, "/").split("/")
            if "transformers" in parts:
                for kind in [one for one in code.co_consts if isinstance(one, CodeType) and _is_class_body(one)]:
                    for attribute, word in everywhere.items():
                        _bar_inside(kind, (attribute,), word, refuse)
            for size in range(1, longest + 1):
                for path, name in sites.get("/".join(parts[-size:]), {}).items():
                    _bar_inside(code, path, name.removesuffix(".*"), refuse)

    return bar


def sites_of(families: Iterable[Family]) -> Sites:
    """Where the functions of `families` may be defined, by the ends of their files' paths."""
    sites: Sites = {}
    for name in (name for family in families for name in family.functions):
        parts = name.split(".")
        for size in range(1, len(parts)):
            for end in ("/".join(parts[:size]) + ".py", "/".join([*parts[:size], "__init__.py"])):
                sites.setdefault(end, {})[tuple(parts[size:])] = name
    return sites


def _is_class_body(code: CodeType) -> bool:
    return not code.co_flags & (inspect.CO_OPTIMIZED | inspect.CO_NEWLOCALS)


def _bar_inside(code: CodeType, path: tuple[str, ...], name: str, refuse: Refuse) -> None:
    """Before `code` defines them: give the functions at `path` inside it a body that refuses.

    Code cannot be changed, so its tuple of constants is, behind Python's back; each time a file is loaded it is made anew.
    """
    for index, inner in enumerate(code.co_consts):
        if not isinstance(inner, CodeType) or path[0] not in (inner.co_name, "*"):
            continue
        if len(path) > 1:
            _bar_inside(inner, path[1:], name, refuse)
            continue
        place: Any = ctypes.py_object.from_address(id(code.co_consts) + tuple.__basicsize__ + index * _POINTER)
        place.value = refusing(inner, name, refuse)
        ctypes.pythonapi.Py_IncRef(place)  # the tuple's own; that of `place` goes with it


def _refusing_copies(sites: Sites, bodies: frozenset[bytes], refuse: Callable[[], None]) -> Hook:
    known = frozenset(path[-1] for paths in sites.values() for path in paths)
    ends = tuple(f"/{end}" for end in sites)

    # What it works with are defaults: of a frame they can only be read.
    def refuse_copies(
        event: str, arguments: Any, *, bodies: Any = bodies, known: Any = known, ends: Any = ends, refuse: Any = refuse
    ) -> None:
        if event == "code.__new__" and arguments[0] in bodies:
            refuse()
        if event not in ("function.__new__", "exec", "object.__setattr__"):
            return
        code = arguments[-1]
        if not isinstance(code, CodeType) or code.co_name == "<module>" or is_refusing(code):
            return
        if code.co_code in bodies or (code.co_name in known and code.co_filename.endswith(ends)):
            refuse()

    return refuse_copies


def _refusing_looks(files: frozenset[str], tell: Tell) -> Hook:
    told: set[str] = set()

    # As above. Whoever changes `told` is told more than once, or is known already.
    def refuse_looks(
        event: str, arguments: Any, *, kinds: Any = _KINDS, refused: Any = _REFUSED, told: Any = told, tell: Any = tell
    ) -> None:
        kind = "memory" if event.startswith("ctypes.") else next((kind for name, kind in kinds if name == event), None)
        if event == "import" and arguments[0] == "_cffi_backend":
            kind = "memory"
        if event == "object.__setattr__" and arguments[1] == "__code__":
            kind = "code"
        if kind is None or not _is_by_student(_caller(), files):
            return
        if kind not in told:
            told.add(kind)
            tell(kind)
        if kind in refused:
            raise RuntimeError(f"{event} is not to be had while work by hand is graded")

    return refuse_looks


def _caller() -> FrameType | None:
    """The frame that called the caller; `sys._getframe` would be an event itself."""
    try:
        raise LookupError
    except LookupError as error:
        here = error.__traceback__.tb_frame.f_back if error.__traceback__ else None
        return here.f_back if here else None


def _is_by_student(frame: FrameType | None, files: frozenset[str]) -> bool:
    """Whether the first frame outside ctypes is the student's, or of text that no file holds."""
    while frame is not None and frame.f_code.co_filename == ctypes.__file__:
        frame = frame.f_back
    name = frame.f_code.co_filename if frame is not None else ""
    return name in files or not (os.path.isabs(name) or name.startswith("<frozen "))
