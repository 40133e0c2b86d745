"""Whatever a student sends gives answers or a reason, and never an exception."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from autograder.course.source import without_marks
from autograder.errors import SubmissionError
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading.files import MAX_ARCHIVE_BYTES, MAX_PY_BYTES
from autograder.grading.intake import Submission, read_submission, students


@pytest.fixture
def right(top_p: Exercise) -> str:
    return without_marks(top_p.solution)


def read(entry: Path, unit: Unit) -> Submission:
    return read_submission("s", entry, unit)


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("path", ["top_p.py", "u02_sampling/top_p.py", "alice/u02_sampling/top_p.py"])
def test_an_answer_is_found_by_name_at_any_depth(path: str, sampling: Unit, right: str, tmp_path: Path):
    """Directly, under the unit's folder, or one folder deeper; the same from a zip."""
    (tmp_path / "folder" / path).parent.mkdir(parents=True)
    (tmp_path / "folder" / path).write_text(right)
    (tmp_path / "s.zip").write_bytes(zipped({path: right.encode()}))
    for entry in (tmp_path / "folder", tmp_path / "s.zip"):
        submission = read(entry, sampling)
        assert submission.answers["top_p"].source == right
        assert submission.answers["top_p"].note is None
        assert submission.answers["self_bleu"].verdict is Verdict.UNWRITTEN


def test_a_single_file_answers_what_it_defines(sampling: Unit, right: str, tmp_path: Path):
    """A .py and a notebook named after the student."""
    (tmp_path / "alice.py").write_text(right)
    cells = [{"cell_type": "code", "source": right}]
    (tmp_path / "bob.ipynb").write_text(json.dumps({"cells": cells}))
    assert read(tmp_path / "alice.py", sampling).answers["top_p"].source == right
    assert "def top_p_filter" in (read(tmp_path / "bob.ipynb", sampling).answers["top_p"].source or "")


def test_a_file_of_another_name_is_graded_with_a_note(sampling: Unit, right: str, tmp_path: Path):
    """`top_p (1).py` defines the function, so it is the answer; a person is told."""
    (tmp_path / "top_p (1).py").write_text(right)
    (tmp_path / "other.py").write_text("x = 1\n")
    answer = read(tmp_path, sampling).answers["top_p"]
    assert answer.source == right
    assert answer.note is not None
    assert "top_p (1).py" in answer.note.en


def test_a_file_named_after_another_exercise_answers_only_that(sampling: Unit, right: str, tmp_path: Path):
    """A helper copied into it is not taken for an answer to the exercise that it came from."""
    (tmp_path / "top_p_sweep.py").write_text(right + "\n\ndef sweep_top_p():\n    pass\n")
    answers = read(tmp_path, sampling).answers
    assert answers["top_p"].source is None
    assert answers["top_p_sweep"].source is not None


def test_a_written_notebook_beats_an_untouched_stub(sampling: Unit, top_p: Exercise, right: str, tmp_path: Path):
    """Both were handed out; the student used one."""
    (tmp_path / "top_p.py").write_text(top_p.stub)
    (tmp_path / "top_p.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": right}]}))
    assert "ranked" in (read(tmp_path, sampling).answers["top_p"].source or "")


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ("# 日本語\n".encode("cp932"), "not UTF-8 (byte 2)"),
        (b"x" * (MAX_PY_BYTES + 1), "too large"),
    ],
    ids=["cp932", "large"],
)
def test_an_unreadable_file_is_a_reason(data: bytes, part: str, sampling: Unit, tmp_path: Path):
    """For its exercise only."""
    (tmp_path / "top_p.py").write_bytes(data)
    answer = read(tmp_path, sampling).answers["top_p"]
    assert answer.source is None
    assert answer.verdict is Verdict.CRASH
    assert answer.note is not None
    assert part in answer.note.en


def test_a_bom_and_windows_line_ends_are_fine(sampling: Unit, right: str, tmp_path: Path):
    """Windows editors write them."""
    (tmp_path / "top_p.py").write_bytes(b"\xef\xbb\xbf" + right.replace("\n", "\r\n").encode())
    assert read(tmp_path, sampling).answers["top_p"].source == right


def test_a_folder_where_a_file_should_be_is_a_reason(sampling: Unit, tmp_path: Path):
    """Named like the file."""
    (tmp_path / "top_p.py").mkdir()
    answer = read(tmp_path, sampling).answers["top_p"]
    assert answer.note is not None
    assert "found a folder" in answer.note.en


def test_a_broken_notebook_is_a_reason(sampling: Unit, tmp_path: Path):
    """Cut in the middle."""
    (tmp_path / "top_p.ipynb").write_text('{"cells": [')
    answer = read(tmp_path, sampling).answers["top_p"]
    assert answer.note is not None
    assert "not a readable notebook" in answer.note.en


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("s.zip", b"PK\x03\x04 no", "not a readable zip"),
        ("s.docx", b"", "a submission is a folder"),
        ("s.ipynb", b"{", "not a readable notebook"),
    ],
)
def test_an_unreadable_submission_is_a_reason(name: str, data: bytes, part: str, sampling: Unit, tmp_path: Path):
    """In words, on the submission or on each exercise, never an exception."""
    (tmp_path / name).write_bytes(data)
    submission = read(tmp_path / name, sampling)
    answers = submission.answers.values()
    said = [note.en for note in (*submission.notes, *(answer.note for answer in answers)) if note]
    assert all(answer.source is None for answer in answers)
    assert any(part in sentence for sentence in said)


