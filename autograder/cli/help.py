"""Help texts in the language that is asked for when they are shown.

A command's docstring holds a Japanese paragraph, an English one, and its examples:

    \"\"\"受講者全員を採点する。

    Grade a class.

    Examples:
        autograder grade submissions --unit u02_sampling --out results
    \"\"\"

The help of an option or an argument, the name of a panel and the help of a group read `日本語 / English`.
A text that is in one language only is shown as it is.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from typing import Any

from typer.core import TyperGroup

from autograder.cli.exits import errors_as_exit_codes, language
from autograder.messages import Language, Message

_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龯]")
_EXAMPLES = re.compile(r"Examples?:\s*")
_COMMAND = re.compile(r"(?:;\s*|\n\s*|^\s*)(?=autograder )")


class Group(TyperGroup):
    """Commands whose help is in the chosen language, and whose errors are sentences and exit codes."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command. What `--lang` set in the environment is undone at the end, for who calls this from Python."""
        before = os.environ.get("AUTOGRADER_LANG")
        try:
            return super().main(*args, **kwargs)
        finally:
            os.environ.pop("AUTOGRADER_LANG", None)
            if before is not None:
                os.environ["AUTOGRADER_LANG"] = before

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """`--lang` is understood behind the command as well as before it."""
        return super().parse_args(ctx, args if ctx.parent else _language_first(args))

    def invoke(self, ctx: Any) -> Any:
        with errors_as_exit_codes():
            return super().invoke(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _put_into(command, language())
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _put_into(self, language())
        super().format_help(ctx, formatter)


def _language_first(args: list[str]) -> list[str]:
    """`args` with `--lang VALUE` or `--lang=VALUE` in front, wherever it stood before `--`."""
    end = args.index("--") if "--" in args else len(args)
    for number, one in enumerate(args[:end]):
        n_words = 1 if one.startswith("--lang=") else 2 if one == "--lang" else 0
        if n_words:
            return [*args[number : number + n_words], *args[:number], *args[number + n_words :]]
    return args


def _put_into(command: Any, chosen: Language) -> None:
    """Leave the texts of one language in a command, once; typer makes new commands for each run."""
    if getattr(command, "spoken", None) == chosen:
        return
    command.spoken = chosen
    command.help = _of_docstring(command.help, chosen)
    command.epilog = _of_docstring(command.epilog, chosen)
    command.rich_help_panel = of_pair(command.rich_help_panel, chosen)
    for parameter in command.params:
        parameter.help = of_pair(getattr(parameter, "help", None), chosen)


def of_pair(text: str | None, chosen: Language) -> str | None:
    """The chosen part of a text like `日本語 / English`."""
    ja, slash, en = (text or "").partition(" / ")
    is_pair = slash and _JAPANESE.search(ja) and not _JAPANESE.search(en)
    return Message(ja, en).line(chosen) if is_pair else text


def _of_docstring(text: str | None, chosen: Language) -> str | None:
    """The chosen paragraphs, and the examples on lines of their own."""
    if not text:
        return text
    paragraphs = [part for part in re.split(r"\n\s*\n", inspect.cleandoc(text)) if part.strip()]
    prose = [" ".join(part.split()) for part in paragraphs if not _EXAMPLES.match(part)]
    commands = [line for part in paragraphs if _EXAMPLES.match(part) for line in _commands_in(part)]
    if len(prose) == 1:
        prose = [of_pair(prose[0], chosen) or ""]
    elif chosen == "both" and _JAPANESE.search(prose[0]) and not _JAPANESE.search(prose[1]):
        prose[:2] = [f"{prose[0]} / {prose[1]}"]  # lists of commands show the first paragraph
    elif chosen != "both":
        prose = [part for part in prose if bool(_JAPANESE.search(part)) == (chosen == "ja")] or prose
    if not commands:
        return "\n\n".join(prose)
    heading = Message("例:", "Examples:").line(chosen)
    return "\n\n".join([*prose, "\n".join([heading, *(f"$ {line}" for line in commands)])])


def _commands_in(paragraph: str) -> Iterator[str]:
    """The commands behind `Examples:`, each on a line of its own or divided by semicolons."""
    yield from (part.strip() for part in _COMMAND.split(_EXAMPLES.sub("", paragraph, count=1)) if part.strip())
