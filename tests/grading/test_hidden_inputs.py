"""What a hidden check gives to a student's code comes back in nothing that is written, whatever that code says."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from autograder.checks import parting
from autograder.classroom import grade_folder
from autograder.course import read_course
from autograder.disclosure import Sentence, of_check
from autograder.grading.engine import Grader, Settings
from autograder.jail.pool import Limits
from autograder.nbgrader.outputs import exercise_html
from autograder.reports.exports.write import export_results
from autograder.reports.formats import Format

TEXT, NUMBER, SHARE = "qzkwvjx", 7351926, 0.48151623
TOLD = re.compile(f"{TEXT}|{TEXT[::-1]}|{TEXT.encode().hex()}|{NUMBER}|4815|162342", re.IGNORECASE)
SETTINGS = Settings(limits=Limits(cpu_s=3, wall_s=20.0, memory_mib=600))

HEAD_OF_CHECKS = f'''"""Hidden checks that ask for everything and quote what comes back."""

from autograder.checks import *
from autograder.checks import fail as refuse
from autograder.errors import CheckFailed
from autograder.pictures import read_picture
from autograder.shared import ScratchFile

TEXT, NUMBER, SHARE = {TEXT!r}, {NUMBER}, {SHARE}
LABELS = {{TEXT: "a", "b": TEXT}}


def ask(student, *path):
    return student.top_mass([(TEXT, SHARE), ("other", 1 - SHARE)], NUMBER, *path)


def helper(where, value, ja, en):
    refuse(ja=f"{{where}}: {{value}} {{ja}}", en=f"{{where}}: {{value!r}} {{value!s:>20}} {{en}}")


def first_of(value):
    return next(iter(value), "") if isinstance(value, list | dict) else value
'''
# What a check does with an answer: every reader, and authors who quote whatever came, in every way that Python has.
WAYS = {
    "float": "read_float(ask(student), 'top_mass')",
    "int": "read_int(ask(student), 'top_mass')",
    "text": "read_text(ask(student), 'top_mass')",
    "dict": "read_dict(ask(student), 'top_mass')",
    "floats": "read_floats(ask(student), 'top_mass')",
    "texts": "read_texts(ask(student), 'top_mass')",
    "probs": "read_probs(ask(student), 'top_mass')",
    "list": "read_list(ask(student), 'top_mass', length=5)",
    "tensor": "read_tensor(ask(student), 'top_mass', dtype='int64', shape=(1, None))",
    "picture": "ask(student, file := ScratchFile('out.png')); read_picture(take_file(student, file), 'top_mass')",
    "raises": "require_raises(ZeroDivisionError, student.top_mass, [(TEXT, SHARE), ('other', 1 - SHARE)], NUMBER)",
    "by_hand": "ask(by_hand(unchanging(student), 'math.fsum'))",
    "quoted": "value = ask(student); fail(ja=f'{value}', en=f'got {value!r}, {value!a} {value=}')",
    "added": "value = ask(student); fail(ja='来た: ' + str(value), en='got ' + repr(value))",
    "formatted": "value = ask(student); fail(ja='{}'.format(value), en='got %r' % (value,))",
    "spread": "value = ask(student); fail(**{'ja': str(value), 'en': str(value)})",
    "helped": "value = ask(student); helper('top_mass', value, 'だめ', f'no: {value}')",
    "thrown": "value = ask(student); raise CheckFailed(ja=f'{value}', en=' '.join(map(str, [value])))",
    "where": "value = ask(student); read_dict([], f'top_mass({value})')",
    "where too": "value = ask(student); read_list([value, 1, 2], str(value), length=2)",
    "looked up": "key = str(first_of(ask(student))); fail(ja=f'{LABELS.get(key, key)}', en=f'{key}' if key else str(key) or key)",
    "kept": "sentence = f'got {ask(student)}'; fail(ja=sentence, en=sentence)",
    "sized": "value = str(ask(student)); fail(ja=f'{len(value) * 73519:,}', en=f'{[len(value)]} {NUMBER + len(value) / 7:e} {SHARE:.8%}')",
    "number": "value = first_of(ask(student)); fail(ja=f'{value:.10f}' if isinstance(value, float) else '', en=f'{value!s}')",
}
FEW = ("float", "raises", "by_hand", "picture", "quoted")


def checks_of(ways: Iterable[str]) -> str:
    """A file of hidden checks."""
    check = '@points(1)\ndef test_{}(student):\n    """{}。\n\n    {}.\n    """\n    {}\n    fail(ja="終わった", en="done")\n'
    return "\n\n".join([HEAD_OF_CHECKS, *(check.format(one.replace(" ", "_"), one, one, WAYS[one]) for one in ways)])


# Bodies of `top_mass(probs, k, path=None)`, in which `text`, `share` and `k` are hidden inputs.
CHANNELS = {
    "returns the text": "return text",
    "returns a list": "return [text, k, share]",
    "returns texts": "return [text, text]",
    "returns pairs": "return [(text, share), (str(k), 1 - share)]",
    "returns wrong sums": "return [(text, share), (text, share)]",
    "returns a dict": "return {text: k, k: text, share: {text: [text]}}",
    "returns nests": "return [[[{text: (text, [k, share])}]]]",
    "returns the number": "return k",
    "returns the share": "return share",
    "returns infinity late": "return [0.0] * 735 + [float('inf')]",
    "returns bytes": "return text.encode()",
    "returns a set": "return {text, k}",
    "returns None": "return None",
    "returns a tensor": "import torch; return torch.tensor([float(k), share])",
    "returns a scalar": "import torch; return torch.tensor(k)",
    "returns a shape": "import torch; return torch.empty(0, k)",
    "returns many axes": "import torch; return torch.empty(7, 3, 5, 1, 9, 2, 6, 0)",
    "returns a wrong dtype": "import torch; return torch.full((1, 3), share)",
    "returns an array": "import numpy; return numpy.array([text, str(k)])",
    "returns a large list": "return [share] * 73519",
    "returns a late mistake": "return [share] * 73519 + [text]",
    "returns a range": "return range(73519)",
    "returns an object": "return type(text, (), {'__repr__': lambda self: text})()",
    "returns a class": "return type(text, (), {})",
    "returns a function": "import types; top_mass.__name__ = text; return top_mass",
    "returns a long integer": "return k ** 60",
    "returns what cannot cross": "raise_on_repr = type(text, (), {'__repr__': lambda self: 1 / 0}); return raise_on_repr()",
    "returns a long text": "return text * 200_000",
    "returns deep": "x = text\n    for _ in range(40): x = [x]\n    return x",
    "raises its name": "raise type(text, (Exception,), {})(text)",
    "raises a known one": "raise type(text, (ValueError,), {})(k)",
    "raises a base name": "raise type('ValueError', (type(text, (Exception,), {}),), {})(k)",
    "raises the text": "raise ValueError(text, k, share)",
    "raises notes": "e = ValueError(k); e.add_note(text) if hasattr(e, 'add_note') else None; raise e from KeyError(text)",
    "raises a metaclass": "M = type(text, (type,), {'__name__': text}); raise M(text, (Exception,), {})()",
    "raises a syntax error": "raise SyntaxError(text, ('mass.py', 3, 1, text))",
    "compiles a file": "exec(compile('\\n' * 40 + 'raise ValueError(1)  # ', 'mass.py', 'exec'))",
    "compiles a far line": "exec(compile('\\n' * 73519 + 'raise ValueError(1)', 'mass.py', 'exec'))",
    "patches linecache": "import linecache; linecache.cache['mass.py'] = (1, None, [f'{text} {k}\\n'] * 400, 'mass.py'); raise ValueError(1)",
    "patches getline": "import linecache; linecache.getline = linecache.getlines = lambda *a, **k: text; raise ValueError(1)",
    "exits": "raise SystemExit(text)",
    "interrupts": "raise KeyboardInterrupt(text)",
    "raises WireError": "from autograder.jail.wire import WireError; raise WireError(f'{text} {k} {share}')",
    "runs out of memory": "raise MemoryError(text)",
    "is not written": "raise NotImplementedError(text)",
    "names a limit": "e = OSError(28, text); raise e",
    "prints": "print(text, k); sys.stderr.write(text); warnings.warn(text); return text",
    "ends": "os._exit(k % 251)",
    "kills itself": "import signal; os.kill(os.getpid(), signal.SIGKILL)",
    "writes text": "open(path or 'x', 'w').write(f'{text} {k} {share}'); return text",
    "writes a picture": "open(path or 'x', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + b'....IHDR' + k.to_bytes(4, 'big') * 2 + text.encode()); return 1.0",
    "changes arguments": "probs.append(text); return text",
    "uses what is forbidden": "import math; return math.fsum([share])",
    "renames what is forbidden": "import math; math.fsum.__self__; return [math.fsum([1.0]), text]",
}
FORGED = {
    "a reason": "{'unsendable': text}",
    "a use": "{'used': [text, 3, text]}",
    "the line of a use": "{'used': ['math.fsum', 3, text]}",
    "types": "{'raised': [[text, 'ValueError'], text, 2, text, text, False]}",
    "one type": "{'raised': [[text], text, 2, text, text, False]}",
    "a line": "{'raised': [['ValueError', text], text, 73519, '', '', False]}",
    "the text of a line": "{'raised': [['ValueError'], text, 2, text, '', False]}",
    "a limit": "{'raised': [['ValueError'], '', 0, '', text, False]}",
    "an import": "{'raised': [['ImportError'], text, 4, text, '', True]}",
    "a missing module": "{'raised': [['ModuleNotFoundError'], f\"No module named '{text}'\", 4, text, '', True]}",
    "a syntax error": "{'raised': [['SyntaxError', text], text, 4, text, '', True]}",
    "more fields": "{'raised': [[text], text, 2, text, '', True, text], text: text}",
    "maps": "{'raised': {'types': [text], 'text': text, 'line': 2, 'line_text': text, 'limit': ''}}",
    "an opaque value": "{'value': [msgpack.packb(['o', text, text]), []]}",
    "an opaque value of a known kind": "{'value': [msgpack.packb(['o', 'ndarray', text]), []]}",
    "an array": "{'value': [msgpack.packb(['a', text, ['l', [text, k]]]), []]}",
    "a model": "{'value': [msgpack.packb(['m', text, text, [text]]), []]}",
    "a dtype": "{'value': [msgpack.packb(['T', text, [k], b'']), []]}",
    "a tag": "{'value': [msgpack.packb([text, text]), []]}",
    "changed arguments": "{'value': [msgpack.packb(1.0), [text, str(k)]]}",
    "a missing function": "{'missing': text}",
    "what is not known": "{text: text}",
    "no map": "text",
}
FORGE = """    import msgpack
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        frame = frame.f_back
    from autograder.jail import channel
    channel.send(frame.f_locals["sock"], msgpack.packb({reply}))
    os._exit(0)
