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
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "AUTOGRADER_LANG": "en"}, "en"),
        ({"LANG": "en_GB.UTF-8", "AUTOGRADER_LANG": "both"}, "ja"),
        ({"AUTOGRADER_LANG": "fr"}, "ja"),
    ],
    ids=["ja", "en", "C", "chosen", "both", "odd"],
)
def test_the_page_opens_in_the_chosen_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
):
    """Japanese where both or none is chosen: the page has a switch."""
    for name in ("AUTOGRADER_LANG", "LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.first_language() == language
