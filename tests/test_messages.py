"""No text of ours moves, hides or ends others, whatever it was made of: in one place each for sentences and the terminal."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from autograder.cli.exits import say
from autograder.errors import AutograderError, StudentRaised
from autograder.grading.intake import fit_name
from autograder.grading.report import bounded
from autograder.messages import Message, escaped, visible, visible_name
from autograder.reports.files import folder_of

UNSAFE = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
UNSAFE = [one for one in UNSAFE if one not in "\n\t\u200d"]


def test_no_message_holds_a_control_character():
    """Not one of all that there are, in either language, in errors, sums and exceptions of students."""
    text = "".join(UNSAFE)
    said = Message(text, text) + Message(text, text)
    error = AutograderError(ja=text, en=text)
    raised = StudentRaised(function="f", type_names=(text,), text=text, line=1, line_text=text)
    for one in (
        said.ja,
        said.en,
        said.text("both"),
        str(error),
        str(raised),
        visible(text, limit=10**6),
        visible_name(text),
    ):
        assert not set(UNSAFE) & set(one)


@pytest.mark.parametrize("text", ["文。\n次の行\t終わり", "👩‍🎓", "a　b", "é", ""])
def test_what_is_harmless_stays(text: str):
    """Lines, tabs, wide blanks, emoji that are joined."""
    assert Message(text, text).ja == escaped(text) == text


def test_what_is_shown_on_a_terminal_is_safe_and_json_stays_json(capsys: pytest.CaptureFixture[str]):
    """Also for characters beyond the first plane."""
    names = [one for one in UNSAFE if unicodedata.category(one) != "Cs"]
    say(json.dumps(names, ensure_ascii=False))
    shown = capsys.readouterr().out
    assert not set(UNSAFE) & set(shown)
    assert json.loads(shown) == names


@pytest.mark.parametrize(
    "letter", ["\u202e", "\u200b", "\x9b", "\x7f", "\r", "\n", "\t", "\u2028", "\udc80", "\ufeff"], ids=ascii
)
def test_a_students_name_is_fit_for_a_folder_a_report_and_a_page(letter: str):
    """One stand-in everywhere, so that no name of a folder of submissions stops a class."""
    name = fit_name(f"a{letter}b")
    assert name != f"a{letter}b"
    assert folder_of(bounded(name)) == bounded(name) == name
    assert fit_name(f"a{letter}b") != fit_name("a_b")


def test_prose_in_a_notebook_moves_nothing_on_the_page():
    """What students write in Markdown is shown to whoever marks it."""
    pytest.importorskip("nbconvert", reason="nbgrader is not installed")
    from autograder.nbgrader.markdown import safe_markdown

    assert not set("\u202e\u2066\x1b\u200b") & set(safe_markdown("a \u202e*b* \u2066 \x1b[2J `\u200b`"))


def test_no_sentence_reaches_a_terminal_otherwise(tmp_path: Path):
    """The control: a file's name with an escape sequence, which a command names."""
    from typer.testing import CliRunner

    from autograder.cli import app

    result = CliRunner().invoke(app, ["convert", str(tmp_path / "a\x1b[2J\u202eb.py"), "--to", "ipynb"])
    assert result.exit_code == 2
    assert not set("\x1b\u202e") & set(result.output)