"""
HEAD = """import os, sys, warnings


def top_mass(probs, k, path=None):
    text, share = probs[0]
    if text in ("a", "b", "c"):
        return 0.8
"""


SUBMISSIONS = {name: f"{HEAD}    {body}\n" for name, body in CHANNELS.items()}
VALUES = {name: source for name, source in SUBMISSIONS.items() if name.startswith("returns ")}
OTHERS = {name: source for name, source in SUBMISSIONS.items() if name not in VALUES}
OTHERS |= {f"forges {name}": HEAD + FORGE.replace("{reply}", reply) for name, reply in FORGED.items()}


def grade(root: Path, sources: Mapping[str, str], ways: Iterable[str], grader: Grader) -> Path:
    """A class of one submission for each channel, graded by checks that quote in these ways, with all exports."""
    here = Path(__file__).parent.parent
    unit = root / "solutions" / "u02_sampling"
    shutil.copytree(here / "extra" / "e10_mass", unit / "e10_mass")
    for language in ("ja", "en"):
        shutil.copy(here.parent / "solutions" / "u02_sampling" / f"intro.{language}.md", unit)
    (unit / "e10_mass" / "checks_hidden.py").write_text(checks_of(ways), encoding="utf-8")
    mistakes = unit / "e10_mass" / "mistakes.py"
    mistakes.write_text(
        mistakes.read_text("utf-8").replace("test_refuses_k_below_1", "test_adds_the_largest_two"), "utf-8"
    )
    for name, source in sources.items():
        folder = root / "submissions" / name.replace(" ", "_")
        folder.mkdir(parents=True)
        (folder / "mass.py").write_text(source, encoding="utf-8")
    (read,) = read_course(root / "solutions").units
    results = root / "results"
    grade_folder(root / "submissions", read, results, SETTINGS, grader=grader)
    (results / "exports").mkdir()
    for form in Format:
        export_results(results, form, results / "exports" / form.value)
    return results


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """A warm grader."""
    with Grader(SETTINGS) as grader:
        yield grader


@pytest.mark.parametrize(("sources", "ways"), [(VALUES, WAYS), (OTHERS, FEW)], ids=["values", "the rest"])
def test_no_input_comes_back(sources: Mapping[str, str], ways: Collection[str], grader: Grader, tmp_path: Path):
    """Not in reports, pages, times, the class's pages and exports, nor what nbgrader shows. Every check was judged, with words."""
    results = grade(tmp_path, sources, ways, grader)
    written = [path for path in results.rglob("*") if path.is_file() and path.name != "faults.log"]
    expected = {
        "report.json",
        "report.html",
        "times.json",
        "times.html",
        "class.json",
        "index.html",
        "canvas",
        "moodle",
    }
    assert expected <= {path.name for path in written}
    for path in written:
        text = path.read_text(encoding="utf-8")
        found = TOLD.search(text)
        assert not found, (path, text[found.start() - 400 : found.end() + 100])
    for name in sources:
        report = json.loads((results / name.replace(" ", "_") / "report.json").read_text(encoding="utf-8"))
        (exercise,) = report["exercises"]
        assert not TOLD.search(exercise_html(exercise, 0.0, []))
        hidden = [check for check in exercise["checks"] if not check["public"]]
        assert len(hidden) == len(ways)
        for check in hidden:
            assert check["verdict"] in {"fail", "crash", "limit", "unwritten"}, (name, check)
            assert check["message"]["en"], (name, check)


