"""What strangers write costs the trusted side time in proportion to its bytes, and each has its own verdict and reason."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.classroom import grade_folder
from autograder.course.source import without_marks
from autograder.errors import AutograderError
from autograder.exercise import Exercise, Unit
from autograder.grading.anatomy import anatomy_of
from autograder.grading.apart import SubmissionReader
from autograder.grading.engine import Settings
from autograder.grading.intake import MAX_PROSE_CHARACTERS
from autograder.grading.pool import GraderPool
from autograder.grading.receipt import read_receipt
from autograder.jail.pool import Limits
from autograder.reports.pages import student_page
from autograder.reports.pieces import code_pieces, prose_pieces
from autograder.reports.similar import MAX_CHARACTERS
from autograder.watch.assignment import answer_text

from .hostile import FILES, PYTHON, Make

# The stated bound: CPU seconds of the trusted side for one file. What was seen is a tenth of it and less.
FIXED_S, PER_BYTE_S = 0.5, 20e-6
SIZE = 50_000
# Python's own parser took time that grows with the square here, up to 3.11; the limits of reading end it (`test_apart`).
QUADRATIC = {"f-strings of fields", "notebook: a cell of fields"} if sys.version_info < (3, 12) else set()


def bound_s(n_bytes: int) -> float:
    return FIXED_S + PER_BYTE_S * n_bytes


@pytest.fixture(scope="module")
def reader():
    with SubmissionReader() as reader:
        yield reader


def write(folder: Path, file: str, text: str) -> int:
    """Bytes written."""
    folder.mkdir(exist_ok=True)
    return (folder / file).write_bytes(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", FILES)
def test_reading_costs_in_proportion_to_what_came(name: str, reader: SubmissionReader, sampling: Unit, tmp_path: Path):
    """Below the bound for each byte; and twice as much takes twice as long, not four times. No file is left out for it."""
    file, make = FILES[name]
    spent = []
    for times in (1, 2):
        n_bytes = write(tmp_path / str(times), file, make(times * SIZE))
        assert SIZE / 10 < n_bytes < 20 * times * SIZE
        before = reader.cpu_s
        submission = reader.read("s", tmp_path / str(times), sampling)
        spent.append(reader.cpu_s - before)
        assert spent[-1] < bound_s(n_bytes)
        assert submission.faults == ""
        answer = submission.answers[file.partition(".")[0]]
        assert answer.source is not None or answer.note is not None
    if name not in QUADRATIC:
        assert spent[1] < 3 * spent[0] + 0.2


@pytest.mark.parametrize("name", PYTHON)
def test_comparing_and_showing_cost_in_proportion_too(name: str, top_p: Exercise):
    """As much of a text as is compared with others, or shown as prose: cut into pieces, and on the student's page; and what
    an explanation reads of it."""
    text = PYTHON[name](MAX_CHARACTERS)
    answer = text[:MAX_PROSE_CHARACTERS]
    exercise = {"id": "a", "title": {"ja": "", "en": ""}, "points": None, "max_points": 1.0, "verdict": "person"}
    report = {
        **{"schema_version": 1, "student": "s", "unit": "u", "release": "", "model": "", "device": "", "jail": ""},
        **{"points": 0.0, "max_points": 1.0, "points_by_person": 1.0, "receipt": None, "notes": []},
        "exercises": [{**exercise, "note": None, "checks": [], "answer": answer}],
    }
    steps: dict[str, Callable[[], object]] = {
        "code": lambda: code_pieces(text[:MAX_CHARACTERS]),
        "prose": lambda: prose_pieces(answer),
        "page": lambda: student_page(report),
        "why it failed": lambda: anatomy_of(text),
    }
    slow = {"names of characters"}  # of Pygments; such a text is ended by the limits and told (`test_similar`)
    for step, work in steps.items():
        begun = time.process_time()
        work()
        spent = time.process_time() - begun
        assert spent < bound_s(len(text)) * (4 if (name in slow and step == "code") else 1), step


@pytest.mark.parametrize("name", [name for name, (file, _) in FILES.items() if file != "observations.md"])
def test_a_students_own_tools_end_with_a_sentence_at_worst(name: str, top_p: Exercise, tmp_path: Path):
    """`watch`, `convert` and the check cell read in the student's own process: no traceback."""
    file, make = FILES[name]
    n_bytes = write(tmp_path, file, make(SIZE))
    begun = time.process_time()
    with contextlib.suppress(AutograderError, UnicodeDecodeError):
        assert isinstance(answer_text(top_p, tmp_path / file), str)
    assert time.process_time() - begun < bound_s(n_bytes)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "[" * n,
        lambda n: '{"files": ' * (n // 10),
        lambda n: '{"schema_version": ' + "9" * n + "}",
        lambda n: json.dumps({"schema_version": 1, "unit": "a" * n}),
        lambda n: json.dumps(
            {"schema_version": 1, "unit": "a", "made": "", "files": {str(i): "" for i in range(n // 12)}}
        ),
        lambda n: "\0" * n,
        lambda n: "NaN",
    ],
)
def test_a_receipt_costs_in_proportion(make: Make):
    """At most 256 KiB of it are read; what is no receipt is a sentence."""
    data = make(1 << 18).encode()
    begun = time.process_time()
    with pytest.raises(AutograderError):
        read_receipt(data)
    assert time.process_time() - begun < bound_s(len(data))


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_class_of_hostile_files_is_graded(top_p: Exercise, sampling: Unit, tmp_path: Path):
    """Every one of them beside a right answer: that has full marks, each other one a verdict and, if it is not just a wrong
    answer, a reason that names the file; the class page lists everybody."""
    submissions, out = tmp_path / "submissions", tmp_path / "out"
    submissions.mkdir()
    for number, (file, make) in enumerate(FILES.values()):
        if file != "observations.md":
            write(submissions / f"h{number:03}", file, make(5_000))
    (submissions / "bomb.zip").write_bytes(zipped(**{"top_p.py": bytes(60 << 20)}))
    (submissions / "many.zip").write_bytes(zipped(**{f"{i}.py": b"x = 1\n" for i in range(20_000)}))
    inner = zipped(**{"top_p.py": without_marks(top_p.solution).encode()})
    (submissions / "nested.zip").write_bytes(zipped(**{"again.zip": inner}))
    write(submissions / "zz_right", "top_p.py", without_marks(top_p.solution))
    unit = Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p,))
    settings = Settings(limits=Limits(cpu_s=5, wall_s=60.0, memory_mib=600))
    with GraderPool(settings, 2) as grader:
        summary = grade_folder(submissions, unit, out, settings, grader=grader)
    students = {student["student"]: student for student in summary["students"]}
    assert students.keys() == {entry.name.removesuffix(".zip") for entry in submissions.iterdir()}
    assert students["zz_right"]["points"] == top_p.max_points
    page = (out / "index.html").read_text(encoding="utf-8")
    for name in students:
        assert name in page
        report = json.loads((out / name / "report.json").read_text(encoding="utf-8"))
        exercise = report["exercises"][0]
        said = [report["notes"], exercise["note"], *(check["message"]["en"] for check in exercise["checks"])]
        assert exercise["verdict"] == "pass" or any(said), name
        assert not (out / name / "faults.log").exists(), name
    assert summary["similar"] is not None
