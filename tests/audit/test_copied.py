"""A solution's code is found in what ships, however it is dressed; and what the course ships holds none."""

from __future__ import annotations

import ast
import builtins
import io
import json
import keyword
import random
import re
import shutil
import textwrap
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.audit.copied import BODY, RUN, SHARE, SHORT, Hole, copied, holes_of
from autograder.audit.shipping import audit_shipping, given_away
from autograder.build import plan_assignments
from autograder.cli import app
from autograder.course import read_course
from autograder.course.source import BEGIN, END
from autograder.errors import SettingsError
from autograder.exercise import Course, Exercise
from autograder.release import make
from autograder.release.make import make_release

LIBRARIES = {"torch", "math", "random", "numpy", "np", "sacrebleu", "plt", "re"}


def bodies(exercise: Exercise) -> list[tuple[Hole, str]]:
    """Each hole that is long enough to be told, with its text."""
    texts = re.findall(rf"{re.escape(BEGIN)}\n(.*?)\s*{re.escape(END)}", exercise.solution, re.DOTALL)
    found = list(zip(holes_of(exercise), map(textwrap.dedent, texts), strict=True))
    return [(hole, text) for hole, text in found if sum(len(s) for s in hole.statements if len(s) >= RUN) >= SHORT]


def renamed(code: str) -> str:
    """Every variable and function of the code's own under another name."""
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    telling = [one for one in tokens if one.type not in {tokenize.NL, tokenize.COMMENT}]
    around = {
        one.start: (before.string, after.string)
        for before, one, after in zip(telling, telling[1:], telling[2:], strict=False)
    }
    out = []
    for token in tokens:
        before, after = around.get(token.start, ("", ""))
        own = (
            token.type == tokenize.NAME and not keyword.iskeyword(token.string) and not hasattr(builtins, token.string)
        )
        argument = after == "=" and before in {"(", ","}
        if own and before != "." and not argument and not (after == "." and token.string in LIBRARIES):
            token = token._replace(string=f"x{sum(map(ord, token.string))}")
        out.append(token[:2])
    return tokenize.untokenize(out)


def commented(code: str) -> str:
    """A comment behind every line and between the lines."""
    return "\n".join(f"{line}  # step {number}\n# and then" for number, line in enumerate(code.splitlines()))


def unparsed(code: str) -> str:
    """As Python itself would write it: other line breaks, quotes and brackets."""
    return ast.unparse(ast.parse(f"def f():\n{textwrap.indent(code, '    ')}\n")) if code.strip() else code


def _without_comments(code: str) -> str:
    return re.sub(r"#.*", "", code)


def shuffled(code: str) -> str:
    """Lines that are whole statements in another order."""
    pieces = [line for line in unparsed(code).splitlines()[1:] if line.strip()]
    random.Random(1).shuffle(pieces)
    return "\n".join(pieces)


DRESSED: dict[str, Callable[[str], str]] = {
    "as it is": lambda code: code,
    "more space": lambda code: re.sub(r"([-+*/(),\[\]]+)", r" \1  ", code),
    "one line": lambda code: " ".join(_without_comments(code).split()),
    "comments": commented,
    "another layout": unparsed,
    "in a comment": lambda code: textwrap.indent(code, "# "),
    "in a docstring": lambda code: f'def f():\n    """Do this.\n\n{textwrap.indent(code, "    ")}\n    """\n',
    "in a string": lambda code: f"HELP = {code!r}",
    "in a fence": lambda code: f"## A word\n\nDon't look:\n\n```python\n{code}\n```\nThat's all.",
    "in a table": lambda code: "\n".join(f"| `{line}` |" for line in code.splitlines()),
}
RENAMED = {"as it is", "comments", "another layout", "in a comment", "in a docstring", "in a fence"}


@pytest.mark.parametrize("how", DRESSED)
def test_a_copied_body_is_found(how: str, course: Course, exercise: Exercise):
    """Of every hole, in a file of any exercise, and the message names both places."""
    for hole, text in bodies(exercise):
        shipped = {"assignments/x/test_other.py": f"import torch\n\n{DRESSED[how](text)}\n"}
        found = [problem.en for problem in copied(course, shipped) if hole.where in problem.en]
        assert len(found) == 1, (hole.where, how)
        assert re.match(r"assignments/x/test_other\.py:\d+: `", found[0])


@pytest.mark.parametrize("how", sorted(RENAMED))
def test_new_names_hide_nothing(how: str, course: Course, exercise: Exercise):
    """Where a hole is long enough to be told without its names."""
    for hole, text in bodies(exercise):
        if hole.size >= BODY:
            shipped = {"test_other.py": DRESSED[how](renamed(text))}
            assert [one for one in copied(course, shipped) if hole.where in one.en], (hole.where, how)


