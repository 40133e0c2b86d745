"""The files of one submission, whatever it came as: bounded, links not followed, nothing unpacked to disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.archives import ArchiveError, Bounds, read_archive
from autograder.errors import SubmissionError
from autograder.messages import Message, visible_name

MAX_PY_BYTES = 1 << 20
MAX_NOTEBOOK_BYTES = 20 << 20
MAX_ARCHIVE_BYTES = 50 << 20
MAX_TOTAL_BYTES = 128 << 20
MAX_FILES = 500
MAX_DEPTH = 5
MAX_RECEIPT_BYTES = 1 << 18
SUFFIXES = (".py", ".ipynb", ".md")
# What `autograder submit` puts beside the answers.
RECEIPT_NAME = "RECEIPT.json"
# Without following a link or waiting for a pipe, where the system knows such things; as bytes on Windows.
_AS_IT_IS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_BOUNDS = Bounds(MAX_ARCHIVE_BYTES, MAX_NOTEBOOK_BYTES, MAX_TOTAL_BYTES)
_IGNORED_FOLDERS = {"__pycache__", "__MACOSX", "node_modules", "venv", "site-packages"}


@dataclass(frozen=True)
class SubmittedFile:
    """One file (or a folder that stands where a file should): its path in the submission and its bytes.

    `data` is None for a folder, for a file over its size limit (`size` then tells), and where `problem` says why it was not read.
    """

    path: PurePosixPath
    data: bytes | None
    size: int
    is_folder: bool = False
    problem: Message | None = None


def submitted_files(entry: Path, *, depth: int = MAX_DEPTH) -> list[SubmittedFile]:
    """The .py, .ipynb and .md files of a submission (folder, zip or single file), and receipts; shallowest first.

    A folder that holds nothing but a zip (as learning platforms hand out what was uploaded) counts as that zip.

    Args:
        depth: how many folders down to look in a folder.

    Raises: SubmissionError if it is none of these or cannot be read.
    """
    mode = entry.lstat().st_mode
    if stat.S_ISDIR(mode):
        found = _from_folder(entry, depth) or [file for archive in _only_zip(entry) for file in _from_zip(archive)]
    elif stat.S_ISREG(mode) and entry.suffix.lower() == ".zip":
        found = _from_zip(entry)
    elif stat.S_ISREG(mode) and entry.suffix.lower() in SUFFIXES:
        found = [_read(entry, PurePosixPath(entry.name))]
    else:
        name = visible_name(entry.name)
        raise SubmissionError(
            ja=f"{name}: 提出物はフォルダ、.zip、.py、.ipynb、.md のどれかです。その形で提出し直してください。",
            en=f"{name}: a submission is a folder, a .zip, a .py, an .ipynb or an .md. Submit it again as one of these.",
        )
    return sorted(found, key=lambda file: (len(file.path.parts), str(file.path)))


def _from_folder(root: Path, depth: int) -> list[SubmittedFile]:
    return _within(read() for read in _walk(root, PurePosixPath(), depth))


def _only_zip(folder: Path) -> list[Path]:
    """The zip in `folder`, if there is one. Raises: SubmissionError if there are several."""
    with os.scandir(folder) as entries:
        files = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    found = sorted(name for name in files if name.lower().endswith(".zip") and not _is_ignored(name))
    if len(found) > 1:
        names = ", ".join(map(visible_name, found[:10]))
        raise SubmissionError(
            ja=f"{visible_name(folder.name)}: zip が {len(found)} 個あり、どれを採点するか分かりません（{names}）。1 つだけ残してください。",
            en=f"{visible_name(folder.name)}: holds {len(found)} zips, and which to grade is not clear ({names}). Keep one.",
        )
    return [folder / name for name in found]


def _walk(folder: Path, at: PurePosixPath, depth: int) -> Iterator[Callable[[], SubmittedFile]]:
    """Of everything that is named like an answer, what reads it; files before what lies in folders."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: (entry.is_dir(follow_symlinks=False), entry.name)):
            path = at / entry.name
            if _is_ignored(entry.name):
                continue
            if entry.is_symlink():
                if _is_wanted(path):
                    yield partial(_problem, path, _LINK)
            elif entry.is_dir():
                if path.suffix.lower() in SUFFIXES:
                    yield partial(SubmittedFile, path, None, 0, is_folder=True)
                elif depth:
                    yield from _walk(folder / entry.name, path, depth - 1)
                elif len(path.parts) > MAX_DEPTH and _holds_answers(folder / entry.name):
                    yield partial(_problem, path, _DEEP)
            elif _is_wanted(path):
                yield partial(_read if entry.is_file() else _not_read, folder / entry.name, path)


