"""The figures of statements: each shown in its language with words for who cannot see it, none left over, all harmless."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from autograder.course.read import FIGURE_LINK
from autograder.exercise import Exercise, Figure, Unit
from autograder.messages import Message

_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
# An SVG may run code and load other files; a drawing needs neither.
_SHAPES = {"svg", "title", "desc", "g", "rect", "line", "path", "circle", "text", "tspan"}


def audit_figures(unit: Unit) -> list[Message]:
    """What is wrong with the figures of a unit's statements."""
    return [
        Message(f"{exercise.folder}: {problem.ja}", f"{exercise.folder}: {problem.en}")
        for exercise in unit.exercises
        for problem in [*_links(exercise), *_left_over(exercise), *_contents(exercise)]
    ]


def _links(exercise: Exercise) -> list[Message]:
    problems = []
    for language, text in (("ja", exercise.statement.ja), ("en", exercise.statement.en)):
        for image in _IMAGE.finditer(text):
            link, name = image.group(), FIGURE_LINK.fullmatch(image.group())
            if not name or name[1].split(".")[1] not in (language, "svg"):
                problems.append(
                    Message(
                        f"{link}: 図は figures/名前.{language}.svg（文字のない図は figures/名前.svg）にしてください。",
                        f"{link}: a figure must be figures/NAME.{language}.svg, or figures/NAME.svg if it has no words.",
                    )
                )
            if not image[1].strip():
                problems.append(
                    Message(
                        f"{link}: 図の内容を表す言葉がありません。[ ] の中に書いてください。",
                        f"{link}: no words say what the figure shows. Write them between the brackets.",
                    )
                )
    return problems


def _left_over(exercise: Exercise) -> list[Message]:
    folder, shown = exercise.folder / "figures", {figure.name for figure in exercise.figures}
    return [
        Message(
            f"figures/{path.name}: どの説明文からも参照されていません。説明文に入れるか、消してください。",
            f"figures/{path.name}: no statement shows it. Put it into the statement or remove it.",
        )
        for path in sorted(folder.glob("*"))
        if path.name not in shown
    ]


def _contents(exercise: Exercise) -> list[Message]:
    return [
        Message(f"figures/{figure.name}: {problem.ja}", f"figures/{figure.name}: {problem.en}")
        for figure in exercise.figures
        for problem in _content(figure)
    ]


def _content(figure: Figure) -> list[Message]:
    try:
        root = ElementTree.fromstring(figure.svg)
    except ElementTree.ParseError as error:
        return [
            Message(
                f"XML として読めません（{error}）。描き直してください。",
                f"not well-formed XML ({error}). Draw it again.",
            )
        ]
    elements = [(element.tag.rpartition("}")[2], element) for element in root.iter()]
    foreign = sorted(
        {kind for kind, _ in elements if kind not in _SHAPES}
        | {name for _, element in elements for name, value in element.items() if _reaches_out(name, value)}
    )
    problems = []
    if foreign:
        problems.append(
            Message(
                f"図形と文字でないもの（{', '.join(foreign)}）を含んでいます。取り除いてください。",
                f"holds more than shapes and words ({', '.join(foreign)}). Remove it.",
            )
        )
    if root.findtext("{*}title") in (None, ""):
        problems.append(Message("<title> がありません。図の題名を入れてください。", "has no <title>. Give it one."))
    return problems


def _reaches_out(name: str, value: str) -> bool:
    """Whether an attribute runs code, names another file, or is an id, which must be unique on the page that shows it."""
    return name.rpartition("}")[2] in ("href", "src", "id") or name.startswith("on") or "url(" in value
