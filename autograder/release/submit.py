"""`autograder submit`: a student's answers and a receipt in one zip, written whole or not at all."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.archives import pack
from autograder.errors import SubmissionError
from autograder.grading.apart import SubmissionReader
from autograder.grading.files import (
    MAX_ARCHIVE_BYTES,
    MAX_NOTEBOOK_BYTES,
    MAX_PY_BYTES,
    RECEIPT_NAME,
    SubmittedFile,
    submitted_files,
)
from autograder.grading.intake import Submission, holds_answer
from autograder.grading.receipt import SCHEMA_VERSION
from autograder.grading.texts import UNGRADED_NAMES
from autograder.messages import visible_name
from autograder.release.folder import HandedOut, read_folder
from autograder.release.public_run import PublicRun, not_run, run_public_checks
from autograder.reports.files import write_atomic_bytes

PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "numpy",
    "sacrebleu",
    "matplotlib",
    "pytest",
    "textgen-autograder",
)
_CLAIM = (
    "public_checks is what the student's own machine reported. It decides no mark: grading runs these checks again, "
    "and hidden ones."
)


@dataclass(frozen=True)
class Submitted:
    """What was packed, and how the answers stand. `submission` is what grading will read of the same files."""

    archive: Path
    files: tuple[str, ...]
    n_bytes: int
    given: HandedOut
    submission: Submission
    run: PublicRun
    receipt: dict[str, Any]


def submit(
    folder: Path,
    out: Path | None = None,
    *,
    checks: bool = True,
    time_limit_s: float = 600,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Submitted:
    """Run the public checks on the answers in `folder`, then pack the answers with a receipt.

    Packed is what grading reads: the .py and .ipynb files directly in the folder, without check files and untouched
    notebooks, and the .md of exercises in prose. Checks that fail, or do not end, do not stop it.

    Args:
        out: the zip, or an existing folder for it (default: `<unit>-submission.zip` in `folder`).
        checks: False packs at once; the receipt then says that no check was run.

    Raises: SubmissionError if this is no assignment folder, nothing can be packed, or a file is over its limit.
    """
    given = read_folder(folder)
    name = f"{given.unit.id}-submission.zip"
    archive = folder / name if out is None else out / name if out.is_dir() else out
    files = _answers(folder, given)
    submission = _as_graded(given, files)
    run = (
        run_public_checks(given, submission, time_limit_s=time_limit_s, progress=progress) if checks else not_run(given)
    )
    receipt = _receipt(given, files, run)
    data = _zip(given.unit.id, _with_receipt(files, receipt))
    if len(data) > MAX_ARCHIVE_BYTES:
        raise _too_large(archive.name, len(data), MAX_ARCHIVE_BYTES)
    _write(archive, data)
    return Submitted(archive, tuple(files), len(data), given, submission, run, receipt)


def _answers(folder: Path, given: HandedOut) -> dict[str, bytes]:
    """Name → bytes of what grading reads in the folder itself. Raises: SubmissionError."""
    prose = {exercise.answer_file for exercise in given.unit.exercises if exercise.rubric is not None}
    # An earlier zip in a folder without answers would be read as the folder itself: its files have longer paths.
    found = [file for file in submitted_files(folder, depth=0) if len(file.path.parts) == 1 and _is_answer(file, prose)]
    unwritten = _untouched_notebooks(found, given)
    found = [file for file in found if file.path.name not in unwritten]
    files = {}
    for file in found:
        if file.data is None:
            limit = MAX_NOTEBOOK_BYTES if file.path.suffix.lower() == ".ipynb" else MAX_PY_BYTES
            raise _too_large(str(file.path), file.size, limit)
        files[str(file.path)] = file.data
    if not files:
        wanted = ", ".join(exercise.answer_file for exercise in given.unit.exercises)
        raise SubmissionError(
            ja=f"{folder}: 答えのファイルが 1 つもありません。{wanted}（またはノートブック）を置いてから、もう一度実行してください。",
            en=f"{folder}: holds no answer. Put {wanted} (or the notebooks) there and run this again.",
        )
    return dict(sorted(files.items()))


def _is_answer(file: SubmittedFile, prose: set[str]) -> bool:
    name = file.path.name
    if file.is_folder or name == RECEIPT_NAME or name.startswith(UNGRADED_NAMES):
        return False
    return file.path.suffix.lower() != ".md" or name in prose


def _untouched_notebooks(files: list[SubmittedFile], given: HandedOut) -> set[str]:
    """Notebooks without an answer, where the exercise's .py (.md) is there to show as much."""
    present = {file.path.name: file for file in files}
    return {
        name
        for exercise in given.unit.exercises
        for name in (f"{exercise.name}.ja.ipynb", f"{exercise.name}.en.ipynb")
        if name in present and exercise.answer_file in present and not holds_answer(present[name], exercise)
    }


def _too_large(name: str, size: int, limit: int) -> SubmissionError:
    shown = visible_name(name)
    return SubmissionError(
        ja=f"{shown}: 大きすぎます（{size / 2**20:.1f} MiB、上限 {limit >> 20} MiB）。ノートブックなら出力を消して保存し、答えでないファイルならフォルダの外に移してください。",
        en=f"{shown}: too large ({size / 2**20:.1f} MiB; the limit is {limit >> 20} MiB). Clear a notebook's outputs and save it; move what is no answer out of the folder.",
    )


def _receipt(given: HandedOut, files: dict[str, bytes], run: PublicRun) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "unit": given.unit.id,
        "release": given.release,
        "made": _now(),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "handed_out": given.parts,
        "versions": {"python": platform.python_version(), "textgen-autograder": __version__, **_versions()},
        "claim": _CLAIM,
        "public_checks": {
            "ran": run.ran,
            "problem": run.problem or None,
            "points": sum(one.check.points for _, one in run.every() if one.outcome == "pass"),
            "max_points": sum(one.check.points for _, one in run.every()),
            "exercises": {name: {one.check.id: one.outcome for one in runs} for name, runs in run.exercises.items()},
        },
    }


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _as_graded(given: HandedOut, files: dict[str, bytes]) -> Submission:
    """What grading reads of a zip of `files`."""
    with tempfile.TemporaryDirectory(prefix="autograder-submit-") as place:
        archive = Path(place, "answers.zip")
        archive.write_bytes(_zip(given.unit.id, files))
        with SubmissionReader() as reader:
            return reader.read(given.unit.id, archive, given.unit)


def _with_receipt(files: dict[str, bytes], receipt: dict[str, Any]) -> dict[str, bytes]:
    told = json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"
    return {RECEIPT_NAME: told.encode("utf-8"), **files}


def _zip(unit: str, files: dict[str, bytes]) -> bytes:
    return pack({f"{unit}/{name}": data for name, data in files.items()})


def _write(archive: Path, data: bytes) -> None:
    try:
        write_atomic_bytes(archive, data)
    except OSError as error:
        raise SubmissionError(
            ja=f"{archive}: 書けません（{error.strerror}）。書ける場所を `--out` で指定してください。",
            en=f"{archive}: cannot be written ({error.strerror}). Name a place that can be written to with `--out`.",
        ) from error
