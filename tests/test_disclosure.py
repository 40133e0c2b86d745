"""What is told of a value of a hidden check: kinds, sizes, rough numbers, Python's own exceptions, words of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder import disclosure
from autograder.disclosure import of_check, summary, told, told_exception, told_kind, told_total
from autograder.errors import CheckFailed, StudentRaised
from autograder.grading.by_hand import Sources
from autograder.grading.claims import own_line
from autograder.grading.sentences import import_hidden
from autograder.jail.wire import Opaque


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (True, "True"),
        (7, "7"),
        (-999, "-999"),
        (1000, ">999"),
        (-12345, "<-999"),
        (0.0, "0"),
        (0.123456, "0.12"),
        (-3.14159e-6, "-3.1e-06"),
        (1e-12, "0"),
        (123.456, "120"),
        (12345.6, ">999"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (10**400, ">999"),
        ("secret", "str[6]"),
        (b"abc", "bytes[3]"),
        (["secret"] * 2000, "list[>999]"),
        ({"secret": 1}, "dict[1]"),
        (torch.zeros(2, 5), "Tensor[2, 5]"),
        (torch.zeros(0, 12345), "Tensor[0, >999]"),
        (torch.zeros(1, 2, 3), "Tensor[3 axes]"),
        (torch.zeros(2, 5).shape, "(2, 5)"),
        (Opaque("secret", "secret"), "object"),
        (Opaque("generator", "secret"), "generator"),
    ],
)
def test_a_summary_is_kind_and_size(value: object, said: str):
    """Nothing else of it."""
    assert summary(value) == said


def test_everything_is_told_of_public_checks():
    """And by default: only grading knows of hidden ones."""
    assert told("text") == "'text'"
    assert told(0.123456, ".4g") == "0.1235"
    with of_check(public=True):
        assert told_kind(Opaque("Mine", "x")) == "Mine"
        assert told_exception(["Mine", "ValueError"]) == "Mine"
        assert told_total(1.0412345) == "1.04123"
    with of_check(public=False):
        assert told("text") == "str[4]"
        assert told_kind(Opaque("Mine", "x")) == "object"
        assert told_exception(["Mine", "ValueError", "Exception"]) == "ValueError"
        assert told_exception(["Mine"]) == "Exception"
        assert (told_total(1.0412345), told_total(0.96)) == ("1 + 0.041", "1 - 0.04")
        raised = StudentRaised(function="f", type_names=("Mine", "KeyError"), text="x", line=0, line_text="")
        assert "Mine" not in raised.message.en
        assert "raised KeyError" in raised.message.en
    assert not disclosure._hidden


def test_lines_are_those_that_were_handed_in():
    """What a process says of its lines only tells which."""
    sources = Sources("m", {"m": "def f():\n    return 1\n", "helper": "x = 1\ny = 2\n" + "z = 3\n" * 2000})
    assert own_line(sources, 2, "return 1") == (2, "return 1")
    assert own_line(sources, 2, "y = 2") == (2, "y = 2")
    assert own_line(sources, 2, "secret") == (0, "")
    assert own_line(sources, 1500, "z = 3") == (1500, "z = 3")
    for number, text in ((0, ""), (-1, "z = 3"), (9999, "z = 3"), (9999, "")):
        assert own_line(sources, number, text) == (0, "")
    with of_check(public=False):
        assert own_line(sources, 1500, "z = 3") == (0, "")


CHECKS = """
from autograder.checks import fail

NAME, PROMPT = "draw", "the secret"
WORDS = {"few": "too few", "many": "too many"}


def read_own(found, given):
    assert given is found, "an argument of a function that is not ours is nobody's sentence"


def judge(found, expected, more):
    fail(ja=f"{NAME}: {len(found)} 個、{WORDS['few']}。{more}", en=f"{NAME!r}: got {len(found)} of {expected}, " + WORDS["few"] + f". {found}{more}")


def check(found):
    student = reference = type("Student", (), {"say": staticmethod(lambda ja, en, where: (ja, en, where))})
    assert student.say(ja=found, en=[found], where=6) == reference.say(ja=found, en=[found], where=6) == (found, [found], 6)
    read_own(found, found)
    judge(found, 6, "Look again." if found else f"None of {len(PROMPT)}?")
"""


@pytest.mark.parametrize(
    ("found", "en"),
    [
        ("the secret"[:10] + "!", "'draw': got 11 of 6, too few. str[11]Look again."),
        ("".join(["too", " ", "few"]), "'draw': got 7 of 6, too few. str[7]Look again."),
        ([0.123456], "'draw': got 1 of 6, too few. list[1]Look again."),
    ],
    ids=["text", "equal to a constant", "list"],
)
def test_sentences_keep_their_authors_words(found: object, en: str, tmp_path: Path):
    """Constants of the file itself; a student's text that equals one is not it."""
    folder = tmp_path / "u01_a" / "e01_b"
    folder.mkdir(parents=True)
    (folder / "checks_hidden.py").write_text(CHECKS, encoding="utf-8")
    module = import_hidden(folder / "checks_hidden.py")
    with pytest.raises(CheckFailed) as failed:
        module.check(found)
    assert failed.value.message.en == en


def test_a_files_own_reader_gets_its_arguments_as_they_are(tmp_path: Path):
    """Only the readers of `autograder.checks` say where; one that a check file defines may take a tensor."""
    folder = tmp_path / "u01_a" / "e01_b"
    folder.mkdir(parents=True)
    text = "def read_draws(answer, ids):\n    return ids.shape\n\n\ndef check(ids):\n    return read_draws(None, ids)\n"
    (folder / "checks_hidden.py").write_text(text, encoding="utf-8")
    assert import_hidden(folder / "checks_hidden.py").check(torch.ones(1, 2)) == (1, 2)
