"""What a text uses, and what it only seems to use."""

from __future__ import annotations

import pytest
import torch  # noqa: F401 (names are followed through imported libraries)
import transformers  # noqa: F401

from autograder.grading import uses
from autograder.grading.by_hand import Sources, first_use, forbidden
from autograder.jail.refusals import Use

NAMES = frozenset(
    {
        *("torch.softmax", "torch.nn.functional.softmax", "torch.Tensor.softmax", "torch.nn.Softmax"),
        *("scipy.special.softmax", "transformers.TopPLogitsWarper", "transformers.GenerationMixin.generate"),
    }
)


def use_in(text: str, function: str = "f", **others: str) -> Use | None:
    return first_use(Sources("m", {"m": text, **others}), function, NAMES)


USES = {
    "plain": "import torch\ndef f(x):\n    return torch.softmax(x, -1)",
    "from": "from torch import softmax\ndef f(x):\n    return softmax(x, -1)",
    "as": "from torch import softmax as s\n\ndef f(x): return s(x, -1)",
    "module_as": "import torch.nn.functional as F\n\ndef f(x): return F.softmax(x, -1)",
    "from_nn": "from torch import nn\n\ndef f(x): return nn.functional.softmax(x, -1)",
    "not_imported_by_us": "from scipy import special\n\ndef f(x): return special.softmax(x)",
    "inside": "def f(x):\n    import torch as t\n    return t.softmax(x, -1)",
    "star": "from torch import *\n\ndef f(x): return softmax(tensor(x), -1)",
    "alias": "import torch\nthing = torch\ndef f(x): return thing.softmax(x, -1)",
    "local_alias": "import torch\ndef f(x):\n    go = torch.softmax; return go(x, -1)",
    "pair": "import torch\na, b = torch.softmax, 1\ndef f(x): return a(x, -1)",
    "walrus": "import torch\ndef f(x):\n    return (go := torch.softmax) and go(x, -1)",
    "getattr": "import torch\n\ndef f(x): return getattr(torch, 'softmax')(x, -1)",
    "importlib": "import importlib\n\ndef f(x): return importlib.import_module('torch').softmax(x, -1)",
    "dunder_import": "\n\ndef f(x): return __import__('torch').softmax(x, -1)",
    "container": "import torch\nWAYS = {'soft': torch.softmax}\ndef f(x): return WAYS['soft'](x, -1)",
    "partial": "import torch, functools\ngo = functools.partial(torch.softmax, dim=-1)\ndef f(x): return go(x)",
    "default": "import torch\n\ndef f(x, go=torch.softmax): return go(x, -1)",
    "by_keyword": "import torch\n\ndef f(x, *, go=torch.softmax): return go(x, -1)",
    "decorator": "import torch\n\n@torch.vmap(torch.softmax)\ndef f(x): return x",
    "lambda": "import torch\ng = lambda x: torch.softmax(x, -1)\ndef f(x): return g(x)",
    "helper": "import torch\ndef f(x): return g(x)\ndef g(x): return torch.softmax(x, -1)",
    "nested": "import torch\ndef f(x):\n    def g(y): return torch.softmax(y, -1)\n    return g(x)",
    "method": "import torch\nclass C:\n    def g(self, x): return torch.softmax(x, -1)\ndef f(x): return C().g(x)",
    "class_body": "import torch\nclass C:\n    go = torch.softmax\ndef f(x): return C.go(x, -1)",
    "base": "import torch\nclass C(torch.nn.Softmax): pass\ndef f(x): return C(-1)(x)",
    "itself": "import torch\nf = torch.softmax",
    "itself_later": "def f(x): return x\nfrom torch import softmax as f",
    "try": "try:\n    from torch import softmax as s\nexcept ImportError:\n    s = None\ndef f(x): return s(x, -1)",
    "class_elsewhere": "from transformers.generation.logits_process import TopPLogitsWarper as W\n\ndef f(x): return W(0.9)",
    "inherited": "from transformers import LlamaForCausalLM as L\n\ndef f(m, x): return L.generate(m, x)",
    "c_name": "import torch\n\ndef f(x): return torch._C.TensorBase.softmax(x, -1)",
    "map": "import torch\n\ndef f(x): return list(map(torch.softmax, x, [-1]))",
    "comprehension": "import torch\n\ndef f(x): return [torch.softmax(row, -1) for row in x]",
    "loop": "import torch\nfor go in [torch.softmax]: pass\ndef f(x): return go(x, -1)",
    "async": "import torch\nasync def g(x): return torch.softmax(x, -1)\ndef f(x): return g(x)",
}

