"""What a student writes reaches a person as text: it runs nothing on a page and moves nothing on a terminal.

Each attack is shown to succeed on a page that is made by putting texts together.
"""

from __future__ import annotations

import io
import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest
from rich.console import Console

from autograder.errors import StudentRaised
from autograder.grading.run import raised_message
from autograder.messages import Message
from autograder.reports.pages import class_page, student_page
from autograder.reports.summary import summarise
from autograder.reports.terminal import class_table

from ..reports.conftest import make_every_verdict

ACTIVE = {
    "script": "<script>document.title = 'taken'</script>",
    "handler": '<img src=x onerror="document.title = 1">',
    "link": '<a href="javascript:alert(1)">your points</a>',
    "attribute": '" onmouseover="alert(1)" x="',
    "markdown": "[points](javascript:alert(1)) <svg onload=alert(1)>",
    "frame": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "comment": "--><script>alert(1)</script><!--",
    "title": "</title><script>alert(1)</script>",
    "style": "<style>.fail { display: none }</style>",
    "form": '<form action="http://localhost/"><button>more</button></form>',
}
DECEPTIVE = {
    "escape": "\x1b[2J\x1b[Hpassed",
    "title": "\x1b]0;passed\x07",
    "c1": "\x9b31m",
    "bidi": "\u202e001/001",
    "isolate": "\u2067x\u2069",
    "zero width": "pa\u200bssed",
    "return": "failed\rpassed",
    "surrogate": "\udc80",
    "backspace": "failed\b\b\b\b\b\bpassed",
}


class Active(HTMLParser):
    """Counts what a browser would run, fetch, style by or send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "form", "base", "link", "style", "img"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "data:")):
                self.found.append(name)


def active(page: str) -> list[str]:
    parser = Active()
    parser.feed(page)
    return parser.found


def naive_page(text: str) -> str:
    return f'<title>{text}</title><p title="{text}">{text}</p>'


def said_by(text: str) -> dict[str, Message]:
    """What grading says of a student whose exception, line of code or file carries `text`, for a public check."""
    raised = StudentRaised(
        function="f", type_names=("ValueError",), text=text, line=3, line_text=f"raise ValueError({text!r} or '{text}')"
    )
    return {"exception": raised_message(raised, public=True), "hidden": raised_message(raised, public=False)}


def report_with(make_report: Any, text: str) -> dict[str, Any]:
    report: dict[str, Any] = make_report(text)
    message = said_by(text)["exception"]
    check = report["exercises"][0]["checks"][0]
    check["message"] = {"ja": message.ja, "en": message.en}
    report["exercises"][-1]["answer"] = text
    return report


@pytest.fixture
def make_report() -> Any:
    return make_every_verdict


@pytest.mark.parametrize("name", ACTIVE)
def test_a_page_runs_nothing_of_a_student(name: str, make_report: Any):
    """In the name, an exception, a line of code and an answer in prose; on the student's page and that of the class."""
    harmless, report = report_with(make_report, "alice"), report_with(make_report, ACTIVE[name])
    assert active(student_page(report)) == active(student_page(harmless))
    assert active(class_page(summarise([report]))) == active(class_page(summarise([harmless])))
    assert len(active(naive_page(ACTIVE[name]))) > len(active(naive_page("alice"))), "the control must be fooled"


@pytest.mark.parametrize("name", DECEPTIVE)
def test_no_text_moves_others(name: str, make_report: Any):
    """Escapes, and marks that change what one reads, are shown as what they are: page, terminal, message."""
    text = DECEPTIVE[name]
    report = report_with(make_report, text)
    terminal = Console(file=io.StringIO(), width=200, color_system=None)
    terminal.print(class_table(summarise([report]), "both"))
    shown = [student_page(report), class_page(summarise([report])), terminal.file.getvalue()]  # type: ignore[attr-defined]
    shown += [part for message in said_by(text).values() for part in (message.ja, message.en)]
    for one in shown:
        assert not moving(one)
    assert moving(naive_page(text)), "the control must be fooled"


def moving(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs"}} - set("\n\t")


@pytest.mark.parametrize("text", ["case_7 = [0.1, 0.9]", "expected 42"])
def test_hidden_checks_do_not_quote_exceptions(text: str):
    """A student's code could raise with the hidden input as its text, and read it in the feedback."""
    raised = StudentRaised(function="f", type_names=("ValueError",), text=text, line=3, line_text="raise ValueError(x)")
    assert text not in raised_message(raised, public=False).en + raised_message(raised, public=False).ja
    assert text in raised_message(raised, public=True).en, "the control shows it"