def test_an_empty_folder_and_wrong_names_are_told_apart(sampling: Unit, tmp_path: Path):
    """What was found, and what the files are called."""
    assert "holds no .py" in read(tmp_path, sampling).notes[0].en
    (tmp_path / "topp.py").write_text("x = 1\n")
    note = read(tmp_path, sampling).notes[0].en
    assert "topp.py" in note
    assert "top_p.py" in note


def test_a_hundred_megabytes_are_refused_unread(sampling: Unit, tmp_path: Path):
    """A sparse file, so that the test costs nothing."""
    for name in ("top_p.py", "s.zip"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(2 * MAX_ARCHIVE_BYTES)
    answer = read(tmp_path, sampling).answers["top_p"]
    assert answer.note is not None
    assert "100.0 MiB" in answer.note.en
    assert "100 MiB" in read(tmp_path / "s.zip", sampling).notes[0].en


def test_a_zip_bomb_is_refused(sampling: Unit, tmp_path: Path):
    """Many members that unpack to far more than they take."""
    (tmp_path / "s.zip").write_bytes(zipped({f"{number}.ipynb": bytes(19 << 20) for number in range(4)}))
    assert "unpacks to more than is allowed" in read(tmp_path / "s.zip", sampling).notes[0].en


def test_links_are_not_followed(sampling: Unit, tmp_path: Path):
    """A link to a secret would bring its text into the submission."""
    secret = tmp_path / "secret.py"
    secret.write_text("def top_p_filter(): pass\n")
    (tmp_path / "s").mkdir()
    os.symlink(secret, tmp_path / "s" / "top_p.py")
    os.symlink(tmp_path, tmp_path / "s" / "folder")
    assert read(tmp_path / "s", sampling).answers["top_p"].source is None


def said(submission: Submission, name: str) -> str:
    """What the student and a person are told, in English."""
    note = submission.answers[name].note
    return " ".join(one.en for one in [*submission.notes, *([note] if note else [])])


def test_an_empty_file_is_called_empty(sampling: Unit, tmp_path: Path):
    """Not a notebook whose cell is missing."""
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "top_p.py").touch()
    assert said(read(tmp_path / "s", sampling), "top_p").endswith(
        "top_p.py: the file is empty. See whether your editor has saved it, and submit it again."
    )


@pytest.mark.parametrize(
    ("other", "is_told"),
    [("def top_p_filter(probs, p):\n    return probs\n", True), ("def f(:\n", True), (None, False)],
)
def test_a_second_answer_to_an_exercise_is_said(
    other: str | None, is_told: bool, sampling: Unit, right: str, tmp_path: Path
):
    """Which of two was graded is no secret; the same text twice is no news."""
    for folder, text in (("a", right), ("b", right if other is None else other)):
        (tmp_path / "s" / folder).mkdir(parents=True)
        (tmp_path / "s" / folder / "top_p.py").write_text(text, encoding="utf-8")
    found = read(tmp_path / "s", sampling)
    assert found.answers["top_p"].source == right
    assert ("a/top_p.py was graded; b/top_p.py for the same exercise was not." in said(found, "top_p")) == is_told


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for_and_said(sampling: Unit, tmp_path: Path):
    """It is not called missing."""
    (tmp_path / "s").mkdir()
    os.mkfifo(tmp_path / "s" / "top_p.py")
    assert "no ordinary file" in said(read(tmp_path / "s", sampling), "top_p")


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_an_answer_too_many_folders_down_is_said(form: str, sampling: Unit, right: str, tmp_path: Path):
    """It is not called missing; five folders down it is still read."""
    for n_folders, is_read in ((5, True), (6, False), (9, False)):
        place = "/".join("abcdefghi"[:n_folders])
        if form == "zip":
            entry = tmp_path / f"s{n_folders}.zip"
            entry.write_bytes(zipped({f"{place}/top_p.py": right.encode()}))
        else:
            entry = tmp_path / f"s{n_folders}"
            (entry / place).mkdir(parents=True)
            (entry / place / "top_p.py").write_text(right, encoding="utf-8")
        found = read(entry, sampling)
        assert (found.answers["top_p"].source is not None) == is_read
        assert ("more than 5 folders down" in said(found, "top_p")) != is_read


def test_zip_members_outside_the_archive_are_passed_over(sampling: Unit, right: str, tmp_path: Path):
    """Nothing is unpacked to disk, and such names answer nothing."""
    (tmp_path / "s.zip").write_bytes(zipped({"../top_p.py": right.encode(), "/top_p.py": right.encode()}))
    assert read(tmp_path / "s.zip", sampling).answers["top_p"].source is None


def test_students_are_the_entries_of_a_folder(tmp_path: Path):
    """Hidden files are none; two of one name keep their suffixes."""
    (tmp_path / "a").mkdir()
    for name in ("b.py", "c.zip", "c.py", ".DS_Store", "山田 太郎.ipynb"):
        (tmp_path / name).touch()
    assert sorted(students(tmp_path)) == ["a", "b", "c.py", "c.zip", "山田 太郎"]


def test_names_that_cannot_name_a_folder_of_results_are_replaced(tmp_path: Path):
    """Such as those of the class's own files; the result still belongs to exactly one entry."""
    for name in ("class.json.py", "a:b.py", "index.html.py"):
        (tmp_path / name).touch()
    assert len(students(tmp_path)) == 3
    assert not {"class.json", "index.html", "a:b"} & set(students(tmp_path))


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.touch(), lambda path: path.mkdir()])
def test_nothing_to_grade_is_an_error(make: object, tmp_path: Path):
    """No folder, a file, an empty folder."""
    make(tmp_path / "submissions")  # type: ignore[operator]
    with pytest.raises(SubmissionError):
        students(tmp_path / "submissions")
