"""The figures of the statements: what is committed is what the code draws, and it can be read."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest

from autograder.build import plan_assignments
from autograder.course.read import FIGURE_LINK
from autograder.exercise import Course
from autograder.models import load
from figures import measure, stages
from figures.catalogue import LANGUAGES, PICTURES, draw_all, exercise_folders
from figures.svg import Drawing, number

SOLUTIONS = measure.ROOT / "solutions"
DRAWN = {str(path.relative_to(SOLUTIONS)): svg for path, svg in draw_all(SOLUTIONS)}


@dataclass(frozen=True)
class Line:
    """A line of words and the box that it takes up in a wide font."""

    words: str
    left: float
    right: float
    top: float
    bottom: float

    def overlaps(self, other: Line) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 1 and down > 1


def lines(svg: str) -> Iterator[Line]:
    """Every line of words in the picture."""
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        words, size, x, y = "".join(text.itertext()), *(float(text.attrib[name]) for name in ("font-size", "x", "y"))
        latin = 0.66 if "font-weight" in text.attrib else 0.6
        width = size * sum(1.0 if character > "\u2e7f" else latin for character in words)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor", "start")]
        yield Line(words, left, left + width, y - 0.75 * size, y + 0.2 * size)


def test_every_exercise_of_the_catalogue_exists():
    """A misspelt name would draw nothing."""
    assert sorted(PICTURES.keys() - exercise_folders(SOLUTIONS).keys()) == []


def test_the_committed_figures_are_what_the_code_draws():
    """`python -m figures` would change nothing, and no file is left over."""
    committed = {
        str(path.relative_to(SOLUTIONS)): path.read_text(encoding="utf-8") for path in SOLUTIONS.glob("u*/e*/figures/*")
    }
    assert committed.keys() == DRAWN.keys()
    assert [name for name, svg in DRAWN.items() if committed[name] != svg] == []


@pytest.mark.parametrize("name", DRAWN)
def test_words_stay_inside_and_apart(name: str):
    """No line of words leaves the picture or runs into another, even in a wide font."""
    svg = DRAWN[name]
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())  # type: ignore[union-attr]
    found = list(lines(svg))
    outside = [
        line
        for line in found
        if line.left < 4 or line.right > width - 4 or not 4 < line.top < height - line.bottom + line.top - 4
    ]
    assert outside == []
    assert [(one.words, two.words) for one, two in itertools.combinations(found, 2) if one.overlaps(two)] == []


@pytest.mark.parametrize("name", PICTURES)
def test_both_languages_draw_the_same_shapes(name: str):
    """A picture in two languages differs in its words, but for the sentence that is split."""
    for picture in PICTURES[name]:
        if picture.__name__ != "bytes_joined":
            ja, en = (re.sub(r"<(title|desc|text).*|xml:lang=.*", "", picture(language)) for language in LANGUAGES)
            assert ja == en


@pytest.mark.parametrize("name", [name for name in DRAWN if name.endswith(".en.svg")])
def test_an_english_title_is_english(name: str):
    """And says what its own language's file says."""
    title, description = re.findall(r"<(?:title|desc)>(.*)</", DRAWN[name])
    assert title.isascii() or "ε" in title or "→" in title
    assert len(description) > len(title) > 10


@pytest.mark.parametrize("name", [name for name in DRAWN if "self_bleu_over" not in name])
def test_a_description_says_the_numbers_of_its_picture(name: str):
    """Those with a decimal point; a sweep's description is computed from what is drawn."""
    decimals = re.compile(r"\d+\.\d+")
    shown = {float(one) for line in lines(DRAWN[name]) for one in decimals.findall(line.words)}
    (description,) = re.findall("<desc>(.*)</", DRAWN[name])
    assert {float(one) for one in decimals.findall(description)} - shown == set()


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("top_p", r"0\.\d\d+"), ("epsilon", r"0\.\d{3}"), ("self_bleu", r"\d+\.\d\d"), ("draw", r"0\.\d\d")],
)
def test_a_figure_and_its_statement_say_the_same_numbers(course: Course, name: str, numbers: str):
    """Every number of the picture stands in the text beside it."""
    (exercise,) = (exercise for unit in course.units for exercise in unit.exercises if exercise.name == name)
    for figure in exercise.figures:
        shown = {one for line in lines(figure.svg) for one in re.findall(numbers, line.words)}
        assert len(shown) > 5
        assert [one for one in shown if one not in exercise.statement.en] == []


def test_shipped_links_lead_to_shipped_figures(course: Course):
    """Every picture of a text that students get lies beside it."""
    planned = plan_assignments(course)
    links = [
        f"{name.partition('/')[0]}/figures/{figure}"
        for name, text in planned.items()
        if name.endswith(".md")
        for figure in FIGURE_LINK.findall(text)
    ]
    assert len(links) == len(DRAWN)
    assert [link for link in links if link not in planned] == []


def test_the_measurement_is_complete():
    """Every setting of both sweeps, every seed, scores between 0 and 100."""
    measured = json.loads(measure.MEASURED.read_text(encoding="utf-8"))
    settings = [(point["top_p"], point["temperature"]) for point in measured["points"]]
    assert settings == sorted(measure.settings())
    for point in measured["points"]:
        assert len(point["average_self_bleu"]) == measured["n_seeds"] == measure.N_SEEDS
        assert all(0 <= average <= 100 for average in point["average_self_bleu"])


def test_the_model_generates_the_ids_that_are_drawn():
    """Greedily, EOS included."""
    lm = load("tiny-chat")
    inputs = lm.tokenizer(stages.PROMPT, return_tensors="pt")
    output = lm.model.generate(**inputs, do_sample=False, max_new_tokens=30)
    assert tuple(output[0, inputs.input_ids.shape[1] :].tolist()) == stages.NEW_IDS


def test_a_drawing_escapes_words_and_shortens_numbers():
    """Words may hold anything that XML gives a meaning to."""
    drawing = Drawing("en", 40, "a < b", "c & d")  # type: ignore[arg-type]
    drawing.write(1 / 3, 2.50, "<s>")
    assert ElementTree.fromstring(drawing.svg()).findtext("{*}title") == "a < b"
    assert '<text x="0.33" y="2.5" font-size="14" fill="#1b2230">&lt;s&gt;</text>' in drawing.svg()
    assert (number(-0.001), number(3.0), number(0.126)) == ("0", "3", "0.13")
