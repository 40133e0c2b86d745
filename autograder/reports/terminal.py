"""The class as a table in the terminal; readable without colour and in narrow windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from autograder.messages import Language, Message, visible, visible_name
from autograder.reports.attention import NOTE, PROSE, UNREADABLE, WITHHELD, by_reason
from autograder.reports.words import LOOKS, SIGNS, WORDS, number
from autograder.reports.words import WITHHELD as MARK_WITHHELD

# Of more exercises than this only the signs are shown: their points would not fit into a window of 80 columns.
MAX_WITH_POINTS = 6
STYLES = {
    "pass": "green",
    "fail": "red",
    "crash": "magenta",
    "limit": "yellow",
    "unwritten": "dim",
    "fault": "bold blue",
    "person": "cyan",
}


def class_table(summary: Mapping[str, Any], language: Language) -> Table:
    """One row for each student: name, points, a bar, and for each exercise the sign and, where they fit, the points.

    Exercises stand as numbers in the head; the caption says which is which and what the signs mean.
    """
    table = Table(
        title=Text(visible(summary["unit"])),
        title_justify="left",
        caption=_caption(summary, language),
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column(Message("学生", "student").text(language), overflow="ellipsis", no_wrap=True, max_width=24)
    table.add_column(f"/ {number(summary['max_points'])}", justify="right", no_wrap=True)
    table.add_column("", max_width=10)
    for position in range(1, len(summary["exercises"]) + 1):
        table.add_column(str(position), justify="right", overflow="fold")
    for student in summary["students"]:
        table.add_row(*_row(student, summary["exercises"], language))
    return table


def attention_lines(summary: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Who needs a person and why, as on the class page: a line for each reason, and one for all the prose that waits."""
    for kind, why, names in by_reason(summary, WITHHELD, UNREADABLE, NOTE):
        words = Message(*(f"{LOOKS[kind].text(one)}: {visible(why[one])}" for one in ("ja", "en")))
        yield f"{', '.join(map(visible_name, names))}  {words.text(language)}".replace("\n", "\n    ")
    n_prose = sum(len(names) for _, _, names in by_reason(summary, PROSE))
    if n_prose:
        yield Message(f"{LOOKS[PROSE].ja}: {n_prose} 件", f"{LOOKS[PROSE].en}: {n_prose}").line(language)


def _row(student: Mapping[str, Any], exercises: list[Mapping[str, Any]], language: Language) -> list[Text | Bar]:
    points, results = student["points"], {exercise["id"]: exercise for exercise in student["exercises"]}
    return [
        Text(visible(student["student"])),
        Text(MARK_WITHHELD.text(language) if points is None else number(points)),
        Bar(student["max_points"] or 1.0, 0, points or 0.0),
        *(_cell(results.get(exercise["id"]), with_points=len(exercises) <= MAX_WITH_POINTS) for exercise in exercises),
    ]


def _cell(result: Mapping[str, Any] | None, *, with_points: bool) -> Text:
    if result is None:
        return Text("")
    text = Text(SIGNS[result["verdict"]], style=STYLES[result["verdict"]])
    if not with_points or result["points"] is None:
        return text
    return text.append(f" {number(result['points'])}", style="default")


def _caption(summary: Mapping[str, Any], language: Language) -> Text:
    """The signs in one paragraph, the exercises' numbers in another."""
    legend = "  ".join(
        f"{sign} {WORDS[verdict].text(language)}".replace("\n", " / ") for verdict, sign in SIGNS.items()
    )
    names = "  ".join(f"{position}:{exercise['id']}" for position, exercise in enumerate(summary["exercises"], 1))
    return Text(f"{legend}\n{visible(names)}".rstrip())
