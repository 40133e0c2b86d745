"""The entry point that pytest loads in every project of an environment; it acts in assignment folders only.

An assignment folder's generated pytest.ini names its unit (`autograder_unit`); without that nothing
is registered: no fixture, no hook, no output.
"""

from __future__ import annotations

import pytest


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
    parser.addini(
        "autograder_unit", "the unit that this assignment folder belongs to (written by the build)", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getini("autograder_unit"):
        from autograder.public_checks import PublicChecks

        config.pluginmanager.register(PublicChecks(config), "autograder-public-checks")
