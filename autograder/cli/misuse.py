"""What typer says of a command line that it does not understand, in Japanese as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.exceptions import TyperException

from autograder.cli.exits import language, say
from autograder.messages import Message

_Said = Sequence[tuple[re.Pattern[str], str]]

_MISUSE: _Said = [
    (re.compile(r"No such option: (?P<name>\S+)(?: \(Possible options: (?P<near>.*)\))?"), "{name} というオプションはありません。"),
    (re.compile(r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<near>.*)\?)?"), "{name} というコマンドはありません。"),
    (re.compile(r"Missing argument '(?P<name>.*?)'\..*"), "引数 {name} を指定してください。"),
    (re.compile(r"Missing option '(?P<name>.*?)'\..*"), "オプション {name} を指定してください。"),
    (re.compile(r"Missing command\."), "コマンドを指定してください。"),
    (re.compile(r"Invalid value for '?(?P<name>.*?)'?: (?P<why>.*)", re.DOTALL), "{name} の値が正しくありません。{why}"),
    (re.compile(r"Got unexpected extra argument\(s\) \((?P<name>.*)\)"), "余分な引数があります: {name}"),
    (re.compile(r"Option '(?P<name>.*?)' requires an argument\."), "オプション {name} には値が必要です。"),
    (re.compile(r"Option '(?P<name>.*?)' does not take a value\."), "オプション {name} に値は付けられません。"),
]  # fmt: skip
_REASONS: _Said = [
    (re.compile(r"Input should be a valid integer.*"), "整数で指定してください。"),
    (re.compile(r"Input should be greater than or equal to (?P<least>\S+)"), "{least} 以上で指定してください。"),
    (re.compile(r"Input should be less than or equal to (?P<most>\S+)"), "{most} 以下で指定してください。"),
    (re.compile(r"'(?P<got>.*)' is not one of (?P<those>.*)\."), "{those} のどれかを指定してください（指定されたのは {got}）。"),
    (re.compile(r"expected (?P<those>.*) or (?P<last>\S+), got '(?P<got>.*)'"), "{those}, {last} のどれかを指定してください（指定されたのは {got}）。"),
]  # fmt: skip


@contextmanager
def misuse_in_words(ctx: Any) -> Iterator[None]:
    """What is not understood of a command line is said in the chosen language, with the usage, and ends with status 2.

    What typer says in words unknown here stays as it is.
    """
    try:
        yield
    except TyperException as error:
        said = error.format_message()
        japanese = in_japanese(said)
        if japanese is None:
            raise
        where = getattr(error, "ctx", None)
        command = where.command_path if where else f"{ctx.command_path} {ctx.invoked_subcommand or ''}".rstrip()
        if where:
            say(where.get_usage(), err=True)
        message = Message(japanese, said) + Message(f"説明: {command} --help", f"Help: {command} --help")
        say(message.text(language()), err=True)
        raise typer.Exit(2) from error


def in_japanese(said: str) -> str | None:
    """A sentence of typer's about misuse; None if it is not among those known."""
    for pattern, words in _MISUSE:
        if found := pattern.fullmatch(said):
            parts = found.groupdict()
            near = f"もしかして: {parts['near']}" if parts.get("near") else ""
            return words.format(**{**parts, "why": _reason(parts.get("why") or "")}) + near
    return None


def _reason(said: str) -> str:
    for pattern, words in _REASONS:
        if found := pattern.fullmatch(said):
            return words.format(**found.groupdict())
    return said
