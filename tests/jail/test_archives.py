"""Submissions that attack by what they are made of: names, links, sizes. Nothing is unpacked; what counts is bounded.

Each attack is shown to succeed against a grader that unpacks what it is sent and reads what lies there.
"""

from __future__ import annotations

import os
import stat
import struct
import threading
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import SubmissionError
from autograder.exercise import Unit
from autograder.grading.files import MAX_ARCHIVE_BYTES, MAX_FILES, submitted_files
from autograder.grading.intake import read_submission

SECRET = "SECRET = 'solution'\n"
Members = list[tuple[zipfile.ZipInfo, bytes]]


def member(name: str, data: bytes = b"x = 1\n", mode: int = stat.S_IFREG | 0o644) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo("x")
    info.filename = name  # as it is: the constructor would clean it
    info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
    return info, data


def naive_reading(archive: Path, root: Path) -> dict[str, str]:
    """What a grader without care does: unpack every member where its name says, make links, read all .py files."""
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            target = root / info.filename.replace("\\", "/")
            target.parent.mkdir(parents=True, exist_ok=True)
            if stat.S_ISLNK(info.external_attr >> 16):
                target.symlink_to(opened.read(info).decode())
            elif not info.filename.endswith("/"):
                target.write_bytes(opened.read(info))
    return naive_folder(root)


