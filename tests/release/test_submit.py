"""`autograder submit`: what grading reads is packed with a receipt, whatever the checks say, whole or not at all."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.build import plan_assignments, write_assignments
from autograder.classroom import grade_folder
from autograder.cli import app
from autograder.convert import convert_answer
from autograder.course.source import without_marks
from autograder.errors import SubmissionError
from autograder.exercise import Course, Exercise, Unit
from autograder.grading.engine import Grader, Settings
from autograder.grading.files import MAX_PY_BYTES, RECEIPT_NAME
from autograder.release import submit as module
from autograder.release.bundle import MANIFEST, VERSION, manifest
from autograder.release.submit import submit

WRONG = "def top_p_filter(probs, p):\n    return probs\n"


@pytest.fixture
def unit(sampling: Unit, top_p: Exercise) -> Unit:
    """u02_sampling with an exercise in code and one in prose."""
    return replace(sampling, exercises=(top_p, sampling.exercises[-1]))


@pytest.fixture
def folder(unit: Unit, course: Course, tmp_path: Path) -> Path:
    """A student's folder, as handed out in release 2."""
    planned = plan_assignments(Course(course.root, (unit,)))
    write_assignments(planned, tmp_path / "given")
    folder = tmp_path / "given" / unit.id
    (folder / VERSION).write_text(f"{unit.id} 2\n")
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / MANIFEST).write_bytes(manifest(files))
    return folder


def members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_zip_holds_answers_and_a_receipt(folder: Path, top_p: Exercise):
    """Nothing that was handed out, no caches, no environment; modules of the student's own, which answers may import."""
    (folder / "top_p.py").write_text(f"import sums\n\n\n{without_marks(top_p.solution)}")
    (folder / "sums.py").write_text("x = 1\n")
    (folder / "observations.md").write_text("Self-BLEU falls.\n")
    for name in ("__pycache__/top_p.py", ".venv/a.py", "env/b.py", "conftest.py", "test_mine.py", "notes.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("y = 2\n")
    done = submit(folder)
    assert done.archive == folder / "u02_sampling-submission.zip"
    names = ["RECEIPT.json", "observations.md", "sums.py", "top_p.py"]
    assert sorted(members(done.archive)) == [f"u02_sampling/{name}" for name in names]
    assert done.run.all_passed
    receipt = json.loads(members(done.archive)[f"u02_sampling/{RECEIPT_NAME}"])
    assert (receipt["unit"], receipt["release"]) == ("u02_sampling", "2")
    assert sorted(receipt["files"]) == names[1:]
    assert receipt["public_checks"]["points"] == receipt["public_checks"]["max_points"] == top_p.public_points
    assert receipt["versions"].keys() >= {"python", "torch", "transformers", "textgen-autograder"}
    assert "decides no mark" in receipt["claim"]


def test_only_the_time_tells_two_zips_apart(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """The same answers give the same bytes but for the moment in the receipt."""
    times = iter(["2026-11-22T10:00:00+00:00", "2026-11-22T10:00:00+00:00", "2026-11-23T10:00:00+00:00"])
    monkeypatch.setattr(module, "_now", lambda: next(times))
    first, second, third = (submit(folder, checks=False).archive.read_bytes() for _ in range(3))
    assert first == second != third
    archive = folder / "u02_sampling-submission.zip"
    later = members(archive)
    archive.write_bytes(first)
    earlier = members(archive)
    assert {name for name in later if later[name] != earlier[name]} == {f"u02_sampling/{RECEIPT_NAME}"}


def test_checks_that_fail_do_not_stop_it(folder: Path):
    """The receipt says which; an untouched exercise is unwritten, not failed."""
    (folder / "top_p.py").write_text(WRONG)
    done = submit(folder)
    found = done.receipt["public_checks"]["exercises"]["top_p"]
    assert found["test_keeps_the_token_that_crosses_p"] == "fail"
    assert not done.run.all_passed
    assert members(done.archive)["u02_sampling/top_p.py"].decode() == WRONG


def test_a_notebook_is_checked_as_it_will_be_graded(folder: Path, top_p: Exercise):
    """Its cells, not the untouched file beside it; the other language's untouched notebook stays out."""
    stub = (folder / "top_p.py").read_bytes()
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    convert_answer(folder / "top_p.py", folder / "top_p.en.ipynb")
    (folder / "top_p.py").write_bytes(stub)
    done = submit(folder)
    assert set(done.receipt["public_checks"]["exercises"]["top_p"].values()) == {"pass"}
    assert done.files == ("observations.md", "top_p.en.ipynb", "top_p.py")


def test_a_loop_without_end_is_cut_off_and_packed(folder: Path):
    """At 2 a.m. one wants a zip; the receipt says that the checks ran out of time."""
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    while True:\n        pass\n")
    done = submit(folder, time_limit_s=12)
    assert done.archive.is_file()
    assert (done.run.problem, done.run.hung) == ("time", "top_p")
    assert set(done.receipt["public_checks"]["exercises"]["top_p"].values()) == {"not run"}


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("no unit.json", "not an assignment folder"),
        ("damaged", "damaged"),
        ("no answer", "holds no answer"),
        ("large", "too large"),
        ("nowhere to write", "cannot be written"),
    ],
)
def test_what_cannot_be_packed_is_said_and_nothing_is_written(what: str, words: str, folder: Path):
    """With what to do; an earlier zip stays as it was."""
    archive = submit(folder, checks=False).archive
    before = archive.read_bytes()
    out = None
    if what == "no unit.json":
        (folder / "unit.json").unlink()
    elif what == "damaged":
        (folder / "unit.json").write_text('{"unit": "u02_sampling", "exercises": [{}]}')
    elif what == "no answer":
        for path in [*folder.glob("*.py"), *folder.glob("*.ipynb"), *folder.glob("*.md")]:
            path.unlink()
    elif what == "large":
        (folder / "top_p.py").write_bytes(b"#" * (MAX_PY_BYTES + 1))
    else:
        out = folder / "nowhere" / "x.zip"
    with pytest.raises(SubmissionError, match=words):
        submit(folder, out, checks=False)
    assert archive.read_bytes() == before
    assert [path.name for path in folder.glob("*.zip*")] == [archive.name]


