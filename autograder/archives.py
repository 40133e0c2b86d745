"""Every archive that this package reads or writes goes through here; nothing in one can leave the folder that it is read for.

    members, refused = read_archive(data, bounds)       zip → path below the folder → bytes; and what was not taken, and why
    write_below(folder, path, data)                     one file, below `folder` whatever links lie there
    pack(files)                                         path → bytes → zip, the same bytes for the same files

Nothing is unpacked by `zipfile` itself. A member's name is taken only if it means the same one place on every system.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.messages import Message, visible_name

# Every archive of the same files has the same bytes; zip knows no earlier date.
_DATE = (1980, 1, 1, 0, 0, 0)
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others can ask for gigabytes before they give a byte
_ENTRY = b"PK\x01\x02"  # of which an archive holds one for each member
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
_INVISIBLE, _JOINERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}, {"\u200c", "\u200d"}
MAX_NAME_BYTES, MAX_PARTS = 1000, 40


class ArchiveError(Exception):
    """It is no archive, it is damaged, or it is larger than allowed; `reason` says it."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(reason.text("both"))


@dataclass(frozen=True)
class Bounds:
    """How large an archive may be: packed, each member, all that are taken, how many there are, and how many times the packed.

    Half of `total_bytes` is allowed whatever the ratio: a notebook's repeated lines pack well.
    """

    packed_bytes: int = 512 << 20
    member_bytes: int = 512 << 20
    total_bytes: int = 1 << 30
    members: int = 20_000
    ratio: int = 200


@dataclass(frozen=True)
class Member:
    """`data` is None for a folder, and for a file over its limit (`size` is then what it announces)."""

    data: bytes | None
    size: int
    is_folder: bool = False


Refused = dict[str, Message]  # name as it may be shown → why it was not taken
OUR_OWN = Bounds()