def naive_folder(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*.py")}


def careful_reading(entry: Path) -> dict[str, str]:
    """What grading reads of the same submission; nothing if it is refused."""
    try:
        return {str(file.path): (file.data or b"").decode() for file in submitted_files(entry) if not file.problem}
    except SubmissionError:
        return {}


def traversal(name: str) -> Callable[[Path], Members]:
    return lambda target: [member(name.format(target=target), SECRET.encode())]


ESCAPES = {
    "parent": traversal("../escaped.py"),
    "parent deeper": traversal("a/../../escaped.py"),
    "absolute": traversal("{target}"),
    "backslash": traversal("..\\escaped.py"),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_no_member_is_written_outside(name: str, tmp_path: Path):
    """Nor read as an answer."""
    escaped, root = tmp_path / "escaped.py", tmp_path / "root"
    archive = zipped(tmp_path, ESCAPES[name](escaped))
    assert careful_reading(archive) == {}
    assert not escaped.exists()
    naive_reading(archive, root)
    assert escaped.read_text() == SECRET, "the control must be fooled"


def test_a_link_in_an_archive_is_text(tmp_path: Path):
    """What it points at is not read."""
    secret = tmp_path / "secret.py"
    secret.write_text(SECRET)
    archive = zipped(tmp_path, [member("top_p.py", str(secret).encode(), stat.S_IFLNK | 0o777)])
    assert SECRET not in careful_reading(archive).values()
    assert SECRET in naive_reading(archive, tmp_path / "root").values()


@pytest.mark.parametrize("what", ["file", "folder", "submission"])
def test_links_on_disk_are_not_followed(what: str, tmp_path: Path):
    """Whatever level they stand on."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "secret.py").write_text(SECRET)
    entry = tmp_path / "student"
    if what == "submission":
        entry.symlink_to(tmp_path / "secrets")
    else:
        entry.mkdir()
        target = tmp_path / "secrets" / ("secret.py" if what == "file" else "")
        (entry / ("top_p.py" if what == "file" else "more")).symlink_to(target)
    assert SECRET not in careful_reading(entry).values()
    naive = {
        path: Path(folder, path).read_text() for folder, _, files in os.walk(entry, followlinks=True) for path in files
    }
    assert SECRET in naive.values()


def test_a_pipe_does_not_stop_the_queue(tmp_path: Path):
    """A reader without care waits for ever for somebody to write."""
    entry = tmp_path / "student"
    entry.mkdir()
    os.mkfifo(entry / "top_p.py")
    assert careful_reading(entry) == {}
    reader = threading.Thread(target=naive_folder, args=(entry,), daemon=True)
    reader.start()
    reader.join(0.2)
    assert reader.is_alive(), "the control must hang"
    with (entry / "top_p.py").open("w"):
        pass
    reader.join(5)


def test_a_small_archive_does_not_become_a_large_submission(tmp_path: Path):
    """Two hundred megabytes of zeros pack well."""
    archive = zipped(tmp_path, [member(f"f{number}.ipynb", bytes(20 << 20)) for number in range(10)])
    assert archive.stat().st_size < 1 << 20
    assert sum(map(len, careful_reading(archive).values())) <= MAX_ARCHIVE_BYTES
    with zipfile.ZipFile(archive) as opened:
        assert sum(len(opened.read(info)) for info in opened.infolist()) > 4 * MAX_ARCHIVE_BYTES - 1


def test_an_announced_size_is_not_believed(tmp_path: Path):
    """The directory says ten bytes; the data are a hundred megabytes."""
    archive = zipped(tmp_path, [member("top_p.py", bytes(100 << 20))])
    data = bytearray(archive.read_bytes())
    at = data.rindex(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    archive.write_bytes(data)
    with zipfile.ZipFile(archive) as opened:
        assert opened.infolist()[0].file_size == 10, "the control believes it"
    assert sum(map(len, careful_reading(archive).values())) <= 1 << 20


def test_thousands_of_files_are_not_read(tmp_path: Path):
    """A submission has a few; that there were more is told."""
    archive = zipped(tmp_path, [member(f"f{number}.py") for number in range(5000)])
    assert len(careful_reading(archive)) <= MAX_FILES
    assert next(file.problem.en for file in submitted_files(archive) if file.problem).count("too many files") == 1
    assert len(naive_reading(archive, tmp_path / "root")) == 5000


@pytest.mark.parametrize("name", ["conftest.py", "sitecustomize.py", "torch.py", "pytest.ini", "x.pth", ".hidden.py"])
def test_files_that_python_or_pytest_would_load_stay_text(name: str, tmp_path: Path, sampling: Unit):
    """Nothing of a submission stands on the grader's disk, and none is an answer by its name."""
    archive = zipped(tmp_path, [member(name, b"raise SystemExit('planted')\n")])
    before = set(tmp_path.rglob("*"))
    submission = read_submission("student", archive, sampling)
    assert all(answer.source is None for answer in submission.answers.values())
    assert set(tmp_path.rglob("*")) == before
    naive_reading(archive, tmp_path / "root")
    assert (tmp_path / "root" / name).exists()


@pytest.mark.parametrize("name", ["a\u202eyp.exe.py", "a\nb.py", "\x1b[2Jclear.py", "a" * 300 + ".py", "Ａ\u200b.py"])
def test_names_are_shown_as_what_they_are(name: str, tmp_path: Path, sampling: Unit):
    """In every note about the submission: no character that moves others, and no end."""
    archive = zipped(tmp_path, [member(name, b"def nothing():\n    pass\n")])
    submission = read_submission("student", archive, sampling)
    said = " ".join(note.ja + note.en for note in submission.notes)
    assert said
    assert not set("\u202e\n\x1b\u200b") & set(said)
    assert "a" * 200 not in said
    with zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == [name], "the control shows it as it came"


def test_twins_do_not_replace_each_other(tmp_path: Path):
    """Of two members of one name the first is read, and the other is told; unpacking keeps the last."""
    archive = zipped(tmp_path, [member("top_p.py", b"first = 1\n"), member("top_p.py", b"second = 1\n")])
    first, other = submitted_files(archive)
    assert first.data == b"first = 1\n"
    assert "another one of this name" in other.problem.en
    assert naive_reading(archive, tmp_path / "root") == {"top_p.py": "second = 1\n"}


def zipped(folder: Path, members: Members) -> Path:
    archive = folder / "student.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(archive, "w") as opened:
        warnings.filterwarnings("ignore", message="Duplicate name")
        for info, data in members:
            opened.writestr(info, data)
    return archive
