"""The checks of one exercise, collected by pytest once and run any number of times.

A session of pytest costs more than most checks. It stays open here, so a class pays for it once; each
run gets fresh fixtures. Only what a plugin records is seen: nothing is printed, no exit status counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import traceback
import warnings
from collections.abc import Collection, Iterator

import pytest
from _pytest.config import _prepareconfig

from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.undisturbed import pytest_options, settled

# What a run needs none of; the last two collect garbage after each run, which takes longer than the checks.
_UNUSED = "terminal warnings logging junitxml faulthandler doctest unittest stepwise setupplan setuponly pastebin capture unraisableexception threadexception"
CHECK_FILES = ("checks_public.py", "checks_hidden.py")


class CollectedChecks:
    """An open session of pytest with the checks of `exercise` as they stand in its files now.

    Args:
        plugin: gives the fixtures and records what happens.

    `stamp`: what `stamp_of` said then. `fault`: why checks are missing, if pytest could not collect all; a traceback of trusted code.
    """

    def __init__(self, exercise: Exercise, plugin: object) -> None:
        self.stamp = stamp_of(exercise)
        self.fault = ""
        self._items: dict[str, list[pytest.Item]] = {}
        self._config: pytest.Config | None = None
        _forget_modules(exercise)
        try:
            with _quiet():
                self._collect(exercise, plugin)
        except (Exception, SystemExit, pytest.exit.Exception):  # trusted code, but its fault shall not end a class
            self.fault = traceback.format_exc()

    def _collect(self, exercise: Exercise, plugin: object) -> None:
        folder = exercise.folder
        options = [part for name in _UNUSED.split() for part in ("-p", f"no:{name}")]
        # Checks fail by exceptions of their own; under `python -O` only pytest's rewriting keeps an `assert` one.
        options += ["--assert=rewrite" if sys.flags.optimize else "--assert=plain"]
        paths = [str(folder / name) for name in CHECK_FILES if (folder / name).exists()]
        if not paths:  # pytest would look for tests in the current folder
            raise CourseError(
                ja=f"{folder}: checks_public.py も checks_hidden.py もありません。採点中に消えていないか確かめてください。",
                en=f"{folder}: neither checks_public.py nor checks_hidden.py is there. See whether they went while grading ran.",
            )
        with settled():
            self._config = _prepareconfig([*pytest_options(folder.parent.parent), *options, *paths], [plugin])
        session = pytest.Session.from_config(self._config)
        self._config._do_configure()
        self._config.hook.pytest_sessionstart(session=session)
        self._config.hook.pytest_collection(session=session)
        for item in session.items:
            self._items.setdefault(getattr(item, "originalname", item.name), []).append(item)

    def run(self, ids: Collection[str]) -> None:
        """Run the checks of these ids in this order, each with all its cases. Raises: KeyboardInterrupt."""
        items = [item for one in ids for item in self._items.get(one, ())]
        if not items:  # none of them could be collected
            return
        with _quiet():
            try:
                for item, following in zip(items, [*items[1:], None], strict=True):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except BaseException as error:
                items[0].session._setupstate.teardown_exact(None)
                self.stamp = ""  # broken off in the middle: not to be used again
                if not isinstance(
                    error, pytest.exit.Exception
                ):  # with which a check ends the run: the others never ran
                    raise

    def close(self) -> None:
        """End the session."""
        if self._config is not None:
            with _quiet():
                self._config._ensure_unconfigure()


def stamp_of(exercise: Exercise) -> str:
    """A digest of the files that hold the checks; another one, and they must be collected again."""
    digest = hashlib.sha256()
    for name in CHECK_FILES:
        with contextlib.suppress(OSError):
            digest.update((exercise.folder / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _forget_modules(exercise: Exercise) -> None:
    """pytest finds imported checks by name alone; they may have changed, or be those of another course."""
    prefix = f"{exercise.folder.parent.name}.{exercise.folder.name}."
    for name in [name for name in sys.modules if name.startswith(prefix)]:
        del sys.modules[name]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Prints and warnings decide nothing, even where whoever called us makes errors of warnings."""
    folder = os.getcwd()
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.chdir(folder)
