"""What the shell completes, asked as bash and zsh ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli.complete import exercise_ids, exercise_names, models, unit_or_new, units

ROOT = Path(__file__).parent.parent.parent
# Ends with an error if completing has loaded something heavy.
PROGRAM = """
import sys
from autograder.cli import app
try:
    app(prog_name="autograder")
finally:
    assert not {"torch", "transformers", "matplotlib", "yaml"} & set(sys.modules)
"""


def completed(shell: str, line: str, folder: Path) -> list[str]:
    """What `shell` is told behind `line`."""
    words = line.split(" ")
    asked = {"_AUTOGRADER_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        asked |= {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    else:
        asked |= {"_TYPER_COMPLETE_ARGS": line}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Error" not in ended.stderr, ended.stderr
    return ended.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("autograder audit sampling/top_", ["sampling/top_p", "sampling/top_k", "sampling/top_p_sweep"]),
        ("autograder grade class --unit u01", ["u01_basics"]),
        ("autograder grade class --model tiny-c", ["tiny-chat"]),
        ("autograder export results --to mo", ["moodle"]),
        ("autograder --lang e", ["en"]),
        ("autograder watc", ["watch"]),
        ("autograder nbgrader intake course u02", ["u02_sampling"]),
    ],
)
def test_names_are_completed(shell: str, line: str, expected: list[str]):
    """Exercises, units, models, formats, languages and commands; nothing heavy is loaded."""
    found = completed(shell, line, ROOT)
    if shell == "bash":
        assert sorted(found) == sorted(expected)
    else:
        assert all(name.replace(":", "\\:") in " ".join(found) for name in expected)


def test_students_complete_the_exercises_of_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As unit.json lists them; nothing where there is none, or where it is damaged."""
    shutil.copy(ROOT / "assignments" / "u02_sampling" / "unit.json", tmp_path)
    assert completed("bash", "autograder hint top_", tmp_path) == ["top_p", "top_k", "top_p_sweep"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unit.json").write_text("{")
    assert exercise_names("") == []


def test_outside_a_course_nothing_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """And nothing goes wrong."""
    monkeypatch.chdir(tmp_path)
    assert (units(""), exercise_ids(""), exercise_names(""), unit_or_new("")) == ([], [], [], ["unit"])
    assert models("tiny") == ["tiny-chat", "tiny-base"]


def test_new_completes_the_unit_in_front_of_the_slash(monkeypatch: pytest.MonkeyPatch):
    """The name behind it is the author's to choose."""
    monkeypatch.chdir(ROOT)
    assert unit_or_new("s") == ["sampling/"]