INNOCENT = {
    "comment": "def f(x):\n    # torch.softmax(x, -1)\n    return x",
    "string": "import torch\ndef f(x):\n    '''As torch.softmax(x, -1).'''\n    return 'torch.softmax' and x",
    "same_function": "import torch\ndef softmax(x): return x\ndef f(x): return softmax(x)",
    "same_method": "class T:\n    def softmax(self, x): return x\ntorch = T()\ndef f(x): return torch.softmax(x)",
    "own_method": "class A:\n    def softmax(self): return 1\n    def go(self): return self.softmax()\ndef f(x): return A().go()",
    "same_variable": "from torch import softmax\ndef f(x):\n    softmax = sum(x)\n    return softmax",
    "parameter": "import torch\ndef f(torch): return torch.softmax()",
    "keyword": "from torch import softmax\ndef f(x): return dict(softmax=x)",
    "redefined": "from torch import softmax\ndef softmax(x): return x\ndef f(x): return softmax(x)",
    "redefined_function": "import torch\ndef f(x): return torch.softmax(x, -1)\ndef f(x): return x",
    "dead": "import torch\ndef g(x): return torch.softmax(x, -1)\ndef f(x): return x",
    "dead_nested": "import torch\ndef f(x):\n    def g(y): return torch.softmax(y, -1)\n    return x",
    "dead_class": "import torch\nclass C:\n    def g(self, x): return torch.softmax(x, -1)\ndef f(x): return x",
    "experiment": "import torch\nprint(torch.softmax(torch.ones(2), -1))\nseen = torch.softmax(torch.ones(2), -1)\ndef f(x): return x",
    "imported_only": "from torch import softmax\ndef f(x): return x",
    "annotation": "import torch\ndef f(x: torch.nn.Softmax) -> torch.nn.Softmax:\n    y: torch.nn.Softmax = x\n    return y",
    "neighbours": "import torch\ndef f(x): return torch.log_softmax(x, -1).exp() + torch.nn.functional.log_softmax(x)",
    "other_module": "import math as torch\ndef f(x): return torch.softmax(x)",
    "unknown_object": "def f(x): return x.softmax(-1)",
    "own_getattr": "import torch\ndef getattr(a, b): return a\ndef f(x): return getattr(torch, 'softmax')",
    "comprehension_variable": "from torch import softmax\ndef f(x): return [softmax for softmax in x]",
    "except_name": "from torch import softmax\ndef f(x):\n    try:\n        return 1\n    except ValueError as softmax:\n        return softmax",
    "capture": "from torch import softmax\ndef f(x):\n    match x:\n        case [softmax, *_]:\n            return softmax",
    "circular": "a = b\nb = a\ndef f(x): return a(x) + f(b)",
    "no_such_function": "import torch\ntorch.softmax\n",
}


@pytest.mark.parametrize("text", USES.values(), ids=USES)
def test_a_use_is_found(text: str):
    """However the name came about."""
    use = use_in(text)
    assert use is not None
    assert use.name in NAMES
    assert use.line_text == text.splitlines()[use.line - 1].strip()


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_what_is_not_a_use_is_left_alone(text: str):
    """Comments, strings, names that happen to be the same, code that is not reached."""
    assert use_in(text) is None


def test_the_first_line_is_told():
    """Of several uses."""
    use = use_in("import torch\ndef g(x): return torch.softmax(x, 0)\ndef f(x): return torch.softmax(g(x), 1)")
    assert (use.line, use.line_text) == (2, "def g(x): return torch.softmax(x, 0)")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("main", "other"),
    [
        ("import tools\ndef f(x): return tools.go(x)", "import torch\ndef go(x): return torch.softmax(x, -1)"),
        ("from tools import go\ndef f(x): return go(x)", "import torch\ndef go(x): return torch.softmax(x, -1)"),
        ("from tools import *\ndef f(x): return go(x)", "import torch\ndef go(x): return torch.softmax(x, -1)"),
        ("import tools\ndef f(x): return tools.s(x, -1)", "from torch import softmax as s"),
        ("from tools import torch as t\ndef f(x): return t.softmax(x, -1)", "import torch"),
    ],
    ids=["module", "function", "star", "name", "library"],
)
def test_a_use_in_another_file_is_found(main: str, other: str):
    """Of the same submission."""
    assert use_in(main, tools=other) is not None
    assert use_in(main, tools="def go(x): return x\ns = go\nclass torch: softmax = go") is None


