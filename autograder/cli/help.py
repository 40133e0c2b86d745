"""Help texts in the language that is asked for when they are shown.

A command's docstring holds a Japanese paragraph, an English one, and its examples:

    \"\"\"受講者全員を採点する。

    Grade a class.

    Examples:
        autograder grade submissions --unit u02_sampling --out results
    \"\"\"

The help of an option or an argument, the name of a panel and the help of a group read `日本語 / English`.
A text that is in one language only is shown as it is. Typer's own layout cuts Japanese off, so it is not used.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import shutil
from collections.abc import Sequence
from typing import Any

import typer
from rich.cells import cell_len
from typer.core import TyperGroup

from autograder.cli.exits import errors_as_exit_codes, language
from autograder.cli.misuse import misuse_in_words
from autograder.messages import Language, Message
from autograder.terminal import settle_streams
from autograder.undisturbed import settle_warnings
from autograder.wrapping import wrapped

_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龯]")
_EXAMPLES = re.compile(r"Examples?:\s*")
_COMMAND = re.compile(r"(?:;\s*|\n\s*|^\s*)(?=autograder )")
_MAX_WIDTH, _MAX_NAME = 100, 30
# What typer says of its own options.
_TYPERS = {
    "Show this message and exit.": "この説明を表示して終わる / Show this message and exit.",
    "Install completion for the current shell.": "いまのシェルに補完を組み込む / Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.": (
        "補完のスクリプトを表示する / Show the completion script of the current shell."
    ),
}


class Group(TyperGroup):
    """Commands whose help is in the chosen language, and whose errors are sentences and exit codes."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command. What `--lang` set in the environment is undone at the end, for who calls this from Python."""
        before = os.environ.get("AUTOGRADER_LANG")
        settle_streams()
        settle_warnings()
        try:
            return super().main(*args, **kwargs)
        finally:
            os.environ.pop("AUTOGRADER_LANG", None)
            if before is not None:
                os.environ["AUTOGRADER_LANG"] = before

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """`--lang` is understood behind the command as well as before it."""
        with misuse_in_words(ctx):
            return super().parse_args(ctx, args if ctx.parent else _language_first(args))

    def invoke(self, ctx: Any) -> Any:
        with errors_as_exit_codes(), misuse_in_words(ctx):
            return super().invoke(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.short_help = _in_short(command.help or "", language())  # shells show it behind <TAB>
            setattr(command, "format_help", functools.partial(_write_help, command))  # noqa: B010 (typer makes it anew for each run)
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _write_help(self, ctx, formatter)


def _language_first(args: list[str]) -> list[str]:
    """`args` with `--lang VALUE` or `--lang=VALUE` in front, wherever it stood before `--`."""
    end = args.index("--") if "--" in args else len(args)
    for number, one in enumerate(args[:end]):
        n_words = 1 if one.startswith("--lang=") else 2 if one == "--lang" else 0
        if n_words:
            return [*args[number : number + n_words], *args[:number], *args[number + n_words :]]
    return args


def of_pair(text: str | None, chosen: Language) -> str | None:
    """The chosen part of a text like `日本語 / English`."""
    ja, slash, en = (text or "").partition(" / ")
    is_pair = slash and _JAPANESE.search(ja) and not _JAPANESE.search(en)
    return Message(ja, en).line(chosen) if is_pair else text


def _prose(text: str, chosen: Language) -> list[str]:
    """The chosen paragraphs of a docstring, each on one line; of a pair of paragraphs the chosen one, or `日本語 / English`."""
    paragraphs = [part for part in re.split(r"\n\s*\n", inspect.cleandoc(text)) if part.strip()]
    prose = [" ".join(part.split()) for part in paragraphs if not _EXAMPLES.match(part)]
    if len(prose) == 1:
        return [of_pair(prose[0], chosen) or ""]
    return [one for one in prose if chosen == "both" or bool(_JAPANESE.search(one)) == (chosen == "ja")] or prose


def _examples(text: str) -> list[str]:
    """The commands behind `Examples:`, each on a line of its own or divided by semicolons."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text))
    behind = [_EXAMPLES.sub("", part, count=1) for part in paragraphs if _EXAMPLES.match(part)]
    return [one.strip() for part in behind for one in _COMMAND.split(part) if one.strip()]


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    """Usage, what it does, examples, arguments, options, commands: plain text, headings in bold on a terminal."""
    chosen = language()
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    formatter.write(f"{command.get_usage(ctx)}\n")
    for paragraph in _prose(command.help or "", chosen):
        formatter.write("\n" + "".join(f"{line}\n" for line in wrapped(f"  {paragraph}", width)))
    examples = [(one, "") for one in _examples(command.help or "")]
    parameters = [parameter for parameter in command.get_params(ctx) if not getattr(parameter, "hidden", False)]
    arguments = [one for one in parameters if one.param_type_name == "argument"]
    options = [one for one in parameters if one.param_type_name != "argument"]
    for heading, rows in (
        (Message("例", "Examples"), examples),
        (Message("引数", "Arguments"), _rows(arguments, ctx)),
        (Message("オプション", "Options"), _rows(options, ctx)),
    ):
        _write_list(formatter, heading.line(chosen), rows, width)
    if isinstance(command, TyperGroup):
        for panel, rows in _panels(command, ctx, chosen).items():
            _write_list(formatter, panel, rows, width)


def _rows(parameters: Sequence[Any], ctx: Any) -> list[tuple[str, str]]:
    """Each parameter's name, and its help in the chosen language."""
    for parameter in parameters:  # typer makes new ones for each run
        text = getattr(parameter, "help", None)
        parameter.help = of_pair(_TYPERS.get(text or "", text), language())
    records = (parameter.get_help_record(ctx) for parameter in parameters)
    return [(record[0], record[1] or "") for record in records if record]


def _panels(group: Any, ctx: Any, chosen: Language) -> dict[str, list[tuple[str, str]]]:
    """Heading → its commands, each with the first thing that its help says."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if not command.hidden:
            heading = of_pair(command.rich_help_panel, chosen) or Message("コマンド", "Commands").line(chosen)
            panels.setdefault(heading, []).append((name, _in_short(command.help or "", chosen)))
    return panels


def _in_short(text: str, chosen: Language) -> str:
    prose = _prose(text, chosen)
    is_pair = chosen == "both" and len(prose) > 1 and _JAPANESE.search(prose[0]) and not _JAPANESE.search(prose[1])
    return " / ".join(prose[:2]) if is_pair else prose[0]


def _write_list(formatter: Any, heading: str, rows: list[tuple[str, str]], width: int) -> None:
    """A heading, and below it names with what they mean beside them (below a name that is long)."""
    if not rows:
        return
    formatter.write(f"\n{typer.style(heading, bold=True)}\n")
    column = min(max(cell_len(name) for name, _ in rows), _MAX_NAME) + 4
    for name, text in rows:
        lines = [line.strip() for line in wrapped(text, width - column)] if text else []
        if lines and cell_len(name) + 4 <= column:
            formatter.write(f"  {name}{' ' * (column - 2 - cell_len(name))}{lines.pop(0)}\n")
        else:
            formatter.write(f"  {name}\n")
        formatter.write("".join(f"{' ' * column}{line}\n" for line in lines))
