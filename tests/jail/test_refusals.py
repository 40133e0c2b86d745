"""Library functions refuse to student code for the length of one block, and are as before afterwards."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import torch

from autograder.jail.barred import is_refusing, refusing
from autograder.jail.modules import from_text
from autograder.jail.refusals import Use, find_target, refused
from autograder.shared import ForbiddenCall, forbidden_twin, refused_methods

X = torch.tensor([1.0, 2.0])

SOURCE = """
import torch
import torch.nn.functional as F
from torch import softmax as mine

def by_module(x): return torch.softmax(x, -1)
def by_alias(x): return mine(x, -1)
def by_method(x): return x.softmax(-1)
def by_getattr(x): return getattr(torch, "soft" + "max")(x, -1)
def by_late_import(x):
    from torch import softmax
    return softmax(x, -1)
def by_map(x): return list(map(torch.softmax, [x], [-1]))[0]
def by_exec(x):
    scope = {}
    exec("import torch\\nf = lambda x: torch.softmax(x, -1)", scope)
    return scope["f"](x)
def by_forged_name(x):
    scope = {"__name__": "torch.functional"}
    exec("import torch\\nf = lambda x: torch.softmax(x, -1)", scope)
    return scope["f"](x)
def by_no_grad(x): return torch.no_grad()(torch.softmax)(x, -1)
def by_class(x): return torch.nn.Softmax(dim=-1)(x)
"""
NAMES = {name: name for name in ("torch.softmax", "torch.Tensor.softmax", "torch.nn.Softmax")}
WAYS = [line[4 : line.index("(")] for line in SOURCE.splitlines() if line.startswith("def ")]


@pytest.fixture
def module() -> ModuleType:
    return from_text("m", SOURCE)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_the_function_is_open(module: ModuleType, way: str):
    """And each is noted with its name."""
    uses: list[Use] = []
    with refused(NAMES, [module], tell=uses.append, files=frozenset({"m.py"})), pytest.raises(ForbiddenCall):
        getattr(module, way)(X)
    assert uses[0].name in NAMES
    assert uses[0].line > 0


@pytest.mark.parametrize("way", WAYS)
def test_afterwards_everything_is_as_before(module: ModuleType, way: str):
    """The library's functions, its classes' own attributes, and what the student's module imported."""
    before = torch.softmax, dict(vars(torch.Tensor)), torch.nn.Softmax.__init__, dict(vars(module))
    with refused(NAMES, [module], tell=[].append):
        assert torch.softmax is not before[0]
    assert torch.softmax is before[0]
    assert dict(vars(torch.Tensor)) == before[1]
    assert torch.nn.Softmax.__init__ is before[2]
    assert dict(vars(module)) == before[3]
    assert torch.equal(getattr(module, way)(X), torch.softmax(X, -1))


def test_a_refusal_that_was_kept_refuses_nothing_later(module: ModuleType):
    """A student's module may have stored what it found."""
    with refused(NAMES, [module], tell=[].append):
        module.kept = torch.softmax  # type: ignore[attr-defined]
        module.own = len  # type: ignore[attr-defined]
    assert torch.equal(module.kept(X, -1), torch.softmax(X, -1))
    assert module.own is len


def test_a_library_does_not_do_it_either(module: ModuleType):
    """For work that belongs to a family, the operator is barred; for other names, libraries may use what the student may not."""
    uses: list[Use] = []
    with refused({"torch.Tensor.softmax": "softmax"}, [module], tell=uses.append):
        with pytest.raises(ForbiddenCall):
            module.F.softmax(X, -1)
        with pytest.raises(ForbiddenCall):
            module.by_method(X)
    assert [use.name for use in uses] == ["softmax (aten::_softmax)", "softmax"]
    with refused({"torch.Tensor.relu": "relu"}, [module], tell=uses.append):
        assert torch.equal(module.F.relu(X), X)
        with pytest.raises(ForbiddenCall):
            X.relu()


def test_nothing_is_left_behind_when_the_block_raises(module: ModuleType):
    """Whatever it raises."""
    with pytest.raises(KeyboardInterrupt), refused(NAMES, [module], tell=[].append):
        raise KeyboardInterrupt
    assert torch.equal(module.by_method(X), module.by_alias(X))


@pytest.mark.parametrize(
    "name", ["nowhere.at.all", "torch.no_such", "torch.Tensor.no_such", "torch", "", ".", "builtins.int.bit_length"]
)
def test_names_that_cannot_be_refused_are_left_out(module: ModuleType, name: str):
    """Nothing that is missing, nothing of a class that cannot be changed."""
    with refused({name: name}, [module], tell=[].append):
        assert (5).bit_length() == 3


def test_a_module_that_nobody_imported_is_not_imported():
    """It would cost every call its time."""
    assert "this" not in sys.modules
    assert find_target("this.s") is None
    assert "this" not in sys.modules


class Tool:
    """Stands for a tokenizer."""

    def encode(self) -> str:
        return "by the library"

    @staticmethod
    def version() -> str:
        return "1"

    @classmethod
    def made(cls) -> Tool:
        return cls()

    def tokenize(self) -> str:
        return self.encode()


def test_a_twin_names_the_methods_that_are_refused():
    """By the class that has them, so that no way round the twin is open."""
    tool = Tool()
    twin = forbidden_twin(tool, ("encode", "version", "made"))
    labels = refused_methods([tool, twin])
    assert sorted(labels.values()) == ["tokenizer.encode", "tokenizer.made", "tokenizer.version"]
    with refused(labels, [], tell=[].append):
        for call in (
            twin.encode,
            tool.encode,
            lambda: Tool.encode(tool),
            type(twin).encode.__get__(tool),
            Tool.version,
        ):
            with pytest.raises(ForbiddenCall):
                call()
        with pytest.raises(ForbiddenCall):
            Tool.made()
    assert (tool.encode(), Tool.version(), type(Tool.made())) == ("by the library", "1", Tool)
    assert isinstance(twin, Tool)


def test_a_twin_of_what_is_not_there_is_an_error():
    """Of the author of the check."""
    with pytest.raises(AttributeError, match="no_such"):
        forbidden_twin(Tool(), ("no_such",))


@pytest.mark.parametrize("n_free", [0, 1, 3])
def test_the_frame_of_a_refusing_function_can_be_read(n_free: int):
    """As debuggers and pytest do; a body whose free variables Python does not set up ends the process there."""
    one, two, three = "abc"

    def refuse(name: str) -> None:
        raise ForbiddenCall(name)

    functions = (lambda x: x, lambda x: (x, one), lambda x: (x, one, two, three))
    function = functions[[0, 1, 3].index(n_free)]
    assert len(function.__code__.co_freevars) == n_free
    function.__code__ = refusing(function.__code__, "by_hand", refuse)
    with pytest.raises(ForbiddenCall, match="by_hand") as error:
        function(5, further=6)
    frames = [frame.frame for frame in error.traceback]
    assert {"arguments": (5,), "keywords": {"further": 6}}.items() <= frames[1].f_locals.items()
    assert is_refusing(function.__code__)
    assert not is_refusing(refuse.__code__)
