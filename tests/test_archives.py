"""Nothing that stands in an archive leaves the folder that it is read for, and none is larger than its bounds."""

from __future__ import annotations

import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path, PurePosixPath

import pytest

from autograder.archives import (
    OUR_OWN,
    ArchiveError,
    Bounds,
    pack,
    read_archive,
    read_whole,
    safe_path,
    write_below,
)
from autograder.messages import Message


def member(name: str, data: bytes = b"x", mode: int = stat.S_IFREG | 0o644) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo("x")
    info.filename, info.external_attr, info.compress_type = name, mode << 16, zipfile.ZIP_DEFLATED
    return info, data


def zipped(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    data = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w") as opened:
        warnings.filterwarnings("ignore", message="Duplicate name")
        for info, content in members:
            opened.writestr(info, content)
    return data.getvalue()


UNSAFE = {
    "absolute": "/etc/passwd",
    "absolute behind the unit": "unit//absolute/path",
    "network": "//server/share/x",
    "network, backslashes": "\\\\server\\share\\x",
    "device namespace": "\\\\?\\C:\\x",
    "parent": "../x",
    "parent in the middle": "a/../../x",
    "parent at the end": "a/..",
    "parent, backslashes": "..\\x",
    "parent, mixed": "a\\../..\\x",
    "drive": "C:/x",
    "drive, backslash": "c:\\x",
    "drive, relative": "c:x",
    "drive behind a folder": "unit/C:/x",
    "empty": "",
    "only a slash": "/",
    "empty part": "a//b",
    "dot": "./x",
    "dot in the middle": "a/./b",
    "dot alone": ".",
    "NUL": "a\0b.py",
    "NUL and a parent": "a\0/../../x",
    "line feed": "a\nb.py",
    "escape": "\x1b[2Jx",
    "delete": "a\x7fb",
    "C1": "a\x9bb",
    "bidi": "a\u202eyp.exe",
    "isolate": "a\u2066b",
    "zero width": "a\u200bb.py",
    "byte order mark": "\ufeffa.py",
    "line separator": "a\u2028b",
    "reserved": "CON",
    "reserved, with a suffix": "nul.py",
    "reserved, with a space": "AUX .txt",
    "reserved, behind a folder": "unit/com1.py",
    "reserved, superscript": "LPT¹.txt",
    "reserved, console": "conin$",
    "trailing dot": "top_p.py.",
    "trailing space": "top_p.py ",
    "trailing dot of a folder": "unit./x",
    "dots": "...",
    "very long": "a" * 1001,
    "very deep": "a/" * 41 + "x",
}
SAFE = [
    "top_p.py",
    "u02_sampling/top_p.py",
    "課題/回答 (1).ipynb",
    "a.b..c/x.tar.gz",
    "console/nullable.py",
    "auxiliary.py",
    ".hidden/x",
    "~/x",
    "$HOME/x",
    "-rf",
    "a" * 200 + ".py",
    "👩‍🎓.md",
    "5: answer?.py",
    "u02_sampling\\top_p.py",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_no_name_leads_out(name: str, tmp_path: Path):
    """Read, written or packed, it is refused with a reason, and nothing is written."""
    assert isinstance(safe_path(UNSAFE[name]), Message)
    taken, refused = read_archive(zipped(member(UNSAFE[name])))
    assert (list(taken), len(refused)) == ([], 1)
    with pytest.raises(ArchiveError):
        read_whole(zipped(member("good.py"), member(UNSAFE[name])))
    (tmp_path / "root").mkdir()
    with pytest.raises(ArchiveError):
        write_below(tmp_path / "root", UNSAFE[name], b"x", write=Path.write_bytes)
    with pytest.raises(ArchiveError):
        pack({UNSAFE[name]: b"x"})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", SAFE)
def test_an_honest_name_is_taken(name: str, tmp_path: Path):
    """As it is, but for backslashes, which some programs on Windows write."""
    path = PurePosixPath(name.replace("\\", "/"))
    assert read_whole(zipped(member(name, b"data"))) == {str(path): b"data"}
    write_below(tmp_path, name, b"data", write=Path.write_bytes)
    assert (tmp_path / path).read_bytes() == b"data"


TWINS = {
    "equal": ("a.py", "a.py"),
    "case": ("a.py", "A.py"),
    "case of a folder": ("u/a.py", "U/b.py"),
    "normal form": ("が.py", "か\u3099.py"),
    "normal form and case": ("É.py", "e\u0301.py"),
    "sharp s": ("ß.py", "SS.py"),
    "file and folder": ("a", "a/b"),
    "folder and file": ("a/b", "a"),
    "file and folder, other case": ("a", "A/b"),
    "backslash": ("a/b", "a\\b"),
}


@pytest.mark.parametrize("name", TWINS)
def test_of_names_that_are_one_somewhere_the_first_is_taken(name: str):
    """And the other is refused, so that it cannot replace it."""
    first, second = TWINS[name]
    taken, refused = read_archive(zipped(member(first, b"first"), member(second, b"second")))
    assert [one.data for one in taken.values()] == [b"first"]
    assert len(refused) == 1
    assert "of this name" in next(iter(refused.values())).en


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK], ids=lambda kind: oct(kind)
)
def test_links_and_devices_are_refused(kind: int):
    """Whatever they point at."""
    taken, refused = read_archive(zipped(member("top_p.py", b"/etc/passwd", kind | 0o777)))
    assert not taken
    assert "link or a device" in refused["top_p.py"].en


