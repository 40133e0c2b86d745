"""Library functions that refuse while a student's function runs which has to do their work by hand.

    uses = []
    with refused({"torch.softmax": "torch.softmax"}, [module], uses=uses):
        value = module.softmax(scores)

Inside the block a call of one of these from the student's code raises `ForbiddenCall` and is noted in
`uses`, so swallowing the exception hides nothing. Calls that a library makes on its own account go
through: `torch.nn.functional.softmax` may use `torch.Tensor.softmax`. Afterwards everything is as before.

Not promised: a function that the student's code kept in a container before the block, or that a library
calls for it (`torch.vmap(torch.softmax)`), is not observed; `autograder.grading.by_hand` reads these in the source.
"""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

from autograder.shared import ForbiddenCall

# Their own code may call what the student may not.
LIBRARIES = frozenset(
    {"matplotlib", "numpy", "sacrebleu", "safetensors", "scipy", "tokenizers", "torch", "transformers"}
)
# A decorator such as `torch.no_grad()` calls on behalf of whoever called it, and so does our `generate`.
_TRANSPARENT = ("torch.utils._contextlib", "autograder.models.inference")


@dataclass(frozen=True)
class Use:
    """A forbidden function that the student's code used: its name, and the line (0 if unknown) with its text."""

    name: str
    line: int
    line_text: str


def find_target(name: str) -> tuple[Any, str] | None:
    """The module or class that holds what the dotted `name` names, and its name there.

    None if there is no such thing in a module that is imported already: nobody has called it then.
    """
    parts = name.split(".")
    size = next((size for size in range(len(parts) - 1, 0, -1) if ".".join(parts[:size]) in sys.modules), 0)
    if not size:
        return None
    owner: Any = sys.modules[".".join(parts[:size])]
    try:
        for part in parts[size:-1]:
            owner = getattr(owner, part)
        getattr(owner, parts[-1])
    except Exception:  # a lazy library imports at this point, which may fail in any way
        return None
    return owner, parts[-1]


@contextmanager
def refused(
    labels: Mapping[str, str],
    modules: Sequence[ModuleType],
    *,
    uses: list[Use],
    files: frozenset[str] = frozenset(),
) -> Iterator[None]:
    """Refuse library functions to student code for as long as the block lasts.

    Args:
        labels: their dotted names, such as "torch.softmax" → how they are said to the student. Of a class its
            construction is refused. A name that names nothing refuses nothing.
        modules: the student's modules; what they imported from a library before is refused, too.
        uses: gets every use.
        files: file names of the student's code, for the line of a use.
    """
    watch = _Watch(uses, files)
    with ExitStack() as undo:
        undo.callback(watch.stop)
        for name, label in labels.items():
            target = find_target(name)
            if target is not None:
                _refuse(target, label, watch, modules, undo)
        yield


@dataclass
class _Watch:
    """What the refusing functions of one block share. One that outlives the block refuses nothing."""

    uses: list[Use]
    files: frozenset[str]
    active: bool = True

    def stop(self) -> None:
        self.active = False

    def admit(self, label: str, caller: FrameType) -> None:
        """Return if a library calls. Raises: ForbiddenCall if student code does."""
        if not self.active or _is_in_a_library(caller):
            return
        self.uses.append(self._use(label, caller))
        raise ForbiddenCall(f"{label}: write this by hand")

    def _use(self, label: str, caller: FrameType) -> Use:
        frame: FrameType | None = caller
        while frame is not None:
            if frame.f_code.co_filename in self.files:
                return Use(label, frame.f_lineno, linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip())
            frame = frame.f_back
        return Use(label, 0, "")


def _is_in_a_library(frame: FrameType) -> bool:
    caller: FrameType | None = frame
    while caller is not None and caller.f_globals.get("__name__") in _TRANSPARENT:
        caller = caller.f_back
    name = caller.f_globals.get("__name__") if caller is not None else None
    if caller is None or not isinstance(name, str) or name.partition(".")[0] not in LIBRARIES:
        return False
    return getattr(sys.modules.get(name), "__dict__", None) is caller.f_globals  # else only called so


def _refuse(target: tuple[Any, str], label: str, watch: _Watch, modules: Sequence[ModuleType], undo: ExitStack) -> None:
    owner, attribute = target
    found = inspect.getattr_static(owner, attribute)
    if inspect.isclass(found):
        owner, attribute, found = found, "__init__", inspect.getattr_static(found, "__init__")
    refusal = _refusal(found, label, watch)
    inherited = attribute not in vars(owner)
    try:
        setattr(owner, attribute, refusal)
    except (AttributeError, TypeError):  # a class written in C that cannot be changed
        return
    if inherited:
        undo.callback(delattr, owner, attribute)
    else:
        undo.callback(setattr, owner, attribute, found)
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is found:
                setattr(module, name, refusal)
                undo.callback(_put_back, module, name, refusal, found)


def _refusal(found: Any, label: str, watch: _Watch) -> Any:
    """What stands in the place of `found`: of the same kind, so that methods stay methods."""
    if isinstance(found, staticmethod | classmethod):
        return type(found)(_refusing(found.__func__, label, watch))
    return _refusing(found, label, watch)


def _refusing(original: Callable[..., Any], label: str, watch: _Watch) -> Callable[..., Any]:
    def refusing(*arguments: Any, **keywords: Any) -> Any:
        watch.admit(label, sys._getframe(1))
        return original(*arguments, **keywords)

    refusing.__name__ = getattr(original, "__name__", label)
    refusing.__doc__ = getattr(original, "__doc__", None)
    return refusing


def _put_back(module: ModuleType, name: str, refusal: Any, original: Any) -> None:
    if vars(module).get(name) is refusal:  # else the student's code put something else there
        setattr(module, name, original)
