"""How every command ends: 0 fine, 1 found problems, 2 misuse, 130 interrupted; and in which language it speaks."""

from __future__ import annotations

import _thread
import errno
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from autograder.errors import AutograderError
from autograder.messages import Language, Message, chosen_language, escaped

# Package → the extra that installs it.
_EXTRA_OF = {
    "copydetect": "grading",
    "jinja2": "grading",
    "scipy": "grading",
    "yaml": "grading",
    "nbgrader": "nbgrader",
    "nbconvert": "nbgrader",
    "nbformat": "nbgrader",
    "traitlets": "nbgrader",
    "distributed": "grading,cluster",
    "dask_jobqueue": "grading,cluster",
    "streamlit": "playground",
    "watchfiles": "watch",
}

# What the operating system says of a file, and what to do.
_SAID = {
    errno.ENOENT: Message("見つかりません。名前と場所を確かめてください。", "not found. Check its name and place."),
    errno.EACCES: Message(
        "権限がありません。別の場所を指定するか、権限を確かめてください。",
        "permission denied. Choose another place, or check the permissions.",
    ),
    errno.ENOTDIR: Message("フォルダではありません。フォルダを指定してください。", "not a folder. Give a folder."),
    errno.EISDIR: Message("フォルダです。ファイルを指定してください。", "a folder. Give a file."),
    errno.EEXIST: Message("すでにあります。別の名前を指定してください。", "exists already. Choose another name."),
    errno.EROFS: Message(
        "書き込めない場所です。別の場所を指定してください。", "this place is read-only. Choose another."
    ),
    errno.ENOSPC: Message("空き容量がありません。空きを作ってください。", "no space is left. Make room."),
}
_SAID[errno.EPERM] = _SAID[errno.EACCES]


@contextmanager
def interrupts_without_tracebacks() -> Iterator[None]:
    """An interrupt ends the block, a whole process's work, with status 130, wherever it comes; afterwards it ends the process at once.

    One that fell into a callback of Python's, which can raise nothing, is raised again.
    """
    before = sys.unraisablehook

    def again(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _thread.interrupt_main()
        else:
            before(unraisable)

    sys.unraisablehook = again
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        sys.unraisablehook = before
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def errors_as_exit_codes() -> Iterator[None]:
    """Our own errors, missing parts and files that cannot be used end the command with a sentence and status 2; an interrupt with 130."""
    try:
        yield
    except AutograderError as error:
        say(error.message.text(language()), err=True)
        raise typer.Exit(2) from error
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get(error.name or "")
        if extra is None:
            raise
        _say_missing(str(error.name), extra)
        raise typer.Exit(2) from error
    except OSError as error:
        if error.filename is None or error.errno == errno.EPIPE:  # not about a file that was named
            raise
        said = _SAID.get(error.errno or 0, Message(str(error.strerror), str(error.strerror)))
        name = error.filename.decode("utf-8", "replace") if isinstance(error.filename, bytes) else error.filename
        say(Message(f"{name}: {said.ja}", f"{name}: {said.en}").text(language()), err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _say_missing(package: str, extra: str) -> None:
    command = f'pip install "textgen-autograder[{extra}]"'
    message = Message(
        f"{package} がありません。`{command}` で必要な部品を入れてください。",
        f"{package} is missing. Install what this needs: {command}",
    )
    say(message.text(language()), err=True)


def say(text: str, *, err: bool = False) -> None:
    """One sentence or more on the terminal: what moves or hides other text is shown as its code.

    JSON stays JSON: a code is written as JSON writes it.
    """
    typer.echo(escaped(text), err=err)


def language() -> Language:
    """The chosen language. Ends the command with status 2 if AUTOGRADER_LANG holds nonsense."""
    try:
        return chosen_language()
    except ValueError as error:
        say(str(error), err=True)
        raise typer.Exit(2) from error
