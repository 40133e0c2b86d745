"""Every sentence of the page is there in both languages, and used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from autograder.messages import Message
from autograder.playground import words

MESSAGES = {name: one for name, one in vars(words).items() if isinstance(one, Message)}


@pytest.mark.parametrize("name", MESSAGES)
def test_both_languages_say_the_same(name: str):
    """They fill in the same values, in the same form."""
    fields = [
        sorted((field, form) for _, field, form, _ in string.Formatter().parse(text) if field)
        for text in (MESSAGES[name].ja, MESSAGES[name].en)
    ]
    assert fields[0] == fields[1]
    assert MESSAGES[name].ja.strip()
    assert MESSAGES[name].en.strip()


def test_every_sentence_is_used():
    """None is left over."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path(words.__file__).parent.glob("*.py"))
    assert set(MESSAGES) <= set(re.findall(r"\bw\.([A-Z_]+)\b", code))


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({}, "ja"),
    ],
    ids=["ja", "en", "LC_ALL", "C", "none"],
)
def test_the_page_opens_in_the_language_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
):
    """Japanese where the locale names neither."""
    for name in ("AUTOGRADER_LANG", "LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.first_language(environment) == language


def test_the_setting_of_the_package_comes_first(monkeypatch: pytest.MonkeyPatch):
    """AUTOGRADER_LANG=en on a Japanese machine."""
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    assert words.first_language({"LANG": "ja_JP.UTF-8"}) == "en"
