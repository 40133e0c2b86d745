"""The command line. `--help` answers at once: heavy imports happen inside the commands."""

from __future__ import annotations

try:
    # Importing a module registers its commands, in the order of `autograder --help`.
    from autograder.cli import watch, submitting, students, playground, models, tas, nbgrader, instructors  # isort: skip
    from autograder.cli.common import app
except KeyboardInterrupt:  # as at any later moment
    raise SystemExit(130) from None

__all__ = ["app", "instructors", "models", "nbgrader", "playground", "students", "submitting", "tas", "watch"]
