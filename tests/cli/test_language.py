"""In which language commands speak: the flag, then AUTOGRADER_LANG, then the locale, else both."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.cli.help import of_pair
from autograder.messages import Message, chosen_language

VARIABLES = ("AUTOGRADER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def no_locale(monkeypatch: pytest.MonkeyPatch):
    """Nothing chooses a language."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120"})


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "both"),
        ({"LANG": "C.UTF-8"}, "both"),
        ({"LANG": "POSIX"}, "both"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "en_GB.UTF-8@euro"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "both"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "C"}, "both"),
        ({"LC_ALL": "ja_JP.eucJP", "LC_MESSAGES": "en_US.UTF-8"}, "ja"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
        ({"AUTOGRADER_LANG": "both", "LANG": "ja_JP.UTF-8"}, "both"),
        ({"AUTOGRADER_LANG": "en", "LC_ALL": "ja_JP.UTF-8"}, "en"),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) or "nothing" if isinstance(value, dict) else value,
)
def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str):
    """AUTOGRADER_LANG before LC_ALL before LC_MESSAGES before LANG; a locale of neither language chooses nothing."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert chosen_language() == language


def test_another_value_is_refused(monkeypatch: pytest.MonkeyPatch):
    """With the three that there are."""
    monkeypatch.setenv("AUTOGRADER_LANG", "fr")
    with pytest.raises(ValueError, match="expected ja, en or both, got 'fr'"):
        chosen_language()


@pytest.mark.parametrize(
    "arguments",
    [["--lang", "en", "build"], ["--lang=en", "build"], ["build", "--lang", "en"], ["build", "--lang=en"]],
    ids=" ".join,
)
def test_the_flag_beats_the_environment_wherever_it_stands(monkeypatch: pytest.MonkeyPatch, arguments: list[str]):
    """Before the command and behind it; the environment is afterwards what it was."""
    monkeypatch.setenv("AUTOGRADER_LANG", "ja")
    result = run(*arguments, "--course", "/nowhere")
    assert result.exit_code == 2
    assert result.output == "/nowhere: no such folder. Give the course's `solutions/`.\n"
    assert os.environ["AUTOGRADER_LANG"] == "ja"


def test_what_stands_behind_two_dashes_is_no_flag():
    """`--` ends the options, as everywhere."""
    result = run("reveal", "--out", "x", "--", "--lang", "en")
    assert result.exit_code == 2
    assert "--lang: " in result.output


@pytest.mark.parametrize(("language", "seen", "unseen"), [("ja", "学生", "Students"), ("en", "Students", "学生")])
def test_help_is_in_the_chosen_language(language: str, seen: str, unseen: str):
    """Headings, sentences and options; the commands are the same."""
    for arguments in (["--lang", language, "--help"], ["--help", "--lang", language]):
        output = run(*arguments).output
        assert seen in output
        assert unseen not in output
        assert "grade" in output


def test_a_wrong_language_is_misuse():
    """Status 2, with the three that there are."""
    result = run("--lang", "fr", "doctor")
    assert result.exit_code == 2
    assert "expected ja, en or both, got 'fr'" in result.output


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("学生 / Students", "ja", "学生"),
        ("学生 / Students", "en", "Students"),
        ("学生 / Students", "both", "学生 / Students"),
        ("TA", "ja", "TA"),
        ("one / other", "en", "one / other"),
    ],
)
def test_a_pair_is_cut_where_the_languages_meet(text: str, language: str, expected: str):
    """A slash between two English words divides nothing."""
    assert of_pair(text, language) == expected


def test_a_message_on_one_line():
    """Japanese first; once if both are the same."""
    assert Message("はい", "yes").line("both") == "はい / yes"
    assert Message("42", "42").line("both") == "42"
    assert Message("はい", "yes").line("en") == "yes"
