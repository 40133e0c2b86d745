"""No text ends a command because the terminal's encoding cannot hold it; what it can hold is shown as it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.build import plan_assignments, write_assignments
from autograder.exercise import Course, Exercise, Unit

TERMINALS = {
    "cp932": {"PYTHONIOENCODING": "cp932"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C locale": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "LANG": "C"},
}
# Beyond every one of these encodings: a student's print, a helper's name, and bytes that are no text.
ANSWER = 'def top_p_filter(probs, p):\n    print("██ ✓ 🎲 \\udcff")\n    return [("é 漢 🎲", 1.0)]\n'
AUTOGRADER = ("-c", "from autograder.cli import app; app()")
COMMANDS = {
    "help": (*AUTOGRADER, "--help"),
    "doctor": (*AUTOGRADER, "doctor"),
    "hint": (*AUTOGRADER, "hint", "top_p", "--level", "3"),
    "submit": (*AUTOGRADER, "submit"),
    "misuse": (*AUTOGRADER, "hint", "ヒント🎲"),
    "pytest -s": ("-m", "pytest", "-s", "-v"),
    "the check cell": ("-c", "from autograder.notebook import check; check('top_p.en.ipynb')"),
}


@pytest.fixture(scope="module")
def folder(sampling: Unit, top_p: Exercise, course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's folder in a place with a Japanese name and a space in it."""
    unit = Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p,))
    place = tmp_path_factory.mktemp("x") / "課題 その１ é"
    write_assignments(plan_assignments(Course(course.root, (unit,))), place)
    (place / unit.id / "top_p.py").write_text(ANSWER, encoding="utf-8")
    return place / unit.id


def run(folder: Path, terminal: dict[str, str], *command: str) -> subprocess.CompletedProcess[bytes]:
    # Of the settings of who runs the tests nothing counts here.
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "LC_", "LANG"))
    }
    settings = {**kept, "AUTOGRADER_LANG": "both", **terminal}
    return subprocess.run([sys.executable, *command], cwd=folder, env=settings, capture_output=True, check=False)


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_speaks_on_every_terminal(folder: Path, command: str, terminal: str):
    """Bytes of that encoding, sentences instead of a traceback."""
    done = run(folder, TERMINALS[terminal], *COMMANDS[command])
    encoding = "ascii" if terminal == "C locale" else terminal
    said = done.stdout.decode(encoding) + done.stderr.decode(encoding)
    assert said.strip()
    assert "UnicodeEncodeError" not in said
    assert ("Traceback" in said) == (command == "the check cell"), said  # outside Jupyter, what did not pass is raised
    if terminal == "cp932":
        assert re.search("[ぁ-ん]", said)


def test_a_class_is_shown_on_every_terminal(folder: Path, course: Course, tmp_path: Path):
    """Its table, the progress bar and students' names."""
    (tmp_path / "class" / "山田 🎲").mkdir(parents=True)
    (tmp_path / "class" / os.fsdecode(b"no\xfftext")).mkdir()
    options = ("--unit", "u02_sampling", "--course", str(course.root), "--out")
    for number, (name, terminal) in enumerate(TERMINALS.items()):
        out = tmp_path / f"out{number}"
        done = run(tmp_path, terminal, *AUTOGRADER, "grade", str(tmp_path / "class"), *options, str(out))
        encoding = "ascii" if name == "C locale" else name
        said = done.stdout.decode(encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert str(out / "index.html") in said
        if name == "cp932":
            assert "山田" in said


def test_what_looks_nearest_takes_the_place(folder: Path):
    """Signs of ours keep their meaning; other letters become `?`."""
    said = run(folder, TERMINALS["ascii"], "-m", "pytest", "-q").stdout.decode("ascii")
    assert "top_p  ..........  0/3" in said
    program = "from autograder.terminal import settle_streams as f; f(); print('✓ → … 漢 é\\udcff █░')"
    assert run(folder, TERMINALS["ascii"], "-c", program).stdout == b"o -> ... ? ?? #.\n"
    assert run(folder, TERMINALS["cp932"], "-c", program).stdout.decode("cp932") == "o → … 漢 ?? #.\n"


def test_utf_8_stays_as_it_is(folder: Path):
    """But for bytes that are no text."""
    program = "from autograder.terminal import settle_streams as f; f(); print('✓ 漢🎲\\udcff')"
    assert run(folder, {"PYTHONUTF8": "1"}, "-c", program).stdout.decode("utf-8") == "✓ 漢🎲?\n"