def _holds_answers(folder: Path) -> bool:
    """Whether a file that is named like an answer lies in the folder or below, among the first that are there."""
    left = MAX_FILES
    for _, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_ignored(name)]
        if any(_is_wanted(PurePosixPath(name)) and not _is_ignored(name) for name in files):
            return True
        left -= 1 + len(files)
        if left < 0:
            break
    return False


def _is_wanted(path: PurePosixPath) -> bool:
    return path.suffix.lower() in SUFFIXES or path.name == RECEIPT_NAME


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED_FOLDERS


def _read(file: Path, path: PurePosixPath) -> SubmittedFile:
    """Read a regular file, without following a link that took its place."""
    limit = _limit(path)
    fd = os.open(file, _AS_IT_IS)
    with os.fdopen(fd, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return SubmittedFile(path, None, status.st_size)
        data = stream.read(limit + 1)
    return SubmittedFile(path, data if len(data) <= limit else None, len(data))


def _not_read(file: Path, path: PurePosixPath) -> SubmittedFile:
    return _problem(path, _SPECIAL)


def _limit(path: PurePosixPath) -> int:
    if path.name == RECEIPT_NAME:
        return MAX_RECEIPT_BYTES
    return MAX_NOTEBOOK_BYTES if path.suffix.lower() == ".ipynb" else MAX_PY_BYTES


def _from_zip(archive: Path) -> list[SubmittedFile]:
    name = visible_name(archive.name)
    size = archive.stat().st_size
    if size > MAX_ARCHIVE_BYTES:
        limit = MAX_ARCHIVE_BYTES >> 20
        raise SubmissionError(
            ja=f"{name}: {size >> 20} MiB あります。上限は {limit} MiB です。答えのファイルだけを入れてください。",
            en=f"{name}: {size >> 20} MiB; the limit is {limit} MiB. Pack only the files with your answers.",
        )
    try:
        with os.fdopen(os.open(archive, _AS_IT_IS), "rb") as stream:
            members, refused = read_archive(stream.read(MAX_ARCHIVE_BYTES + 1), _BOUNDS, limit=_wanted_limit)
    except ArchiveError as error:
        raise SubmissionError(ja=f"{name}: {error.reason.ja}", en=f"{name}: {error.reason.en}") from error
    found = [
        SubmittedFile(path, one.data, one.size, one.is_folder)
        if len(path.parts) <= MAX_DEPTH + 1
        else _problem(path, _DEEP)
        for path, one in members.items()
    ]
    found = _within(sorted(found, key=lambda file: len(file.path.parts)))
    return [*found, *(_problem(PurePosixPath(path), reason) for path, reason in [*refused.items()][:MAX_FILES])]


def _wanted_limit(path: PurePosixPath) -> int | None:
    """Of a member that is named like an answer: how large it may be; of one that lies too deep, nothing is read."""
    if not _is_wanted(path) or any(map(_is_ignored, path.parts)):
        return None
    return _limit(path) if len(path.parts) <= MAX_DEPTH + 1 else 0


def _within(files: Iterable[SubmittedFile]) -> list[SubmittedFile]:
    """The first files, as many and as large together as a submission may be; what is left out is said."""
    found: list[SubmittedFile] = []
    n_bytes = 0
    for file in files:
        n_bytes += len(file.data or b"")
        if len(found) == MAX_FILES or n_bytes > MAX_TOTAL_BYTES:
            return [*found, _problem(file.path, _TOO_MANY)]
        found.append(file)
    return found


def _problem(path: PurePosixPath, reason: Message) -> SubmittedFile:
    name = visible_name(str(path))
    return SubmittedFile(path, None, 0, problem=Message(f"{name}: {reason.ja}", f"{name}: {reason.en}"))


_TOO_MANY = Message(
    f"提出物のファイルが多すぎるか大きすぎるので（{MAX_FILES} 個、合わせて {MAX_TOTAL_BYTES >> 20} MiB まで）、これより後は読んでいません。要らないファイルを除いて提出し直してください。",
    f"the submission holds too many files or too much (at most {MAX_FILES} files and {MAX_TOTAL_BYTES >> 20} MiB), so nothing from here on was read. Submit it again without what is not needed.",
)
_DEEP = Message(
    f"フォルダの {MAX_DEPTH} 段より深い所にあるので読んでいません。答えのファイルを、提出物のいちばん上に置いて提出し直してください。",
    f"lies more than {MAX_DEPTH} folders down, where nothing is read. Submit it again with the files of your answers at the top.",
)
_SPECIAL = Message(
    "ふつうのファイルではない（パイプやデバイスなど）ので読んでいません。ふつうのファイルで提出し直してください。",
    "no ordinary file (a pipe or a device, say), and not read. Submit an ordinary file.",
)
_LINK = Message(
    "リンクなので読んでいません。リンクの先ではなく、ファイルそのものを提出してください。",
    "a link, which is not followed. Submit the file itself.",
)
