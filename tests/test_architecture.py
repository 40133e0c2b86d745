"""Imports point downwards only, and the light parts stay light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "autograder"

# From the top down; a module may import its own layer and those below.
LAYERS = [
    {
        "authoring",
        "cli",
        "convert",
        "demo",
        "doctor",
        "nbgrader",
        "release",
        "notebook",
        "playground",
        "pytest_plugin",
        "public_checks",
        "watch",
    },
    {"audit", "power", "mutants"},
    {"classroom"},
    {"build", "reports"},
    {"grading"},
    {"jail", "course", "server", "stats", "models", "shadows", "undisturbed"},
    {
        "archives",
        "checks",
        "pictures",
        "mistakes",
        "shared",
        "exercise",
        "disclosure",
        "errors",
        "messages",
        "terminal",
        "wrapping",
    },
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def imports_of(path: Path) -> set[str]:
    """Top-level parts of our package that a module names at its outermost level or in a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("autograder.")}
    return found


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if part_of(path) != "__init__"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path):
    """No module imports a layer above its own."""
    level = LEVEL[part_of(path)]
    # forbid() and load() reach sideways by design: models are data that every layer may name.
    upwards = {name for name in imports_of(path) if LEVEL[name] < level and name != "models"}
    assert not upwards


ONE_PLACE = {
    "the terminal": ("cli/exits.py", r"\b(typer|click)\.(echo|secho)\b"),
    "CSV": ("reports/exports/table.py", r"\bimport csv\b|\bcsv\.(writer|DictWriter|reader|DictReader)\b|\.to_csv\("),
    "archives": ("archives.py", r"\b(zipfile|tarfile|py7zr|rarfile|unpack_archive|make_archive|zipimport)\b"),
}


@pytest.mark.parametrize("what", ONE_PLACE)
def test_what_is_dangerous_is_done_in_one_place(what: str):
    """No other module names what it is done with."""
    place, pattern = ONE_PLACE[what]
    found = {str(path.relative_to(PACKAGE)) for path in MODULES if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert found == {place}


@pytest.mark.parametrize(
    "module",
    [
        "autograder",
        "autograder.cli",
        "autograder.checks",
        "autograder.notebook",
        "autograder.pytest_plugin",
        "autograder.watch.session",
    ],
)
def test_light_modules_load_neither_torch_nor_transformers(module: str):
    """The command line and an idle pytest plugin answer at once."""
    code = f"import sys, {module}; sys.exit(bool({{'torch', 'transformers', 'matplotlib'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