def test_a_link_on_disk_does_not_lead_out(tmp_path: Path):
    """The folder in which an archive is written may hold one."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "outside" / "file")
    for name in ("link/x", "file"):
        with pytest.raises(ArchiveError, match="leads out"):
            write_below(tmp_path / "root", name, b"x", write=Path.write_bytes)
    assert list((tmp_path / "outside").iterdir()) == []
    (tmp_path / "root" / "inside").symlink_to(tmp_path / "root")
    assert write_below(tmp_path / "root", "inside/x", b"x", write=Path.write_bytes).read_bytes() == b"x"


def damaged(change: Callable[[bytearray], object]) -> bytes:
    data = bytearray(zipped(member("a.py", b"some text" * 100)))
    change(data)
    return bytes(data)


def flag_as_encrypted(data: bytearray) -> None:
    data[6] |= 1
    data[data.rindex(b"PK\1\2") + 8] |= 1


BROKEN: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no zip": lambda: b"PK\3\4 no",
    "cut": lambda: zipped(member("a.py", b"x" * 1000))[:-30],
    "encrypted": lambda: damaged(flag_as_encrypted),
    "wrong sum": lambda: damaged(lambda data: data.__setitem__(data.rindex(b"PK\1\2") + 16, 0)),
    "wrong data": lambda: damaged(lambda data: data.__setitem__(36, 0xFF)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_damaged_is_an_error_of_ours(name: str):
    """With a sentence, not an exception of the library."""
    with pytest.raises(ArchiveError, match="not a readable zip"):
        read_whole(BROKEN[name]())


def test_damaged_archives_give_members_or_an_error_of_ours():
    """Thousands of them, with a few bytes changed anywhere."""
    whole = zipped(member("u/a.py", b"some text\n" * 20), member("u/b.md", b"x"), member("u/", b"", stat.S_IFDIR))
    rng = random.Random(5)
    n_read = n_errors = 0
    for _ in range(5000):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            read_archive(bytes(data))
            n_read += 1
        except ArchiveError:
            n_errors += 1
    assert min(n_read, n_errors) > 100


SMALL = Bounds(packed_bytes=10_000, member_bytes=2000, total_bytes=6000, members=10, ratio=5)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([member("a", random.Random(1).randbytes(10_001))], "too large or holds too many"),
        ([member(f"{number}", b"") for number in range(11)], "too large or holds too many"),
        ([member(f"{number}", random.Random(number).randbytes(1900)) for number in range(4)], "unpacks to more"),
        ([member(f"{number}", bytes(1900)) for number in range(2)], "unpacks to more"),
    ],
    ids=["packed", "members", "total", "ratio"],
)
def test_each_bound_holds(members: list[tuple[zipfile.ZipInfo, bytes]], reason: str):
    """And half of the total may be reached at any ratio."""
    with pytest.raises(ArchiveError, match=reason):
        read_archive(zipped(*members), SMALL)
    assert read_archive(zipped(member("a", bytes(1900))), SMALL)[0][PurePosixPath("a")].size == 1900


def test_a_member_over_its_limit_is_told_and_not_read():
    """Whatever size it announces."""
    data = bytearray(zipped(member("a", random.Random(1).randbytes(3000)), member("b", b"x")))
    taken, _ = read_archive(bytes(data), SMALL)
    assert (taken[PurePosixPath("a")].data, taken[PurePosixPath("a")].size) == (None, 3000)
    assert taken[PurePosixPath("b")].data == b"x"
    at = data.index(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    with pytest.raises(ArchiveError):
        read_whole(bytes(data), SMALL)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int):
    """They may ask for gigabytes before the first byte comes."""
    info, data = member("a.py", b"x" * 1000)
    info.compress_type = method
    _, refused = read_archive(zipped((info, data)))
    assert "another method" in refused["a.py"].en


def test_what_is_not_wanted_is_neither_read_nor_refused():
    """A folder of packages beside the answers is no reason to complain."""
    data = zipped(member("../venv/x.so", bytes(1000)), member("top_p.py", b"x"))
    taken, refused = read_archive(data, SMALL, limit=lambda path: 100 if path.suffix == ".py" else None)
    assert (list(map(str, taken)), refused) == (["top_p.py"], {})


def test_packing_and_reading_agree():
    """And the same files give the same bytes."""
    files = {"u/a.py": b"x = 1\n", "u/図.png": bytes(1000)}
    assert read_whole(pack(files)) == files
    assert pack(files) == pack(files)
    assert OUR_OWN.packed_bytes > len(pack(files))
