"""What crosses between processes: by name models, tokenizers and files in the student's scratch folder; arrays as their items.

Both sides of the jail hold the same loaded objects under the same names; a call carries only the name.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from autograder.models import LoadedModel

Part = Literal["model", "tokenizer"]
PARTS: tuple[Part, ...] = ("model", "tokenizer")


class ForbiddenCall(Exception):  # noqa: N818 (students see this name)
    """Student code called a method that the exercise asks to do by hand."""


class ModelLimitError(RuntimeError):
    """The model server refused what is beyond the limits of one process; `kind` names the limit."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"model server: the limit on {kind} is reached ({detail})")
        self.kind = kind


@dataclass(frozen=True)
class Array:
    """A numpy array, seen from the other side: its dtype's name and its items, in lists as deep as it has axes."""

    dtype: str
    items: Any
    type_name: ClassVar[str] = "ndarray"

    def __repr__(self) -> str:
        return f"array({self.items!r})"


@dataclass(frozen=True)
class ScratchFile:
    """A file in the student's scratch folder. As an argument it reaches the student's function as its whole path (str)."""

    name: str


class SharedObjects:
    """Loaded models of one process, found by name, and their names, found by object."""

    def __init__(self, loaded: Iterable[LoadedModel] = ()) -> None:
        self._by_name: dict[tuple[str, str], Any] = {}
        self._names: dict[int, tuple[str, Part]] = {}
        for one in loaded:
            self.add(one)

    def add(self, loaded: LoadedModel) -> None:
        """Make the model and the tokenizer of `loaded` known under its name."""
        for part in PARTS:
            thing = getattr(loaded, part)
            self._by_name[loaded.name, part] = thing
            self._names[id(thing)] = (loaded.name, part)

    def name_of(self, thing: object) -> tuple[str, Part, tuple[str, ...]] | None:
        """(model name, part, forbidden methods) if `thing` is shared or a forbidden twin, else None."""
        forbidden: tuple[str, ...] = getattr(type(thing), "_autograder_forbidden", ())
        original = thing._autograder_original if forbidden else thing  # type: ignore[attr-defined]
        found = self._names.get(id(original))
        return (*found, forbidden) if found else None

    def find(self, name: str, part: str, forbidden: tuple[str, ...]) -> Any:
        """The object of that name. Raises: KeyError if this process does not hold it."""
        thing = self._by_name[name, part]
        return forbidden_twin(thing, forbidden) if forbidden else thing


def identity(thing: object) -> object:
    """What decides whether two arguments of calls are the same object: a twin counts as its original with its refusals."""
    names = getattr(type(thing), "_autograder_forbidden", ())
    return (id(thing._autograder_original), names) if names else thing  # type: ignore[attr-defined]


def forbidden_twin(thing: Any, names: tuple[str, ...]) -> Any:
    """A shallow copy of `thing` that says which of its methods student code may not call.

    It refuses nothing by itself: see `refused_methods`. Raises: AttributeError if `thing` has no such method.
    """
    kind = type(thing)
    for name in names:
        getattr(kind, name)
    twin = copy.copy(thing)
    twin.__class__ = _forbidding(kind, names)  # type: ignore[arg-type]
    object.__setattr__(twin, "_autograder_original", thing)
    return twin


@lru_cache  # making a class of a model takes as long as a step of a small one
def _forbidding(kind: Any, names: tuple[str, ...]) -> type:
    body = {"_autograder_forbidden": names, "__module__": kind.__module__, "__doc__": kind.__doc__}
    made: type = type(kind.__name__, (kind,), body)
    return made


def refused_methods(arguments: Iterable[object]) -> dict[str, str]:
    """Dotted names of the methods that the twins among `arguments` forbid → how a student would write them."""
    found = {}
    for one in arguments:
        for name in getattr(type(one), "_autograder_forbidden", ()):
            kind = next(kind for kind in type(one).__mro__ if name in vars(kind))
            part = "tokenizer" if hasattr(one, "tokenize") else "model"
            label = f"{part}(…)" if name == "__call__" else f"{part}.{name}"
            found[f"{kind.__module__}.{kind.__qualname__}.{name}"] = label
    return found