def test_an_interrupted_writing_leaves_the_old_zip(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Whole or not at all."""
    before = submit(folder, checks=False).archive.read_bytes()
    monkeypatch.setattr(module, "_with_receipt", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        submit(folder, checks=False)
    assert (folder / "u02_sampling-submission.zip").read_bytes() == before


def edited(folder: Path, name: str, change: Callable[[str], str]) -> None:
    (folder / name).write_text(change((folder / name).read_text(encoding="utf-8")), encoding="utf-8")


def test_the_command_says_how_things_stand(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Release, each exercise, failing checks by title, what was changed of what was handed out, and the zip."""
    monkeypatch.setenv("AUTOGRADER_LANG", "en")
    (folder / "top_p.py").write_text(WRONG)
    edited(folder, "test_top_p.py", lambda text: text + "\n# mine\n")
    ran = CliRunner().invoke(app, ["submit", str(folder)])
    assert ran.exit_code == 1
    for words in (
        "u02_sampling release 2",
        "top_p         ✗ ",
        "✗ The token that crosses p is kept.",
        "pytest test_top_p.py",
        "observations  – not written yet",
        "test_top_p.py: not as handed out",
        "u02_sampling-submission.zip (2 files",
    ):
        assert words in ran.output


def test_the_command_speaks_json(folder: Path, top_p: Exercise):
    """The receipt, and where the zip lies; exit status 0 when everything is written."""
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    (folder / "observations.md").write_text("Self-BLEU falls.\n")
    ran = CliRunner().invoke(app, ["submit", str(folder), "--skip-checks", "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert Path(told["archive"]).is_file()
    assert told["public_checks"]["ran"] is False


@pytest.fixture(scope="module")
def grader():
    with Grader(Settings()) as grader:
        yield grader


def report_of(out: Path, student: str) -> dict[str, Any]:
    return json.loads((out / student / "report.json").read_text(encoding="utf-8"))


def test_a_zip_is_graded_like_its_folder(folder: Path, unit: Unit, top_p: Exercise, grader: Grader, tmp_path: Path):
    """As a zip, as the zip in a folder that Moodle makes, and unpacked: the same marks as the folder that was packed."""
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    (folder / "observations.md").write_text("Self-BLEU falls.\n")
    archive, classroom = submit(folder, tmp_path / "x.zip", checks=False).archive, tmp_path / "class"
    shutil.copytree(folder, classroom / "folder")
    shutil.copy(archive, classroom / "zip.zip")
    moodle = classroom / "Yamada Taro_1234_assignsubmission_file"
    moodle.mkdir()
    shutil.copy(archive, moodle)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(classroom / "unpacked")
    grade_folder(classroom, unit, tmp_path / "out", Settings(), grader=grader)
    of_folder = report_of(tmp_path / "out", "folder")
    assert of_folder["points"] == top_p.max_points
    for student in ("zip", moodle.name, "unpacked"):
        report = report_of(tmp_path / "out", student)
        assert report["exercises"] == of_folder["exercises"]
        assert report["receipt"]["state"] == "current"
        assert report["receipt"]["release"] == "2"


def test_an_old_release_is_told_and_costs_nothing(
    folder: Path, unit: Unit, top_p: Exercise, grader: Grader, tmp_path: Path
):
    """Submitted from release 2, then the course's public checks and text change: the report, class.json and both pages say so."""
    (folder / "top_p.py").write_text(without_marks(top_p.solution))
    (tmp_path / "class").mkdir()
    submit(folder, tmp_path / "class" / "alice.zip", checks=False)
    later = tmp_path / "later" / top_p.folder.name
    shutil.copytree(top_p.folder, later, ignore=shutil.ignore_patterns("__pycache__"))
    edited(later, "checks_public.py", lambda text: text.replace("# The tutorial", "# Our"))
    changed = replace(
        top_p, folder=later, statement=replace(top_p.statement, en=top_p.statement.en + "\nOne more hint.\n")
    )
    present = replace(unit, exercises=(changed, unit.exercises[1]))
    summary = grade_folder(tmp_path / "class", present, tmp_path / "out", Settings(), grader=grader)
    report = report_of(tmp_path / "out", "alice")
    assert report["points"] == top_p.max_points
    assert report["receipt"]["differs"] == {"top_p": ["text_en", "checks"]}
    assert "release 2" in report["notes"][0]["en"]
    assert "the public checks" in report["notes"][0]["en"]
    assert summary["students"][0]["receipt"]["state"] == "old"
    assert "配布版 2" in (tmp_path / "out" / "alice" / "report.html").read_text(encoding="utf-8")
    assert "submitted from release 2" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
