"""`autograder nbgrader init`: a course folder that is complete, can be made again, and holds no secret."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.cli import app

UNIT = "u02_sampling"
Class = Any  # of conftest.py


@pytest.fixture(scope="module")
def group(make_class: Callable[..., Class]) -> Class:
    return make_class("folder")


def init(folder: Path, solutions: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["nbgrader", "init", str(folder), "--course", str(solutions), *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_making_it_again_changes_nothing(group: Class):
    """Not even the configuration that an instructor has edited."""
    config = group.folder / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert "0 files written" in init(group.folder, group.solutions)
    assert config.read_text(encoding="utf-8").endswith("# mine\n")


def test_the_language_and_the_units_can_be_chosen(group: Class, tmp_path: Path):
    """English notebooks say so in their configuration, too."""
    init(tmp_path / "course", group.solutions, "--language", "en", "--unit", UNIT)
    text = (tmp_path / "course" / "source" / UNIT / "mass.ipynb").read_text(encoding="utf-8")
    assert "The mass of the top tokens" in text
    assert "c.Engine.language = 'en'" in (tmp_path / "course" / "nbgrader_config.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", [".", "solutions/course"])
def test_hidden_checks_and_the_course_folder_are_kept_apart(group: Class, place: str):
    """Neither may lie in the other."""
    folder = group.solutions.parent / place
    result = CliRunner().invoke(app, ["nbgrader", "init", str(folder), "--course", str(group.solutions)])
    assert result.exit_code == 2
    assert "apart from `solutions/`" in result.output


def test_the_release_is_the_source_with_checksums(group: Class):
    """generate_assignment cuts nothing out: the same sources, ids and points."""
    for name in ("mass", "observations"):
        source = json.loads((group.folder / "source" / UNIT / f"{name}.ipynb").read_text(encoding="utf-8"))
        released = group.released(name)
        for given, got in zip(source["cells"], released["cells"], strict=True):
            assert ("".join(given["source"]), given["id"]) == ("".join(got["source"]), got["id"])
            marked = {
                key: value
                for key, value in got["metadata"].get("nbgrader", {}).items()
                if key not in ("checksum", "cell_type")
            }
            assert marked == given["metadata"].get("nbgrader", {})
            assert marked.get("grade_id", given["id"]) == given["id"]


def test_points_of_the_check_cell_are_those_of_all_checks(group: Class):
    """Public and hidden together; of the essay those of its rubric."""
    with group.gradebook() as gradebook:
        points = {notebook.name: notebook.max_score for notebook in gradebook.find_assignment(UNIT).notebooks}
    assert points == {"mass": 3.0, "observations": 12.0}


def test_nbgrader_validate_says_what_pytest_says(group: Class, tmp_path: Path):
    """In a student's folder, without a traceback; the Validate button is pressed in test_browser.py."""
    for path in (group.folder / "release" / UNIT).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "mass.ipynb").write_text(json.dumps(group.mass("def top_mass(probs, k):\n    return 0.7\n")))
    command = [sys.executable, "-m", "nbgrader", "validate", "mass.ipynb"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "VALIDATION FAILED ON 1 CELL(S)!" in ran.stdout
    assert "0.8 のはずですが 0.7 でした。" in ran.stdout
    assert "expected 0.8, got 0.7." in ran.stdout
    assert "Traceback" not in ran.stdout
