"""A student's own folder: what their file and its neighbours use is read and observed as in grading."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.checks import by_hand
from autograder.errors import CheckFailed
from autograder.grading.folder import folder_loader, folder_sources
from autograder.grading.student import LocalBackend, Student
from autograder.shared import SharedObjects

MAIN = "from by_hand_neighbour import smooth\n\n\ndef f(x):\n    return smooth(x)\n\n\ndef g(x):\n    return x.softmax(-1)\n"
NEIGHBOUR = "import torch\n\n\ndef smooth(x):\n    return torch.softmax(x, -1)\n"


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Student:
    """The student of a folder with two files, a folder that is named like one, and one that is not UTF-8."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "by_hand_main.py").write_text(MAIN, encoding="utf-8")
    (tmp_path / "by_hand_neighbour.py").write_text(NEIGHBOUR, encoding="utf-8")
    (tmp_path / "latin.py").write_bytes(b"name = '\xe9'\n")
    (tmp_path / "folder.py").mkdir()
    files = frozenset({str(tmp_path / "by_hand_main.py")})
    load, sources = folder_loader(tmp_path, "by_hand_main"), folder_sources(tmp_path, "by_hand_main")
    return Student(LocalBackend(load, files, SharedObjects(), sources))


def test_a_use_in_a_neighbouring_file_is_told_without_a_line_of_this_one(student: Student):
    """It is read in the source, before anything runs."""
    with pytest.raises(CheckFailed) as caught:
        by_hand(student, "torch.softmax").f(1.0)
    assert "does not allow torch.softmax. It asks" in caught.value.message.en
    assert caught.value.message.en.endswith("…: return torch.softmax(x, -1)")


def test_an_observed_use_is_told_with_the_line_of_the_file(student: Student):
    """As the student sees it in the editor."""
    import torch

    with pytest.raises(CheckFailed) as caught:
        by_hand(student, "torch.Tensor.softmax").g(torch.ones(2))
    assert "does not allow torch.Tensor.softmax (line 9)" in caught.value.message.en
    assert caught.value.message.en.endswith("\n9: return x.softmax(-1)")
