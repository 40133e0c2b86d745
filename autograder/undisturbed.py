"""How the engine starts pytest, and Python processes of its own: what people set for their runs does not reach ours.

A run of pytest is steered by PYTEST_… variables, by settings files and conftest.py in its folder and above, and by every
plugin that is installed; a Python process by PYTHON… variables and by the folder it is started in, whose `random.py`
would stand before Python's own. Whoever starts either in the engine starts it by this module.

Not kept away: what is installed into Python itself (`sitecustomize`, .pth files), and variables that the engine means
to hear (AUTOGRADER_…). Students' own `pytest` is theirs: whatever they set holds there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from autograder.jail.libraries import module_path

_STEERING = ("PYTEST_", "PYTHON")
# Where Python itself lies is no setting of a run.
_KEPT = frozenset({"PYTHONHOME"})


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`given` without what steers Python or pytest."""
    return {name: value for name, value in given.items() if name in _KEPT or not name.upper().startswith(_STEERING)}


def python_module(name: str, *arguments: str) -> list[str]:
    """The command that runs module `name` as `python -m` does, to be started with `environment()`.

    It finds the packages that this process finds, and nothing of the folder it is started in. Text is UTF-8 as in the jail.
    """
    program = f"import runpy, sys; sys.path[:] = {module_path()!r}; runpy.run_module({name!r}, None, '__main__', True)"
    return [sys.executable, "-X", "utf8", "-c", program, *arguments]


def pytest_options(root: Path, *, public: bool = False) -> list[str]:
    """Options of a run of checks below `root`, to stand before its files; nothing else decides how it runs.

    Args:
        public: the checks are public ones, with the fixtures and the words that students get.
    """
    options = ["-c", str(files("autograder") / "checks.ini"), "--rootdir", str(root), "--noconftest"]
    options += ["--disable-plugin-autoload", "-p", "no:cacheprovider"]
    if public:
        options += ["-p", "autograder.pytest_plugin", "-o", "autograder_unit=public", "-q", "--color=no"]
    return options


@contextmanager
def settled() -> Iterator[None]:
    """While the block lasts, this process's environment tells pytest nothing."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith("PYTEST_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def restart_if_optimised(module: str, arguments: list[str]) -> None:
    """Run `module` anew, in the place of this process, if Python was told to leave out asserts and docstrings.

    With them go checks, and the help of every command.
    """
    if not sys.flags.optimize:
        return
    command = python_module(module, *arguments)
    if sys.platform == "win32":  # where a process cannot be replaced
        raise SystemExit(subprocess.run(command, env=environment(), check=False).returncode)
    os.execve(command[0], command, environment())


def settle_warnings() -> None:
    """Warn as Python does by itself, whatever `-W` and PYTHONWARNINGS say: an error for a warning refuses right answers."""
    if sys.warnoptions:
        warnings.resetwarnings()
        for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", category)
