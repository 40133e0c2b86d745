"""The table in the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.messages import LANGUAGES, Language
from autograder.reports.summary import summarise
from autograder.reports.terminal import class_table
from autograder.reports.words import SIGNS, WORDS


def shown(reports: list[dict[str, Any]], language: Language, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(class_table(summarise(reports), language))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_rows_tell_points_and_verdicts_without_colour(
    every_verdict: dict[str, Any], all_passed: dict[str, Any]
) -> None:
    """Signs and numbers stand in plain text; a withheld mark is a word, never 0."""
    rows = [line.split() for line in shown([every_verdict, all_passed], "en").splitlines()]
    assert ["alice", "on", "hold", "✓", "6", "✗", "4", "?", "◷", "1", "–", "0", "✎"] in rows
    assert ["bob", "30", "██████████", "✓", "6", "✓", "9", "✓", "8", "✓", "5", "✓", "2"] in rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_explains_every_sign(language: Language, every_verdict: dict[str, Any]) -> None:
    """Sign and word of all verdicts, and what the columns' numbers mean."""
    text = " ".join(shown([every_verdict], language, width=160).split())
    for verdict, sign in SIGNS.items():
        assert f"{sign} {WORDS[verdict].text(language)}".replace("\n", " / ") in text
    assert "2:sampling/top_p" in text


@pytest.mark.parametrize("width", [44, 60, 80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_fit_the_window(width: int, language: Language, small_class: list[dict[str, Any]]) -> None:
    """From narrow to wide no line is longer than the window, and every student is named."""
    lines = shown(small_class, language, width).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    for report in small_class:
        assert any(line.strip().startswith(report["student"]) for line in lines)


def test_many_exercises_fit_into_80_columns(all_passed: dict[str, Any]) -> None:
    """One line for each student: signs without points."""
    exercise = all_passed["exercises"][0]
    all_passed["exercises"] = [{**exercise, "id": f"unit/number_{number}", "points": 12.5} for number in range(12)]
    rows = [line.split() for line in shown([all_passed], "en", width=80).splitlines()]
    assert ["bob", "30", "██████████", *"✓" * 12] in rows


def test_names_are_text_and_nothing_else(every_verdict: dict[str, Any]) -> None:
    """Neither markup nor control sequences of a name reach the terminal."""
    every_verdict["student"] = "[red]x[/]\x1b[J\u202e"
    assert "[red]x[/]\\u001b[J\\u202e" in shown([every_verdict], "en")


def test_every_student_has_a_row(reports: list[dict[str, Any]]) -> None:
    """None, one and 300 students."""
    assert class_table(summarise(reports), "en").row_count == len(reports)


@pytest.mark.parametrize("sign", SIGNS.values())
def test_signs_are_one_cell_wide(sign: str) -> None:
    """Columns stay straight in every terminal."""
    assert cell_len(sign) == 1
