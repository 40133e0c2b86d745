"""Making submitted folders fit for `nbgrader autograde`: names, links, student ids and timestamps.

No file of a student's is changed or lost: notebooks that nbgrader would miss are added, an unreadable timestamp gets
another name, and of links only the link goes, with a word on where it pointed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.errors import SubmissionError
from autograder.messages import Message, visible_name

TIMESTAMP, SET_ASIDE = "timestamp.txt", "timestamp.unreadable.txt"
# What nbgrader's search patterns, web pages and addresses cannot take in a student's id.
_UNFIT_ID = re.compile(
    r"[\[\]*?<>\"&\\%#;:|\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|^[.-]|^\s|\s$"
)
_MAX_TIMESTAMP_BYTES = 200
_PLACEHOLDER = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'


@dataclass(frozen=True)
class Finding:
    """What intake did, or could not do, with one student's folder. `refused`: it cannot be graded as it is."""

    student: str
    message: Message
    refused: bool = False


def take_in(course: Path, unit: str, student: str = "*") -> list[Finding]:
    """Make every submission of `unit` below `course/submitted` fit for nbgrader.

    Raises: SubmissionError if there is no submission.
    """
    submitted = course / "submitted"
    folders = sorted(submitted.glob(f"{student}/{unit}")) if submitted.is_dir() else []
    if not folders:
        raise SubmissionError(
            ja=f"{submitted}: {unit} の提出物がありません。`nbgrader collect {unit}` か zip_collect のあとで実行してください。",
            en=f"{submitted}: holds no submission of {unit}. Run this after `nbgrader collect {unit}` or zip_collect.",
        )
    notebooks = [path.name for path in sorted((course / "source" / unit).glob("*.ipynb"))]
    return [finding for folder in folders for finding in _take_in(folder, notebooks)]


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's `pre_convert_hook`: the same for the folder that is about to be graded, and its list made complete."""
    folder = Path(notebooks[0]).absolute().parent
    wanted = [path.name for path in sorted((folder.parents[2] / "source" / folder.name).glob("*.ipynb"))]
    for _ in _take_in(folder, wanted):
        pass
    known = {Path(notebook).name for notebook in notebooks}
    notebooks += [str(Path(notebooks[0]).with_name(name)) for name in wanted if name not in known]


def _take_in(folder: Path, notebooks: list[str]) -> Iterator[Finding]:
    student = folder.parent.name
    if _UNFIT_ID.search(student):
        yield Finding(student, _unfit(student), refused=True)
        return
    for path in (folder.parent, folder):
        if path.is_symlink():
            yield Finding(student, _linked_folder(path), refused=True)
            return
    for path in _unfit_files(folder):
        yield Finding(student, _removed(path, folder))
        path.unlink()
    timestamp = folder / TIMESTAMP
    if os.path.lexists(timestamp) and not _is_readable(timestamp):
        timestamp.rename(folder / SET_ASIDE)
        yield Finding(student, _no_timestamp(timestamp))
    missing = [name for name in notebooks if not (folder / name).exists()]
    for name in missing:
        (folder / name).write_text(_PLACEHOLDER, encoding="utf-8")
    if missing:
        yield Finding(student, _added(missing))


def _unfit_files(folder: Path) -> Iterator[Path]:
    """Links, pipes, sockets and devices."""
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in [*folders, *files]):
            mode = path.lstat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                yield path


def _is_readable(timestamp: Path) -> bool:
    try:
        if timestamp.stat().st_size > _MAX_TIMESTAMP_BYTES:
            return False
        text = timestamp.read_text(encoding="utf-8").strip()
        return not text or parse_utc(text) is not None
    except (ValueError, OverflowError, OSError):
        return False


def _unfit(student: str) -> Message:
    shown = visible_name(student)
    return Message(
        f"submitted/{shown}: nbgrader が扱えない文字が学生の ID にあります。フォルダの名前を、英数字と . _ - @ でできた ID に変えてください。",
        f"submitted/{shown}: nbgrader cannot handle a character of this student's id. Rename the folder to an id of letters, digits and . _ - @.",
    )


def _linked_folder(path: Path) -> Message:
    return Message(
        f"{path}: フォルダではなくリンクです（{os.readlink(path)} を指す）。消すか、本物のフォルダに置き換えてください。",
        f"{path}: a link (to {os.readlink(path)}), not a folder. Remove it, or put a real folder there.",
    )


def _removed(path: Path, folder: Path) -> Message:
    target = f" → {visible_name(os.readlink(path))}" if path.is_symlink() else ""
    name = f"{visible_name(str(path.relative_to(folder)))}{target}"
    return Message(
        f"{name}: ふつうのファイルではないので取り除きました。中身が要るなら、学生に本物のファイルの提出を頼んでください。",
        f"{name}: not a regular file, so it was removed. If its content matters, ask the student for a real file.",
    )


def _no_timestamp(path: Path) -> Message:
    return Message(
        f"{path.name}: 日時として読めないので {SET_ASIDE} と名前を変えました。遅れは計算されません。正しい日時を {path.name} に書けば計算されます。",
        f"{path.name}: not a date, so it is now called {SET_ASIDE}. No lateness is computed until a right {path.name} is there.",
    )


def _added(names: list[str]) -> Message:
    listed = ", ".join(names)
    return Message(
        f"{listed}: この名前のノートブックがないので空のものを足しました。答えは提出物のほかのファイルから探します。",
        f"{listed}: the submission has no notebook of this name, so an empty one was added. The answer is looked for in its other files.",
    )
