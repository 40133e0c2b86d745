"""The entry point that pytest loads in every project of an environment; it acts in assignment folders only.

An assignment folder's generated pytest.ini names its unit (`autograder_unit`); without that nothing
is registered: no fixture, no hook, no output. Options are called `--autograder-…`, since other projects may have a
`--model` of their own; below an assignment folder they have their short names, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

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
        short = [f"--{name}"] if _is_in_assignment(Path.cwd()) else []
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


def _is_in_assignment(folder: Path) -> bool:
    """Whether the nearest pytest.ini at or above `folder` is that of an assignment folder."""
    for one in (folder, *folder.parents):
        try:
            return "autograder_unit" in (one / "pytest.ini").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return False


def pytest_configure(config: pytest.Config) -> None:
    if config.getini("autograder_unit"):
        from autograder.public_checks import PublicChecks

        config.pluginmanager.register(PublicChecks(config), "autograder-public-checks")
