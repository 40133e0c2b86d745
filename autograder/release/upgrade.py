"""Moving a student's folder to a later release without touching what the student wrote."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.archives import ArchiveError, read_whole, write_below
from autograder.errors import SettingsError
from autograder.messages import Message, shown
from autograder.release.bundle import MANIFEST, VERSION, read_manifest
from autograder.reports.files import write_atomic_bytes


@dataclass(frozen=True)
class Upgraded:
    """What became of the files: new or replaced; left as the student has them, with the new text beside them."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def upgrade(bundle: Path, folder: Path) -> Upgraded:
    """Put the files of `bundle` into `folder`, which holds an earlier release of the same unit.

    A file that is as the earlier release gave it is replaced. One that was changed is kept; if the new release has
    another text for it, that is put beside it as `NAME.new`. Nothing is deleted. The manifest is written last, so an
    interrupted upgrade can be run again.

    Raises: SettingsError if the bundle cannot be read or is damaged, or `folder` holds no release of its unit.
    """
    files = _files_of(bundle)
    before = _manifest_of(folder, files[VERSION].split()[0].decode())
    written, kept = [], []
    for name, data in files.items():
        path = folder / name
        digest = _digest(path)
        if name == MANIFEST or digest == hashlib.sha256(data).hexdigest():
            continue
        if digest is None or digest == before.get(name):
            _write(folder, name, data)
            written.append(name)
        else:
            if before.get(name) != hashlib.sha256(data).hexdigest():
                _write(folder, f"{name}.new", data)
            kept.append(name)
    _write(folder, MANIFEST, files[MANIFEST])
    return Upgraded(tuple(written), tuple(kept))


def _files_of(bundle: Path) -> dict[str, bytes]:
    """Path below the unit's folder → bytes, compared with the manifest."""
    try:
        members = {PurePosixPath(name): data for name, data in read_whole(bundle.read_bytes()).items()}
        files = {str(PurePosixPath(*path.parts[1:])): data for path, data in members.items() if len(path.parts) > 1}
        wanted = read_manifest(files[MANIFEST])
        damaged = [name for name, digest in wanted.items() if hashlib.sha256(files[name]).hexdigest() != digest]
        if damaged or wanted.keys() | {MANIFEST} != files.keys():
            raise ValueError(", ".join(damaged) or "files that the manifest does not name")
    except (OSError, KeyError, ValueError, ArchiveError) as error:
        said = error.reason if isinstance(error, ArchiveError) else Message(shown(error), shown(error))
        raise SettingsError(
            ja=f"{bundle}: 配布物として読めません（{said.ja}）。もう一度ダウンロードしてください。",
            en=f"{bundle}: not a whole release ({said.en}). Download it again.",
        ) from error
    return files


def _manifest_of(folder: Path, unit: str) -> dict[str, str]:
    try:
        if (folder / VERSION).read_text(encoding="utf-8").split()[0] != unit:
            raise ValueError((folder / VERSION).read_text(encoding="utf-8").strip())
        return read_manifest((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, IndexError) as error:
        raise SettingsError(
            ja=f"{folder}: {unit} の配布物のフォルダではありません（{error}）。配られたフォルダを指定してください。",
            en=f"{folder}: not a folder of a release of {unit} ({error}). Give the folder that you were given.",
        ) from error


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _write(folder: Path, name: str, data: bytes) -> None:
    """Raises: SettingsError if a link of the student's leads out of `folder`."""
    try:
        write_below(folder, name, data, write=write_atomic_bytes)
    except ArchiveError as error:
        raise SettingsError(ja=error.reason.ja, en=error.reason.en) from error
