"""Student processes find the grader's packages wherever they lie, and nothing of the folder that grading was started in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.jail import walls
from autograder.jail.libraries import ENGINE, module_path, package_folders, readable_folders
from autograder.jail.pool import Zygote

from .conftest import ask

SOURCE = """
def reads(path):
    with open(path) as file:
        return file.read()

def imports(name):
    return __import__(name).WORD

def user():
    import getpass
    return getpass.getuser()
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the jail is Linux's")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A class's folder and one of packages, both on `sys.path`: as with `python -m` and with PYTHONPATH."""
    started_in, packages = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("packages")
    (started_in / "answer_of_another.py").write_text('WORD = "secret"\n')
    (packages / "elsewhere_installed.py").write_text('WORD = "found"\n')
    (packages / "elsewhere_installed-1.0.dist-info").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(started_in), *sys.path, str(packages)])
        yield started_in, packages


@pytest.fixture(scope="module", params=["bwrap", "none"])
def zygote(folders: tuple[Path, Path], request: pytest.FixtureRequest) -> Iterator[Zygote]:
    """Started while both are there."""
    if not walls.is_available(request.param):
        pytest.skip(f"this machine cannot put up {request.param}")
    with Zygote([], wall=request.param) as zygote:
        yield zygote


def test_the_folder_that_grading_was_started_in_is_out_of_reach(zygote: Zygote, folders: tuple[Path, Path]):
    """Neither read nor imported, though it is on the grader's `sys.path`."""
    started_in, _ = folders
    assert ask(zygote, SOURCE, "reads", str(started_in / "answer_of_another.py")) is None
    assert ask(zygote, SOURCE, "imports", "answer_of_another") is None
    assert __import__("answer_of_another").WORD == "secret"


def test_packages_are_found_where_they_were_installed(zygote: Zygote, folders: tuple[Path, Path]):
    """As those of `pip install --user` or of PYTHONPATH."""
    assert ask(zygote, SOURCE, "imports", "elsewhere_installed") == "found"
    assert "WORD" in str(ask(zygote, SOURCE, "reads", str(folders[1] / "elsewhere_installed.py")))


def test_libraries_that_ask_for_the_user_get_a_name(zygote: Zygote):
    """Some versions of torch do while they are imported; not that of whoever grades."""
    assert ask(zygote, SOURCE, "user") == "student"


def test_an_engine_that_is_not_installed_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A checkout from whose root a program is run, before an installed one; of it, only the engine may be read."""
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if Path(entry or ".").resolve() != ENGINE.parent])
    assert module_path()[0] == str(ENGINE.parent)
    monkeypatch.setattr(sys, "path", ["", str(ENGINE.parent), str(tmp_path), *sys.path])
    assert ENGINE.parent not in readable_folders()
    assert ENGINE in readable_folders()
    assert module_path()[0] == str(ENGINE.parent)
    assert module_path().count(str(ENGINE.parent)) == 1
    assert not {"", str(tmp_path)} & set(module_path())


def test_an_environment_made_in_the_class_folder_opens_nothing_else_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """`python -m venv .` beside the hidden checks."""
    for name in ("bin", "lib", "solutions"):
        (tmp_path / name).mkdir()
    (tmp_path / "pyvenv.cfg").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    ours = {folder for folder in readable_folders() if folder.is_relative_to(tmp_path)}
    assert ours == {tmp_path / "bin", tmp_path / "lib", tmp_path / "pyvenv.cfg"}


def test_installed_packages_are_told_by_their_records():
    """Those of this very environment, for one."""
    import numpy

    assert Path(numpy.__file__).parent.parent in package_folders()
