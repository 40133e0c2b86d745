"""The entry point that pytest loads in every project of an environment; it acts on the check files of assignments only.

An assignment folder's generated pytest.ini names its unit (`autograder_unit`). Where pytest was started above such
folders, the first check file that is collected brings the fixtures along. Without either nothing
is registered: no fixture, no output. Options are called `--autograder-…`, since other projects may have a
`--model` of their own; below an assignment folder they have their short names, too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

_NAME = "autograder-public-checks"
_TROUBLE = pytest.StashKey[list[str]]()

# Option → what it says; without the option the environment variable AUTOGRADER_… counts.
_MODEL_OPTIONS = {
    "model": "the model: tiny-chat, a name of models.yaml, a folder, or a hub id that has been fetched",
    "device": "where it computes: cpu, cuda, cuda:1",
    "dtype": "float32, float16 or bfloat16",
    "models": "the settings file of models (default: models.yaml in the assignment folder or above)",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("autograder", "autograder: public checks of an assignment")
    group.addoption(
        "--autograder-lang",
        choices=("ja", "en", "both"),
        default=None,
        help="language of the messages (default: environment variable AUTOGRADER_LANG, else the locale, else both)",
    )
    group.addoption(
        "--autograder-results",
        metavar="FILE",
        default=None,
        help="append a line of JSON for each public check to FILE, as it begins and as it ends",
    )
    for name, meaning in _MODEL_OPTIONS.items():
        short = [f"--{name}"] if assignment_above(Path.cwd()) else []
        group.addoption(
            f"--autograder-{name}",
            *short,
            dest=f"autograder_{name}",
            default=None,
            help=f"{meaning} (or environment variable AUTOGRADER_{name.upper()})",
        )
    parser.addini(
        "autograder_unit", "the unit that this assignment folder belongs to (written by the build)", default=""
    )


def assignment_above(folder: Path) -> Path | None:
    """The assignment folder at or above `folder` whose pytest.ini is the nearest; None if the nearest is another project's."""
    for one in (folder, *folder.parents):
        if (one / "pytest.ini").is_file():
            return one if _is_assignment(one) else None
    return None


@cache
def _is_assignment(folder: Path) -> bool:
    """Whether `folder` itself has the pytest.ini, or the unit.json, of an assignment folder."""
    try:
        return "autograder_unit" in (folder / "pytest.ini").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return (folder / "unit.json").is_file()


def _is_check_file(path: Path) -> bool:
    """Whether `path` holds checks of an assignment: in its folder, or beside its answer wherever both were put."""
    answer = path.with_name(path.name.removeprefix("test_"))
    if path.suffix != ".py" or answer == path:
        return False
    return _is_assignment(path.parent) or (answer.is_file() and _imports_checks(path))


def _imports_checks(path: Path) -> bool:
    try:
        return "from autograder.checks import" in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


class CheckModule(pytest.Module):
    """A check file, imported by its place: check files of one name lie in several folders."""

    def _getobj(self) -> Any:
        option = self.config.option
        before, option.importmode = option.importmode, "importlib"
        try:
            return super()._getobj()  # type: ignore[no-untyped-call]
        finally:
            option.importmode = before


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if not _is_check_file(module_path):
        return None
    trouble = parent.config.stash.setdefault(_TROUBLE, [])
    if not trouble:  # which is said once, and ends the run when everything has been collected
        try:
            _activate(parent.config)
        except pytest.UsageError as error:
            trouble.append(str(error))
            raise pytest.Collector.CollectError(str(error)) from None
    return CheckModule.from_parent(parent, path=module_path)


def pytest_configure(config: pytest.Config) -> None:
    if config.getini("autograder_unit"):
        _activate(config)


def _activate(config: pytest.Config) -> None:
    """Bring fixtures, words and progress lines into this run, once. Raises: UsageError."""
    if not config.pluginmanager.has_plugin(_NAME):
        from autograder.public_checks import PublicChecks

        config.pluginmanager.register(PublicChecks(config), _NAME)
