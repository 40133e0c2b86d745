"""Files of any size that cost whoever reads them as much as their authors could think of: name → (file, text of about n characters)."""

from __future__ import annotations

import json
from collections.abc import Callable

ANSWER = "def top_p_filter(probs, p):\n    return probs\n\n\n"
Make = Callable[[int], str]


def _repeated(part: str, *, before: str = "", after: str = "", middle: str = "") -> Make:
    """`part` again and again between `before` and `after`; an `after` that is to be repeated stands in `middle`."""

    def make(n: int) -> str:
        count = max(1, n // (len(part) + len(middle)))
        return ANSWER + before + part * count + middle * count + after + "\n"

    return make


def _numbered(part: str, *, before: str = "") -> Make:
    """`part` with a number in the place of each #."""
    return lambda n: ANSWER + before + "".join(part.replace("#", str(i)) for i in range(n // (len(part) + 4))) + "\n"


PYTHON: dict[str, Make] = {
    "terms": _repeated("1+", before="x = ", after="1"),
    "brackets": _repeated("(", before="x = "),
    "balanced brackets": _repeated("(", before="x = ", middle=")"),
    "signs": _repeated("-", before="x = ", after="1"),
    "nots": _repeated("not ", before="x = ", after="1"),
    "powers": _repeated("1**", before="x = ", after="1"),
    "comparisons": _repeated("1<", before="x = ", after="1"),
    "ternaries": _repeated("1 if x else ", before="x = ", after="1"),
    "booleans": _repeated("1 and x or ", before="x = ", after="1"),
    "attributes": _repeated(".a", before="x = a"),
    "calls": _repeated("()", before="x = a"),
    "subscripts": _repeated("[0]", before="x = a"),
    "lambdas": _repeated("lambda:", before="x = ", after="1"),
    "walruses": _repeated("(y:=", before="x = ", after="1", middle=")"),
    "comprehensions": _repeated(" for a in b", before="x = [a", after="]"),
    "nested comprehensions": _repeated("[a for a in ", before="x = ", after="b", middle="]"),
    "f-strings of fields": _repeated("{1}", before='x = f"', after='"'),
    "f-strings side by side": _repeated('f"{1}"', before="x = "),
    "f-string nesting": lambda n: ANSWER + 'x = f"{' * (n // 7) + "1",
    "strings side by side": _repeated('"a"', before="x = "),
    "escapes": _repeated("\\d", before='x = "', after='"'),
    "invalid escapes": _repeated('"\\d",', before="x = "),
    "names of characters": _repeated("\\N{", before='x = "'),
    "decorators": _repeated("@a\n", after="def g(): pass"),
    "many names": _numbered("a# = 1\n"),
    "many names at once": lambda n: ANSWER + "=".join(f"a{i}" for i in range(n // 7)) + " = 1\n",
    "one name many times": _repeated("a = a\n"),
    "names given on": _numbered("a# = a#\nb = a#\n"),
    "many functions": _numbered("def f#(): pass\n"),
    "one function many times": _repeated("def f(): pass\n"),
    "the answer many times": _repeated("def top_p_filter(a): pass\n"),
    "many classes": _numbered("class C#: pass\n"),
    "many imports": _numbered("import a#\n"),
    "imports of stars": _repeated("from torch import *\n"),
    "annotations": _repeated("x: int = 1\n"),
    "tuples": _repeated("1,", before="x = "),
    "dictionaries": _repeated("1:1,", before="x = {", after="}"),
    "stars": _repeated("*a,", before="x = [", after="]"),
    "arguments": _numbered("a#=1,", before="f("),
    "cases": _numbered(" case #: pass\n", before="match x:\n"),
    "patterns": _repeated("[", before="match x:\n case ", after="1", middle="]"),
    "branches": _numbered(" elif x == #: y = #\n", before="if x == 0: y = 0\n"),
    "excepts": _repeated("except A: pass\n", before="try: pass\n"),
    "tries": lambda n: ANSWER + "".join(" " * i + "try:\n" for i in range(int((2 * n) ** 0.5))),
    "indents": lambda n: ANSWER + "".join(" " * i + "if 1:\n" for i in range(int((2 * n) ** 0.5))),
    "blocks": lambda n: ANSWER + ("".join(" " * i + "if 1:\n" for i in range(90)) + " " * 90 + "x = 1\n") * (n // 4800),
    "with": _numbered("a as b#,", before="with ("),
    "globals": _numbered("    global a#\n", before="def g():\n"),
    "one long name": _repeated("a"),
    "one long string": _repeated("a", before='x = "', after='"'),
    "one long docstring": lambda n: '"""' + "a\n" * (n // 2) + '"""\n' + ANSWER,
    "one long comment": _repeated("#"),
    "hexadecimal digits": _repeated("f", before="x = 0x"),
    "decimal digits": _repeated("9", before="x = "),
    "digits of a float": _repeated("9", before="x = 0."),
    "blank lines": _repeated("\n"),
    "blank lines with spaces": _repeated(" \n"),
    "spaces": _repeated(" ", before="match", after="x"),
    "tabs": _repeated("\t"),
    "form feeds": _repeated("\f"),
    "form feeds between lines": _repeated("\f\nx = 1"),
    "carriage returns": _repeated("x = 1\r\n"),
    "single carriage returns": _repeated("x = 1\r"),
    "null bytes": _repeated("\0"),
    "byte order marks": _repeated("\ufeff"),
    "line continuations": _repeated("\\\n", before="x = 1"),
    "semicolons": _repeated("x=1;"),
    "only semicolons": _repeated(";"),
    "backslashes": _repeated("\\", before='x = "'),
    "quotes": _repeated('"'),
    "triple quotes": _repeated('"""\n'),
    "open strings": _repeated('x = "\n'),
    "ligatures": _numbered("\ufb01# = 1\n"),
    "names that grow": _repeated("\ufdfa"),
    "combining marks": _repeated("\u0301", before="x = 'a"),
    "bidirectional marks": _repeated("\u202e", before="# "),
    "surrogate escapes": _repeated("\\ud800", before='x = "', after='"'),
    "errors in calls": _repeated("f(a=b c, ", before="x = "),
    "errors in brackets": _repeated("[a b ", before="x = "),
    "errors in dictionaries": _repeated("{a:b c", before="x = "),
    "errors on every line": _repeated("x = = 1\n"),
    "type comments": _repeated("x = 1 # type: int\n"),
    "magics": _repeated("%time x\n"),
    "definitions that are none": _repeated("def f(\n"),
    "awaits": _repeated("await ", before="x = ", after="1"),
    "yields": _repeated("(yield ", before="def g():\n    x = ", after="1", middle=")"),
    "slices": _repeated("a[:", before="x = ", after="1", middle="]"),
    "matrices": _repeated("1@", before="x = ", after="1"),
    "deletes": _repeated("a,", before="del ", after="a"),
}


def _notebook(cells: list[object], **rest: object) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **rest})


def _code(source: object, **rest: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **rest}


def _cells(part: str, kind: str = "code") -> Make:
    """A notebook with the answer, and with cells of `part`, in which # is a number."""

    def make(n: int) -> str:
        cells = [{**_code(part.replace("#", str(i))), "cell_type": kind} for i in range(n // (len(part) + 75))]
        return _notebook([_code(ANSWER), *cells])

    return make


NOTEBOOKS: dict[str, Make] = {
    "a cell of terms": lambda n: _notebook([_code(PYTHON["terms"](n))]),
    "a cell of fields": lambda n: _notebook([_code(PYTHON["f-strings of fields"](n))]),
    "many cells": _cells("def f#(x):\n    return x\n"),
    "many cells of the answer": _cells("def top_p_filter(probs, p):\n    return #\n"),
    "many cells of the stub": _cells("def top_p_filter(probs, p):\n    raise NotImplementedError\n"),
    "many empty cells": _cells(""),
    "many cells of prose": _cells("a# ", "markdown"),
    "prose that looks like code": _cells("def f#(x): pass", "markdown"),
    "many cells with errors": _cells("def f(#\n"),
    "many cells of magics": _cells("%time #\n"),
    "sources in many lines": lambda n: _notebook([_code(["x = 1\n"] * (n // 10))]),
    "sources in characters": lambda n: _notebook([_code(list(ANSWER + "#" * (n // 5)))]),
    "sources in lists": lambda n: _notebook([_code(json.loads("[" * 900 + "]" * 900))] * (n // 1900)),
    "deep lists": lambda n: '{"cells": ' + "[" * (n // 2) + "]" * (n // 2) + "}",
    "deep objects": lambda n: '{"cells": ' * (n // 11),
    "keys of one name": lambda n: '{"cells": [], ' * 1 + '"a": 1, ' * (n // 8) + '"cells": []}',
    "keys of many names": lambda n: _notebook([_code(ANSWER)], **{f"k{i}": i for i in range(n // 14)}),
    "large metadata": lambda n: _notebook([_code(ANSWER, metadata={"a": ["b"] * (n // 5)})]),
    "large outputs": lambda n: _notebook([_code(ANSWER, outputs=[{"text": "a" * n}])]),
    "long numbers": lambda n: _notebook([_code(ANSWER)]).replace('"nbformat": 4', f'"nbformat": {"9" * n}'),
    "no numbers": lambda n: '{"cells": [' + "NaN, " * (n // 5) + "Infinity]}",
    "numbers for ids": lambda n: _notebook([_code(ANSWER, id=i, cell_type=i) for i in range(n // 150)]),
    "worksheets": lambda n: json.dumps(
        {"worksheets": [{"cells": [{"cell_type": "code", "input": "x=1"}]}] * (n // 55)}
    ),
    "escaped characters": lambda n: _notebook([_code(ANSWER)]).replace("def", "\\u0064" * (n // 6) + "def"),
    "open text": lambda n: '{"cells": ["' + "a" * n,
    "byte for byte nothing": lambda n: "\0" * n,
    "white space": lambda n: " " * n + _notebook([_code(ANSWER)]) + "\n" * n,
}

FILES: dict[str, tuple[str, Make]] = {
    **{name: ("top_p.py", make) for name, make in PYTHON.items()},
    **{f"notebook: {name}": ("top_p.ipynb", make) for name, make in NOTEBOOKS.items()},
    **{f"prose: {name}": ("observations.md", make) for name, make in PYTHON.items() if "\n" in make(100)[60:]},
}