def test_a_file_of_ones_own_does_not_stand_before_the_library():
    """`import torch` finds the library, whatever files a student hands in."""
    own = "def softmax(x): return x"
    assert use_in("import torch\ndef f(x): return torch.softmax(x, -1)", torch=own) is not None


def passed_on(levels: int) -> str:
    """A text in which each of `levels` names is bound sixteen times to the one before, by two attributes."""
    lines = [f"    a{i} = a{i - 1}.b{j % 2}\n    a{i} = a{i - 1}\n" for i in range(1, levels + 1) for j in range(8)]
    return "import torch\ndef f(x):\n    a0 = torch\n" + "".join(lines) + f"    return a{levels}.softmax(x)"


def test_the_work_grows_with_the_length_of_the_text():
    """Not with the number of ways through it, which is 16 to the power of the levels here."""
    steps = []
    for levels in (20, 40, 80):
        reader = uses.Reader({"m": passed_on(levels)}, NAMES)
        assert [use.name for use in reader.uses_of("m", "f")] == ["torch.softmax"]
        steps.append(reader.steps)
    assert steps[2] < 2.1 * steps[1] < 2.1**2 * steps[0] < uses.MAX_STEPS


DEEP = {
    "elif": "".join(f"    {'el' if i else ''}if x == {i}:\n        y = {i}\n" for i in range(900)),
    "terms": "    y = " + "+".join(["x"] * 800) + "\n",
    "attributes": "    y = x" + ".a" * 800 + "\n",
    "calls": "    y = x" + "(1)" * 800 + "\n",
    "lines": "    y = x\n" * 20_000,
    "stars": "    y = unknown.softmax\n" * 5_000,
}


@pytest.mark.parametrize("lines", DEEP.values(), ids=DEEP)
def test_deep_and_long_texts_are_read(lines: str):
    """To the end, where the use stands."""
    use = use_in("import torch\nfrom nowhere import *\ndef f(x):\n" + lines + "    return torch.softmax(x, -1)")
    assert use is not None
    assert use.line_text == "return torch.softmax(x, -1)"


@pytest.mark.parametrize(
    "text",
    [
        *("", "def f(:", "\0", "def f(x): return \ud800", "x = '\\d'", "import torch\n" * 5000),
        *("(" * 5000, "-" * 50_000 + "1", "f" + ".a" * 50_000, "def f(x): return x" + "[0]" * 5000),
        "def f(x):\n" + "".join(f"    a{i} = a{i + 1}\n    a{i + 1} = a{i}\n" for i in range(3000)) + "    return a0",
        "def f(x):\n" + "    a = b = c = a, b, c\n" * 1000 + "    return a.softmax(b, c)",
        "from . import torch\nfrom .. import *\ndef f(x): return torch.softmax(x)",
        "async def f(x):\n    async with x as y: return [z async for z in y]",
    ],
    ids=range(14),
)
def test_no_text_is_a_fault(text: str):
    """Nothing but Python, or too much of it: running it tells."""
    assert use_in(text) is None


def test_a_text_beyond_the_bound_is_not_read(monkeypatch: pytest.MonkeyPatch):
    """It is observed when it runs."""
    text = f"import torch\ndef f(x): return torch.softmax(x, -1)\n# {'x' * 100}"
    assert use_in(text) is not None
    monkeypatch.setattr(uses, "MAX_CHARACTERS", 100)
    assert use_in(text + " ") is None


def test_the_sentence_names_function_line_and_text():
    """In both languages; a use in another file has no line of this one."""
    message = forbidden("f", Use("torch.softmax", 3, "return torch.softmax(x)")).message
    for text in (message.ja, message.en):
        assert "torch.softmax" in text
        assert text.endswith("\n3: return torch.softmax(x)")
    assert "(line 3)" in message.en
    assert "（3 行目）" in message.ja
    assert "line" not in forbidden("f", Use("torch.softmax", 0, "")).message.en
