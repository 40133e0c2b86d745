"""Library functions that refuse while a student's function runs which has to do their work by hand.

    uses = []
    with refused({"torch.softmax": "torch.softmax"}, [module], tell=uses.append):
        value = module.softmax(scores)

Inside the block a call of one of these from the student's code raises `ForbiddenCall` and is told,
so swallowing the exception hides nothing. Calls that a library makes on its own account go
through: `torch.nn.functional.softmax` may use `torch.Tensor.softmax`. Afterwards everything is as before.

The names are the upper of two layers: below them the work itself is barred (`jail.barred`) where it belongs to one of the
families of `jail.families`, for libraries, too. A student's process comes under a `Rule` before it imports the student's text,
and for good: what it then finds out crosses at once, so nothing that the student's code does later takes it back.

Not promised, of a name without a family: a function that the student's code kept in a container before the block, or that a
library calls for it, is not observed; `autograder.grading.by_hand` reads these in the source.
"""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any, NoReturn

from autograder.jail.barred import put_up
from autograder.jail.families import families_of
from autograder.jail.witness import watch
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
    tell: Callable[[Use], None],
    tell_odd: Callable[[str], None] = lambda kind: None,
    files: frozenset[str] = frozenset(),
    bar: bool = True,
) -> Iterator[None]:
    """Refuse library functions to student code for as long as the block lasts.

    Args:
        labels: their dotted names, such as "torch.softmax" → how they are said to the student. Of a class its
            construction is refused. A name that names nothing refuses nothing.
        modules: the student's modules; what they imported from a library before is refused, too.
        tell: is given every use.
        tell_odd: is told "patched" if something else stands in the place of a refused function when the block ends.
        files: file names of the student's code, for the line of a use.
        bar: bar the families of the names, too; in a process under a `Rule` they are.
    """
    observer = _Watch(tell, files)
    with ExitStack() as undo:
        undo.callback(observer.stop)
        if bar:
            put_up(families_of(labels), observer.refuse, undo=undo)
        for name, label in labels.items():
            target = find_target(name)
            if target is not None:
                _refuse(target, label, observer, modules, undo, tell_odd)
        yield


class Rule:
    """What a student's process does not do from here on: the work that the names of `labels` stand for.

    While the student's text is imported a use is refused, but not told: an experiment beside the answer is no answer.

    Args:
        files: file names of the student's text, which is not imported yet.
        tell: is given every use and every oddity (one of `witness.KINDS`) as it happens.
    """

    def __init__(self, labels: Mapping[str, str], files: frozenset[str], tell: Callable[[Use | str], None]) -> None:
        self._tell, self._n_refused, self.is_importing = tell, 0, True
        families = families_of(labels)
        if families:
            refuse = _Watch(self._note, files).refuse
            watch(families, put_up(families, refuse), files, refuse=refuse, tell=tell)

    def count(self) -> int:
        """How often something was refused by now."""
        return self._n_refused

    def _note(self, use: Use) -> None:
        self._n_refused += 1
        if not self.is_importing:
            self._tell(use)


@dataclass
class _Watch:
    """What the refusing functions of one block share. One that outlives the block refuses nothing."""

    tell: Callable[[Use], None]
    files: frozenset[str]
    active: bool = True

    def stop(self) -> None:
        self.active = False

    def admit(self, label: str, caller: FrameType) -> None:
        """Return if a library calls. Raises: ForbiddenCall if student code does."""
        if self.active and not _is_in_a_library(caller, self.files):
            self._refuse(label, caller)

    def refuse(self, label: str) -> NoReturn:
        """Raises: ForbiddenCall."""
        self._refuse(label, sys._getframe(1))

    def _refuse(self, label: str, caller: FrameType) -> NoReturn:
        self.tell(self._use(label, caller))
        raise ForbiddenCall(f"{label}: write this by hand")

    def _use(self, label: str, caller: FrameType) -> Use:
        frame: FrameType | None = caller
        while frame is not None:
            if frame.f_code.co_filename in self.files:
                return Use(label, frame.f_lineno, linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip())
            frame = frame.f_back
        return Use(label, 0, "")


def _is_in_a_library(frame: FrameType, files: frozenset[str]) -> bool:
    caller: FrameType | None = frame
    while caller is not None and caller.f_globals.get("__name__") in _TRANSPARENT:
        caller = caller.f_back
    name = caller.f_globals.get("__name__") if caller is not None else None
    if caller is None or not isinstance(name, str) or name.partition(".")[0] not in LIBRARIES:
        return False
    if caller.f_code.co_filename in files:  # a module of the student's that is called like one of the library's
        return False
    return getattr(sys.modules.get(name), "__dict__", None) is caller.f_globals  # else only called so


def _refuse(
    target: tuple[Any, str],
    label: str,
    watch: _Watch,
    modules: Sequence[ModuleType],
    undo: ExitStack,
    tell_odd: Callable[[str], None],
) -> None:
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
    undo.callback(_restore, owner, attribute, None if inherited else found, refusal, tell_odd)
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is found:
                setattr(module, name, refusal)
                undo.callback(_put_back, module, name, refusal, found)


def _restore(owner: Any, attribute: str, found: Any, refusal: Any, tell_odd: Callable[[str], None]) -> None:
    """Put `found` back (None: it is inherited), whatever stands in its place."""
    if vars(owner).get(attribute) is not refusal:
        tell_odd("patched")
    if found is not None:
        setattr(owner, attribute, found)
    elif attribute in vars(owner):
        delattr(owner, attribute)


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
