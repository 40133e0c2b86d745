"""Grading a class: right verdicts, resumable, whole files only, no submission harms another."""

from __future__ import annotations

import ast
import json
import multiprocessing
import shutil
from html import unescape
from pathlib import Path

import pytest

from autograder.classroom import grade_folder
from autograder.course.source import with_mistake, without_marks
from autograder.demo import write_class
from autograder.exercise import Exercise, Unit
from autograder.grading import engine
from autograder.grading.engine import Settings
from autograder.grading.intake import read_submission
from autograder.grading.pool import GraderPool
from autograder.jail.pool import Limits
from autograder.reports.attention import looks
from autograder.reports.times import read_times

SETTINGS = Settings(limits=Limits(cpu_s=3, wall_s=60.0, memory_mib=600))


@pytest.fixture(scope="module")
def grader():
    """A warm grader for all classes of this file."""
    with engine.Grader(SETTINGS) as grader:
        yield grader


@pytest.fixture(scope="module")
def unit(sampling: Unit, top_p: Exercise) -> Unit:
    """u02_sampling with its quickest exercise only."""
    return Unit(sampling.id, sampling.folder, sampling.title, sampling.intro, (top_p,))


@pytest.fixture(scope="module")
def graded(unit: Unit, grader: engine.Grader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's class, graded."""
    folder = tmp_path_factory.mktemp("class")
    write_class(unit, folder / "submissions", with_troublemakers=True)
    (folder / "submissions" / "topp").mkdir()
    (folder / "submissions" / "topp" / "topp.py").write_text("x = 1\n")
    grade_folder(folder / "submissions", unit, folder / "results", SETTINGS, grader=grader)
    return folder


def report_of(folder: Path, student: str) -> dict:
    return json.loads((folder / "results" / student / "report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("student", "verdict"),
    [
        ("all_right", "pass"),
        ("all_right_notebook", "pass"),
        ("stub_untouched", "unwritten"),
        ("typical_mistakes_1", "fail"),
        ("raises_an_exception", "crash"),
        ("loops_for_ever", "limit"),
        ("eats_memory", "limit"),
        ("reads_the_hidden_checks", "crash"),
        ("broken_zip", "crash"),
        ("not_utf8", "crash"),
        ("empty", "unwritten"),
        ("topp", "unwritten"),
    ],
)
def test_verdicts_are_right(graded: Path, top_p: Exercise, student: str, verdict: str):
    """Full marks for the right ones, none for those who wrote nothing that works."""
    report = report_of(graded, student)
    (exercise,) = report["exercises"]
    assert exercise["verdict"] == verdict
    assert exercise["id"] == "sampling/top_p"
    assert report["max_points"] == exercise["max_points"] == top_p.max_points
    assert report["points"] == sum(check["points"] for check in exercise["checks"])
    assert (report["points"] == report["max_points"]) is (verdict == "pass")
    assert (report["points"] == 0) is (verdict not in {"pass", "fail"})


def test_every_mistake_is_explained_on_the_students_page(graded: Path, top_p: Exercise):
    """By its hint, in both languages, on the check that must catch it; a changed argument by the check's own words.

    That it changed is seen, not how.
    """
    for number, mistake in enumerate(top_p.mistakes, start=1):
        (exercise,) = report_of(graded, f"typical_mistakes_{number}")["exercises"]
        (check,) = [check for check in exercise["checks"] if check["id"] == mistake.caught_by]
        if mistake.id == "sorts_in_place":
            assert "argument 1 was no longer what had been passed" in check["message"]["en"]
            continue
        assert check["mistake"] == mistake.id
        assert check["hint"] == {"ja": mistake.hint.ja, "en": mistake.hint.en}
        page = (graded / "results" / f"typical_mistakes_{number}" / "report.html").read_text(encoding="utf-8")
        assert mistake.hint.ja.split("。")[0][:10] in page


def test_a_bad_submission_says_why(graded: Path):
    """The reason stands in the report, not only in a log."""
    assert "not UTF-8" in report_of(graded, "not_utf8")["exercises"][0]["note"]["en"]
    assert "not a readable zip" in report_of(graded, "broken_zip")["notes"][0]["en"]
    assert "topp.py" in report_of(graded, "topp")["notes"][0]["en"]


def test_the_report_has_the_stable_keys(graded: Path):
    """Other programs read them."""
    report = report_of(graded, "all_right")
    top = [
        "schema_version",
        "student",
        "unit",
        "release",
        "model",
        "device",
        "jail",
        "points",
        "max_points",
        "exercises",
    ]
    assert set(top) <= report.keys()
    assert (report["schema_version"], report["unit"], report["model"]) == (1, "u02_sampling", "tiny-chat")
    exercise = report["exercises"][0]
    assert {"id", "points", "max_points", "verdict", "checks"} <= exercise.keys()
    check = {"id", "verdict", "points", "max_points", "message", "mistake"}
    assert all(check <= one.keys() for one in exercise["checks"])
    assert all(one["message"].keys() == {"ja", "en"} for one in exercise["checks"])


def literals_of(path: Path) -> set[str]:
    """What a file of checks compares with: its texts, numbers of three digits and more, and lists of numbers, as written."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for key in call.keywords
        if key.arg in {"ja", "en"}
        for node in ast.walk(key.value)
    }
    said |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings: the checks' titles
    found = set()
    for node in ast.walk(tree):
        if id(node) in said or (isinstance(node, ast.Constant) and isinstance(node.value, bool)):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= 4:
            found.add(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and len(repr(node.value)) >= 4:
            found.add(repr(node.value))
        elif (
            isinstance(node, ast.List | ast.Tuple) and node.elts and all(isinstance(e, ast.Constant) for e in node.elts)
        ):
            found.add(ast.unparse(node))
    return found


def test_no_page_shows_an_input_of_a_hidden_check(graded: Path, top_p: Exercise):
    """Pages of a class that fails every check: no literal of the hidden checks stands there that students do not have anyway."""
    given = "\n".join(
        [
            top_p.statement.ja,
            top_p.statement.en,
            top_p.stub,
            (top_p.folder / "checks_public.py").read_text(encoding="utf-8"),
        ]
        + [text for check in top_p.checks for text in (check.title.ja, check.title.en)]
    )
    secret = {one for one in literals_of(top_p.folder / "checks_hidden.py") if one not in given}
    assert len(secret) >= 5, "the hidden checks hold nothing to look for"
    pages = {path.parent.name: path.read_text(encoding="utf-8") for path in (graded / "results").glob("*/report.html")}
    assert len(pages) > 10
    bodies = {name: unescape(page.partition("<body>")[2].partition("<script>")[0]) for name, page in pages.items()}
    assert not {(name, one) for name, body in bodies.items() for one in secret if one in body}


def test_hidden_inputs_stay_out_of_reports(graded: Path, top_p: Exercise):
    """Words that an exception carries out of a hidden check are not repeated."""
    (exercise,) = report_of(graded, "raises_an_exception")["exercises"]
    messages = {check["id"]: check["message"]["en"] for check in exercise["checks"]}
    public = {check.id for check in top_p.checks if check.public}
    assert any("list index out of range" in text for name, text in messages.items() if name in public)
    assert not any("list index out of range" in text for name, text in messages.items() if name not in public)


def test_the_class_is_summed_up(graded: Path):
    """Every student is in class.json, and the page stands beside it."""
    summary = json.loads((graded / "results" / "class.json").read_text(encoding="utf-8"))
    names = {student["student"] for student in summary["students"]}
    assert names == {path.name for path in (graded / "results").iterdir() if path.is_dir()}
    assert (graded / "results" / "index.html").is_file()


def test_times_stand_beside_the_reports_and_not_in_them(graded: Path, top_p: Exercise):
    """CPU seconds of each student's own processes, in files of their own; a loop took its whole limit each time it was let."""
    seconds = read_times(graded / "results", ["all_right", "loops_for_ever", "empty"])
    assert 0 < seconds["all_right"][top_p.id] < seconds["loops_for_ever"][top_p.id]
    assert seconds["loops_for_ever"][top_p.id] >= SETTINGS.limits.cpu_s
    assert seconds["empty"] == {}
    summary = json.loads((graded / "results" / "class.json").read_text(encoding="utf-8"))
    (limit,) = [one for one in summary["limits"] if one["student"] == "loops_for_ever"]
    assert "never ends" in limit["messages"][0]["en"]
    assert "loops_for_ever" in (graded / "results" / "times.html").read_text(encoding="utf-8")


def test_who_needs_a_look_is_in_the_summary(graded: Path):
    """What cannot be read, and what has an unexpected name; marks are not withheld for it."""
    summary = json.loads((graded / "results" / "class.json").read_text(encoding="utf-8"))
    kinds = {student["student"]: [look["kind"] for look in student["looks"]] for student in summary["students"]}
    assert {name for name, found in kinds.items() if "unreadable" in found} == {"broken_zip", "not_utf8"}
    assert kinds["topp"] == ["note"]
    assert kinds["all_right"] == []
    assert not any(student["needs_person"] for student in summary["students"])


def test_grading_again_does_nothing(graded: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch):
    """Reports of unchanged submissions are kept, byte for byte; no model is loaded."""
    before = {path: path.read_bytes() for path in (graded / "results").rglob("*") if path.is_file()}
    monkeypatch.setattr(engine.Grader, "grade", lambda *_: pytest.fail("graded again"))
    monkeypatch.setattr("autograder.classroom.similar_answers", lambda *_: pytest.fail("compared again"))
    grade_folder(graded / "submissions", unit, graded / "results", SETTINGS)
    assert before == {path: path.read_bytes() for path in (graded / "results").rglob("*") if path.is_file()}


def test_an_interrupted_run_goes_on_where_it_stopped(
    unit: Unit, top_p: Exercise, grader: engine.Grader, tmp_path: Path
):
    """What was finished is whole and is not graded again; the result is that of an undisturbed run."""
    submissions, out = tmp_path / "submissions", tmp_path / "results"
    for number, mistake in enumerate(top_p.mistakes[:3]):
        (submissions / f"s{number}").mkdir(parents=True)
        (submissions / f"s{number}" / "top_p.py").write_text(with_mistake(top_p.solution, mistake))

    def interrupt(student: str, n_finished: int, n_students: int) -> None:
        if n_finished == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_folder(submissions, unit, out, SETTINGS, progress=interrupt, grader=grader)
    assert sorted(path.name for path in out.iterdir()) == ["s0", "s1"]
    finished = {path: path.stat().st_mtime_ns for path in out.rglob("report.json")}
    grade_folder(submissions, unit, out, SETTINGS, grader=grader)
    assert all(path.stat().st_mtime_ns == when for path, when in finished.items())
    grade_folder(submissions, unit, tmp_path / "fresh", SETTINGS, grader=grader)
    for name in ("class.json", "index.html", "s0/report.json", "s2/report.json"):
        assert (out / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()


def test_a_changed_submission_is_graded_again(unit: Unit, top_p: Exercise, grader: engine.Grader, tmp_path: Path):
    """The old report does not stand for new work."""
    submissions = tmp_path / "submissions"
    submissions.mkdir()
    (submissions / "a.py").write_text(top_p.stub)

    def points() -> float:
        summary = grade_folder(submissions, unit, tmp_path / "out", SETTINGS, grader=grader)
        return summary["students"][0]["points"]

    assert points() == 0
    (submissions / "a.py").write_text(without_marks(top_p.solution))
    assert points() == top_p.max_points


def test_a_fault_of_ours_withholds_the_mark(
    unit: Unit, top_p: Exercise, grader: engine.Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Never a zero, never a pass: points are null, a person is asked for, and the trace is logged."""
    submissions = tmp_path / "submissions"
    submissions.mkdir()
    (submissions / "a.py").write_text(without_marks(top_p.solution))
    monkeypatch.setattr("autograder.checks.read_list", lambda *_, **__: 1 / 0)
    summary = grade_folder(submissions, unit, tmp_path / "out", SETTINGS, grader=grader)
    report = json.loads((tmp_path / "out" / "a" / "report.json").read_text(encoding="utf-8"))
    assert report["points"] is None
    assert report["exercises"][0]["verdict"] == "fault"
    assert summary["students"][0]["needs_person"]
    assert "ZeroDivisionError" in (tmp_path / "out" / "a" / "faults.log").read_text(encoding="utf-8")


def test_several_graders(graded: Path, unit: Unit, tmp_path: Path):
    """Two processes write the same bytes as one; interrupted, they leave whole reports and nothing that still runs."""
    names = ["all_right", "typical_mistakes_1", "raises_an_exception", "not_utf8"]
    submissions, out, stopped = tmp_path / "submissions", tmp_path / "results", tmp_path / "stopped"
    for name in names:
        shutil.copytree(graded / "submissions" / name, submissions / name)

    def interrupt(student: str, n_finished: int, n_students: int) -> None:
        if n_finished == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), GraderPool(SETTINGS, 2) as pool:  # noqa: PT012
        grade_folder(submissions, unit, out, SETTINGS, grader=pool)
        # Which an interrupt does not wait for.
        shutil.copytree(graded / "submissions" / "loops_for_ever", submissions / "loops_for_ever")
        grade_folder(submissions, unit, stopped, SETTINGS, progress=interrupt, grader=pool)
        pytest.fail("was not interrupted")
    assert not multiprocessing.active_children()
    (finished,) = stopped.iterdir()
    for folder, name in [*((out, name) for name in names), (stopped, finished.name)]:
        for file in ("report.json", "report.html"):
            assert (folder / name / file).read_bytes() == (graded / "results" / name / file).read_bytes()


def test_many_and_large_modules_get_full_marks(unit: Unit, top_p: Exercise, grader: engine.Grader, tmp_path: Path):
    """Two hundred files, ten megabytes of them tables, beside an answer that imports some."""
    table = f"TABLE = {'9' * 4000}\n" + f"TEXT = '{'x' * 900}'\n" * 57
    for number in range(200):
        (tmp_path / f"part_{number}.py").write_text(table.replace("TEXT", f"TEXT_{number}"))
    imports = "".join(f"from part_{number} import TEXT_{number}\n" for number in range(0, 200, 20))
    (tmp_path / "top_p.py").write_text(imports + without_marks(top_p.solution))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) > 9 << 20
    report = grader.grade(read_submission("alice", tmp_path, unit), unit).report
    assert report["points"] == report["max_points"]


def test_a_submission_that_uses_up_its_time_waits_for_a_look(unit: Unit, top_p: Exercise, tmp_path: Path):
    """Its other checks say that they were not run, and the note reaches the student and a person."""
    slow = "import time\n" + without_marks(top_p.solution).replace(
        f"def {top_p.functions[0]}(",
        f"def {top_p.functions[0]}(*given):\n    time.sleep(0.4)\n    return right(*given)\n\n\ndef right(",
    )
    (tmp_path / "top_p.py").write_text(slow)
    with engine.Grader(Settings(limits=Limits(submission_s=1))) as grader:
        report = grader.grade(read_submission("alice", tmp_path, unit), unit).report
    (exercise,) = report["exercises"]
    verdicts = [check["verdict"] for check in exercise["checks"]]
    assert verdicts.count("limit") >= len(verdicts) - 2
    assert "not run, because other checks used up the 1 s" in exercise["checks"][-1]["message"]["en"]
    assert "--submission-limit" in report["notes"][0]["en"]
    assert [look["why"] for look in looks(report)] == [report["notes"][0]]
