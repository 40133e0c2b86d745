"""Figures of statements: read with the exercise, shipped with it, refused when something is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.audit import audit_figures, audit_texts
from autograder.build import plan_assignments
from autograder.course import read_course
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise, Unit

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>nucleus</title>{}</svg>\n'


@pytest.fixture
def folder(top_p: Exercise, tmp_path: Path) -> Path:
    """The folder of the only exercise of a course; its statements show one figure each."""
    unit = tmp_path / "solutions" / "u02_sampling"
    shutil.copytree(top_p.folder, unit / "e04_top_p")
    for language in ("ja", "en"):
        shutil.copy(top_p.folder.parent / f"intro.{language}.md", unit)
    return unit / "e04_top_p"


def unit_of(folder: Path) -> Unit:
    (unit,) = read_course(folder.parent.parent).units
    return unit


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_figures_are_read_and_ship_beside_the_text(folder: Path):
    """Byte for byte, in one folder for the unit."""
    unit = unit_of(folder)
    (exercise,) = unit.exercises
    assert [figure.name for figure in exercise.figures] == ["nucleus.en.svg", "nucleus.ja.svg"]
    planned = plan_assignments(Course(folder.parent.parent, (unit,)))
    for figure in exercise.figures:
        shipped = planned[f"u02_sampling/figures/{figure.name}"]
        assert shipped.encode() == (folder / "figures" / figure.name).read_bytes()
    assert audit_figures(unit) == []


def test_a_missing_figure_is_named(folder: Path):
    """Like every other file of an exercise."""
    (folder / "figures" / "nucleus.ja.svg").unlink()
    with pytest.raises(CourseError, match="the file is missing") as caught:
        unit_of(folder)
    assert "nucleus.ja.svg" in caught.value.message.en


def test_two_figures_of_one_name_are_refused(folder: Path):
    """They would overwrite each other where they ship."""
    shutil.copytree(folder, folder.parent / "e05_other")
    with pytest.raises(CourseError, match=r"both have a figure nucleus\.en\.svg"):
        unit_of(folder)


def test_a_picture_without_words_serves_both_languages(folder: Path):
    """One file without a language in its name."""
    for language in ("ja", "en"):
        replace(folder / f"statement.{language}.md", f"nucleus.{language}.svg", "nucleus.svg")
        (folder / "figures" / f"nucleus.{language}.svg").unlink()
    (folder / "figures" / "nucleus.svg").write_text(SVG.format(""), encoding="utf-8")
    assert audit_figures(unit_of(folder)) == []
    assert audit_texts(unit_of(folder)) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("figures/nucleus.ja.svg", "must be figures/NAME.en.svg"),
        ("figures/nucleus.png", "must be figures/NAME.en.svg"),
        ("https://example.org/nucleus.en.svg", "must be figures/NAME.en.svg"),
        ("figures/../nucleus.en.svg", "must be figures/NAME.en.svg"),
    ],
)
def test_a_link_leads_to_a_figure_in_its_language(folder: Path, new: str, said: str):
    """Anything else would not ship, or not be understood."""
    replace(folder / "statement.en.md", "figures/nucleus.en.svg", new)
    assert said in " ".join(problem.en for problem in audit_figures(unit_of(folder)))


def test_a_figure_needs_words_for_who_cannot_see_it(folder: Path):
    """The alternative text."""
    text = (folder / "statement.en.md").read_text(encoding="utf-8")
    alternative = text.partition("![")[2].partition("]")[0]
    replace(folder / "statement.en.md", f"![{alternative}]", "![ ]")
    (problem,) = audit_figures(unit_of(folder))
    assert "no words say what the figure shows" in problem.en


def test_a_figure_that_no_statement_shows_is_left_over(folder: Path):
    """It would be secret for ever, or forgotten."""
    (folder / "figures" / "old.en.svg").write_text(SVG.format(""), encoding="utf-8")
    (problem,) = audit_figures(unit_of(folder))
    assert "figures/old.en.svg: no statement shows it" in problem.en


def test_both_languages_show_the_same_figures(folder: Path):
    """One that is missing in a language is a difference in structure."""
    text = (folder / "statement.en.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("![")]
    (folder / "statement.en.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (problem,) = audit_texts(unit_of(folder))
    assert "figures differ (Japanese 1: figures/nucleus.svg, English 0: )" in problem.en


@pytest.mark.parametrize(
    ("svg", "said"),
    [
        (SVG.format("<script>alert(1)</script>"), "(script)"),
        (SVG.format('<image href="https://example.org/a.png"/>'), "(href, image)"),
        (SVG.format('<rect onclick="alert(1)"/>'), "(onclick)"),
        (SVG.format('<rect fill="url(https://example.org/a.svg#x)"/>'), "(fill)"),
        (SVG.format('<rect id="a"/>'), "(id)"),
        (SVG.format("<style>text { fill: red }</style>"), "(style)"),
        (SVG.format("<rect>"), "not well-formed XML"),
        ('<svg xmlns="http://www.w3.org/2000/svg"></svg>', "has no <title>"),
    ],
)
def test_a_figure_holds_shapes_and_words_only(folder: Path, svg: str, said: str):
    """It is shown on pages, where code and other files have no business."""
    (folder / "figures" / "nucleus.en.svg").write_text(svg, encoding="utf-8")
    (problem,) = audit_figures(unit_of(folder))
    assert said in problem.en