def read_archive(
    data: bytes,
    bounds: Bounds = OUR_OWN,
    *,
    limit: Callable[[PurePosixPath], int | None] | None = None,
) -> tuple[dict[PurePosixPath, Member], Refused]:
    """The members of a zip, by path, in their order; and those that were refused, which may not be looked for elsewhere.

    Args:
        limit: of a member's bytes, or None if it is not wanted: then it is neither taken nor refused.

    Raises: ArchiveError if it cannot be read or is beyond `bounds`.
    """
    if len(data) > bounds.packed_bytes or data.count(_ENTRY) > bounds.members:
        raise ArchiveError(_too_large(len(data)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            return _Reading(opened, bounds, limit or (lambda _: bounds.member_bytes), len(data)).members()
    except ArchiveError:
        raise
    except Exception as error:  # damaged data lead `zipfile` to more exceptions than it documents
        raise ArchiveError(_DAMAGED) from error


def read_whole(data: bytes, bounds: Bounds = OUR_OWN) -> dict[str, bytes]:
    """Path → bytes of an archive of which nothing may be amiss, such as a release.

    Raises: ArchiveError also for a single member that would be refused.
    """
    members, refused = read_archive(data, bounds)
    for name, reason in refused.items():
        raise ArchiveError(Message(f"{name}: {reason.ja}", f"{name}: {reason.en}"))
    if any(one.data is None and not one.is_folder for one in members.values()):
        raise ArchiveError(_too_large(len(data)))
    return {str(path): one.data for path, one in members.items() if one.data is not None}


def write_below(
    folder: Path, name: str | PurePosixPath, data: bytes, *, write: Callable[[Path, bytes], object]
) -> Path:
    """Write `data` at `name` below `folder` by `write(path, data)`, with the folders on the way.

    Raises: ArchiveError if the name is not safe, or a link leads out of `folder`; then nothing is written.
    """
    path = safe_path(str(name))
    if isinstance(path, Message):
        raise ArchiveError(Message(f"{visible_name(str(name))}: {path.ja}", f"{visible_name(str(name))}: {path.en}"))
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise ArchiveError(Message(f"{path}: {_LEAVES.ja}", f"{path}: {_LEAVES.en}"))
    target.parent.mkdir(parents=True, exist_ok=True)
    write(target, data)
    return target


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip. Raises: ArchiveError for a name that reading would refuse."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            if isinstance(reason := safe_path(name), Message):
                raise ArchiveError(Message(f"{visible_name(name)}: {reason.ja}", f"{visible_name(name)}: {reason.en}"))
            member = zipfile.ZipInfo(name, _DATE)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            opened.writestr(member, data)
    return buffer.getvalue()


def safe_path(name: str) -> PurePosixPath | Message:
    """Where `name` lies below any folder, on every system; or why it has no such place. A backslash parts as a slash does."""
    parts = name.replace("\\", "/").removesuffix("/").split("/")
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES or len(parts) > MAX_PARTS:
        return Message("名前が長すぎます。短い名前に変えてください。", "its name is too long. Use a shorter one.")
    if parts[0] == "" or ".." in parts or any(_DRIVE.match(part) for part in parts):
        return _LEAVES
    if "" in parts or "." in parts:
        return Message(
            "名前の中に空の部分（`//` や `/./`）があります。アーカイブを作り直してください。",
            "its name has an empty part (`//` or `/./`). Make the archive again.",
        )
    if any(unicodedata.category(letter) in _INVISIBLE and letter not in _JOINERS for letter in name):
        return Message(
            "名前に、見えない制御文字があります。ふつうの文字だけの名前に変えてください。",
            "its name holds invisible control characters. Use a name of ordinary ones.",
        )
    if any(_RESERVED.match(part) or part != part.rstrip(" .") for part in parts):
        return Message(
            "Windows では使えない名前です（CON や NUL など、または終わりが空白かピリオド）。別の名前に変えてください。",
            "Windows cannot have a file of this name (such as CON or NUL, or one that ends in a space or a dot). Rename it.",
        )
    return PurePosixPath(*parts)


class _Reading:
    """One archive, member by member."""

    def __init__(
        self, opened: zipfile.ZipFile, bounds: Bounds, limit: Callable[[PurePosixPath], int | None], n_packed: int
    ) -> None:
        self._opened, self._bounds, self._limit = opened, bounds, limit
        self._left = min(bounds.total_bytes, max(bounds.ratio * n_packed, bounds.total_bytes // 2))
        self._taken: dict[PurePosixPath, Member] = {}
        self._refused: Refused = {}
        # As the least able file system knows a place → how it was written first, and whether it is a folder.
        self._places: dict[str, tuple[PurePosixPath, bool]] = {}

    def members(self) -> tuple[dict[PurePosixPath, Member], Refused]:
        for info in self._opened.infolist():
            name = info.orig_filename  # as it stands there: `filename` ends at a zero byte
            # Of a name that is refused it is still asked whether it is wanted, by what can be made of it.
            shown = PurePosixPath(name.replace("\\", "/"))
            path = safe_path(name)
            limit = self._limit(shown if isinstance(path, Message) else path)
            if limit is None:
                continue
            reason = path if isinstance(path, Message) else self._unfit(info, path)
            if reason is not None or isinstance(path, Message):
                self._refused.setdefault(visible_name(name), reason or _LEAVES)
            else:
                self._taken[path] = self._read(info, limit)
        return self._taken, self._refused

    def _unfit(self, info: zipfile.ZipInfo, path: PurePosixPath) -> Message | None:
        """Why a member is not taken, though its name is safe."""
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            return _NO_FILE
        if info.compress_type not in _METHODS:
            return Message(
                "ふつうの zip（deflate）でない方法で圧縮されています。ふつうの zip で作り直してください。",
                "it is packed by another method than the ordinary one of zip (deflate). Make an ordinary zip.",
            )
        is_folder = info.is_dir()
        steps = [(parent, True) for parent in path.parents[:-1]] + [(path, is_folder)]
        if any(self._places.setdefault(_place(step), (step, folder)) != (step, folder) for step, folder in steps):
            return _TWICE
        return _TWICE if path in self._taken and not is_folder else None

    def _read(self, info: zipfile.ZipInfo, limit: int) -> Member:
        """The bytes of a member; what it announces is not believed."""
        if info.is_dir():
            return Member(None, 0, is_folder=True)
        with self._opened.open(info) as stream:
            data = stream.read(min(limit, self._left) + 1)
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveError(_TOO_MUCH)
        return Member(data, len(data)) if len(data) <= limit else Member(None, max(info.file_size, len(data)))


def _place(path: PurePosixPath) -> str:
    """One text for all names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(path)).casefold())


def _too_large(n_bytes: int) -> Message:
    return Message(
        f"大きすぎるか、ファイルが多すぎます（{n_bytes / 2**20:.1f} MiB）。要らないファイルを除いて作り直してください。",
        f"it is too large or holds too many files ({n_bytes / 2**20:.1f} MiB). Make it again without what is not needed.",
    )


_DAMAGED = Message(
    "zip として読めません（壊れているか、暗号化されています）。作り直してください。",
    "not a readable zip (damaged or encrypted). Make it again.",
)
_TOO_MUCH = Message(
    "展開すると大きくなりすぎます。要らないファイルを除いて作り直してください。",
    "it unpacks to more than is allowed. Make it again without what is not needed.",
)
_LEAVES = Message(
    "名前が、展開するフォルダの外を指しています。ファイルのあるフォルダごと zip にしてください。",
    "its name leads out of the folder that it is unpacked to. Make the zip of the folder that holds the file.",
)
_NO_FILE = Message(
    "リンクやデバイスで、ファイルではありません。中身のあるファイルを入れてください。",
    "it is a link or a device, not a file. Pack the file itself.",
)
_TWICE = Message(
    "同じ名前のものがもう 1 つあります（大文字と小文字などが違うだけの名前も、同じ名前になります）。1 つだけ残してください。",
    "there is another one of this name (names that differ in case alone are one name on some systems). Keep one.",
)