def test_public_checks_still_show_values(grader: Grader, tmp_path: Path):
    """Their inputs are known, and what came is the quickest help. The same answer shows nothing in a hidden check."""
    source = "def top_mass(probs, k):\n    return 'an answer'\n"
    results = grade(tmp_path, {"answers": source}, ["float"], grader)
    (exercise,) = json.loads((results / "answers" / "report.json").read_text(encoding="utf-8"))["exercises"]
    public, hidden = (check["message"]["en"] for check in exercise["checks"])
    assert "got 'an answer' of type str" in public
    assert "got str[9] of type str" in hidden


@pytest.mark.parametrize(
    ("text", "expected", "en"),
    [
        ("a b", "a c", "the first 2 characters are right; then comes the wrong one (a letter or digit)"),
        ("ab", "a b", "the first 1 characters are right; then a space should come, but it was a letter or digit"),
        ("a", "a\n", "the first 1 characters are right; then a line break should come, but it was the end of the text"),
        (
            " a",
            "a",
            "the first 0 characters are right; then a letter or digit should come, but it was a space",
        ),
        ("a", "a", "the first 1 characters are right; then comes the wrong one (the end of the text)"),
        ("x" * 5000, "x" * 4999, "the first >999 characters are right; then the end of the text should come"),
    ],
)
def test_where_texts_part_is_said_without_their_characters(text: str, expected: str, en: str):
    """By a count, and by kinds of characters."""
    with of_check(public=False):
        found = parting(text, expected)
    assert found[1].startswith(en)
    assert all(isinstance(one, Sentence) for one in found)