def test_another_order_hides_nothing(course: Course, exercise: Exercise):
    """Lines in any order, under new names."""
    for hole, text in bodies(exercise):
        if hole.size >= BODY:
            found = copied(course, {"notes.md": shuffled(renamed(text))})
            assert [one for one in found if hole.where in one.en], hole.where


def test_a_picture_a_hint_and_a_notebook_are_read(course: Course, top_p: Exercise):
    """Words of a picture, strings of JSON with their line, cells."""
    (hole, text), *_ = bodies(top_p)
    spans = "".join(f"<tspan>{line.replace('<', '&lt;').replace('>', '&gt;')}</tspan>" for line in text.splitlines())
    cells = {"cells": [{"cell_type": "code", "source": text.splitlines(keepends=True)}]}
    for name, content in {
        "nucleus.svg": f"<svg><title>a</title>\n<text>{spans}</text></svg>",
        "hints.json": json.dumps({"top_p": {"test": [{"ja": "x", "en": text}]}}, indent=1),
        "unit.json": json.dumps({"exercises": [{"stub": text}]}, indent=2),
        "top_p.en.ipynb": json.dumps(cells),
    }.items():
        assert [one for one in given_away(course, {name: content}) if hole.where in one.en], name


def test_a_single_long_statement_is_found(course: Course, top_p: Exercise):
    """Where the statement prints it, too."""
    found = copied(
        course, {"top_p.en.md": "Sort with `order = sorted(table, key=lambda row: row[1], reverse=True)` first."}
    )
    assert any("e04_top_p/solution.py" in one.en and "top_p.en.md:1: `" in one.en for one in found)


def test_what_the_course_ships_holds_no_solution(course: Course):
    """So the rule is one that a course can live with."""
    assert [problem.en for problem in given_away(course, plan_assignments(course))] == []
    assert 0.5 < SHARE < 1


@pytest.fixture
def leaky(course: Course, top_p: Exercise, tmp_path: Path) -> Path:
    """A course of two exercises, where the public checks of one compare with the body of the other."""
    unit = tmp_path / "course" / "solutions" / "u02_sampling"
    other = next(one for one in course.units[1].exercises if one.name == "epsilon")
    for one in (top_p, other):
        shutil.copytree(one.folder, unit / one.folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", unit)
    checks = unit / other.folder.name / "checks_public.py"
    (_, body), *_ = bodies(top_p)
    checks.write_text(
        checks.read_text() + f"\n\ndef wanted(xs, p):\n{textwrap.indent(commented(renamed(body)), '    ')}\n"
    )
    return unit.parent


def test_build_audit_and_release_refuse_it(leaky: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With the file and the line; nothing is written."""
    built = CliRunner().invoke(app, ["build", "--course", str(leaky)])
    assert built.exit_code == 1
    assert re.search(r"test_epsilon\.py:\d+.*e04_top_p/solution\.py", built.output.replace("\n", " "))
    assert not (leaky.parent / "assignments").exists()
    course = read_course(leaky)
    assert [one for one in audit_shipping(course) if "test_epsilon.py:" in one.en and "top_p/solution.py" in one.en]
    (tmp_path / "engine-1-py3-none-any.whl").write_bytes(b"")
    monkeypatch.setattr(
        make,
        "plan_bundle",
        lambda *_, **__: {"a/test_epsilon.py": plan_assignments(course)["u02_sampling/test_epsilon.py"].encode()},
    )
    monkeypatch.setattr(make, "build_wheel", lambda folder: folder)
    with pytest.raises(SettingsError, match=r"test_epsilon\.py:\d+"):
        make_release(course, course.units[0], tmp_path / "dist", change="x")
    assert not (tmp_path / "dist").exists()


def test_a_sentence_of_a_rubric_or_an_example_answer_is_found(course: Course):
    """With its lines broken elsewhere, and with its line."""
    prose = next(one for unit in course.units for one in unit.exercises if one.rubric is not None)
    for name in ("solution.md", "rubric.ja.md", "rubric.en.md"):
        lines = [
            line for line in (prose.folder / name).read_text().splitlines() if len(line) > 60 and line[0] not in "#|"
        ]
        broken = "\n".join(re.findall(r".{1,17}", lines[0]))
        problems = [one.en for one in given_away(course, {"README.md": f"# Hints\n\n{broken}\n"})]
        assert [one for one in problems if one.startswith("README.md:3: ") and name in one], (name, problems)


def test_the_courses_secret_is_found(course: Course):
    """It and the keys made of it."""
    for secret in (
        json.loads((course.root / "secret.json").read_text())["secret"],
        course.units[0].exercises[0].inputs_key,
    ):
        (problem,) = given_away(course, {"README.md": f"see {secret}"})
        assert "README.md" in problem.en
