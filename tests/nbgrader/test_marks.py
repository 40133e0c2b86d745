"""Marks over time: manual grading, resubmission, changed checks, lateness, and a failing engine."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.nbgrader import engine
from autograder.nbgrader.intake import take_in

UNIT = "u02_sampling"
RIGHT = """def top_mass(probs, k):
    if k < 1:
        raise ValueError(k)
    return sum(sorted((probability for _, probability in probs), reverse=True)[:k])
"""
HALF = "def top_mass(probs, k):\n    return 0.8\n"
Class = Any  # of conftest.py


@pytest.fixture(scope="module")
def group(make_class: Callable[..., Class]) -> Class:
    """alice is right and wrote an essay, bob is half right, carol handed in nothing but her essay as .md, dan scripts."""
    made = make_class("marks")
    made.hand_in("alice", RIGHT, "温度を上げると分かれた。")
    made.hand_in("bob", HALF)
    made.hand_in("dan", RIGHT, "<script>document.title='taken'</script>[x](javascript:a()) <img src=x onerror=a()>")
    (made.place("carol") / "observations.md").write_text("観察した。", encoding="utf-8")
    (made.place("alice") / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC", encoding="utf-8")
    take_in(made.folder, UNIT)
    assert made.nbgrader("autograde", UNIT) == 0
    return made


def mark_by_hand(group: Class, student: str, points: float, comment: str) -> None:
    """As formgrader does."""
    with group.gradebook() as gradebook:
        grade = gradebook.find_grade("observations-answer", "observations", UNIT, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment("observations-answer", "observations", UNIT, student).manual_comment = comment
        gradebook.db.commit()


def regrade(group: Class, *options: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["nbgrader", "regrade", str(group.folder), UNIT, "--json", *options])
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def exported(group: Class, exporter: str, *options: str) -> str:
    path = group.folder / "out.csv"
    arguments = ["--exporter", f"autograder.nbgrader.export.{exporter}", "--to", str(path), *options]
    assert group.nbgrader("export", *arguments) == 0
    return path.read_text(encoding="utf-8-sig")


def test_partial_credit_and_the_message_stand_together(group: Class):
    """1 of 3 points, and below the check cell why."""
    assert group.marks("bob") == {"mass": 1.0, "observations": 0.0}
    shown = group.shown("bob", "mass")
    assert "<b>1 / 3</b>" in shown
    assert "A k below 1 raises ValueError." in shown
    assert "要修正<br>to fix" in shown


def test_an_essay_waits_for_a_person(group: Class):
    """In a notebook or as .md; the answer stands in its cell."""
    for student in ("alice", "carol"):
        row = group.rows(student)["observations"]
        assert (row["score"], row["waits"]) == (None, True)
    path = group.folder / "autograded" / "carol" / UNIT / "observations.ipynb"
    assert "観察した。" in "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][-1]["source"])


def test_scripts_in_an_essay_do_not_reach_the_feedback(group: Class):
    """They are shown as text or left out."""
    assert group.nbgrader("generate_feedback", UNIT, "--student", "dan") == 0
    page = (group.folder / "feedback" / "dan" / UNIT / "observations.html").read_text(encoding="utf-8")
    assert "document.title=" in page
    assert not re.search(r"<script>document|<img[^>]*onerror|href=.javascript", page)


def test_manual_marks_and_comments_survive_grading_again_and_resubmission(group: Class):
    """An unchanged answer need not be looked at again; a changed one is put before the TA with the earlier mark."""
    mark_by_hand(group, "alice", 7.5, "よく見ています。")
    assert group.nbgrader("autograde", UNIT, "--student", "alice", "--force") == 0
    row = group.rows("alice")["observations"]
    assert (row["manual"], row["waits"], row["comment"]) == (7.5, False, "よく見ています。")
    group.hand_in("alice", RIGHT, "温度を上げると早く分かれた。")
    (group.place("alice") / "timestamp.txt").write_text("2026-01-03 11:00:00 UTC", encoding="utf-8")
    assert group.nbgrader("autograde", UNIT, "--student", "alice") == 0
    row = group.rows("alice")["observations"]
    assert (row["manual"], row["waits"], row["comment"]) == (7.5, True, "よく見ています。")
    mark_by_hand(group, "alice", 8, "よくなりました。")


def test_a_resubmission_may_lower_a_mark(group: Class):
    """Only the same answer is protected."""
    group.hand_in("dan", HALF)
    assert group.nbgrader("autograde", UNIT, "--student", "dan", "--force") == 0
    assert group.marks("dan")["mass"] == 1.0


def test_regrading_says_who_gains_and_who_loses_and_lowers_nothing(group: Class):
    """The check that bob passed becomes stricter, the one that he failed goes easy on him."""
    assert regrade(group, "--dry-run") == []
    public = group.solutions / UNIT / "e10_mass" / "checks_public.py"
    hidden = public.with_name("checks_hidden.py")
    texts = {path: path.read_text(encoding="utf-8") for path in (public, hidden)}
    public.write_text(texts[public].replace("abs(mass - 0.8) < 1e-6", "abs(mass - 0.9) < 1e-6"), encoding="utf-8")
    assert ("alice", "mass", 3.0, 2.0, True) in [tuple(one.values()) for one in regrade(group, "--dry-run")]
    assert ("bob", "mass", 1.0, 0.0, True) in [tuple(one.values()) for one in regrade(group)]
    assert (group.marks("alice")["mass"], group.marks("bob")["mass"]) == (3.0, 1.0)
    easy = texts[hidden].replace(
        'require_raises(ValueError, student.top_mass, [("a", 1.0)], 0)', "student.top_mass([('a', 1.0)], 1)"
    )
    hidden.write_text(easy, encoding="utf-8")
    assert ("bob", "mass", 1.0, 2.0, False) in [tuple(one.values()) for one in regrade(group, "--dry-run")]
    assert group.marks("bob")["mass"] == 1.0
    regrade(group)
    assert group.marks("bob")["mass"] == 2.0
    assert group.rows("alice")["observations"]["manual"] == 8
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    assert ("bob", "mass", 2.0, 1.0, False) in [tuple(one.values()) for one in regrade(group, "--allow-lower")]
    assert group.marks("bob")["mass"] == 1.0


def test_a_kept_mark_is_explained(group: Class):
    """The notebook says which mark stands, and what grading again gave."""
    public = group.solutions / UNIT / "e10_mass" / "checks_public.py"
    text = public.read_text(encoding="utf-8")
    public.write_text(text.replace("abs(mass - 0.8) < 1e-6", "abs(mass - 0.9) < 1e-6"), encoding="utf-8")
    try:
        assert group.nbgrader("autograde", UNIT, "--student", "bob", "--force") == 0
    finally:
        public.write_text(text, encoding="utf-8")
    assert group.marks("bob")["mass"] == 1.0
    assert "The earlier mark of 1 stands (grading again gives 0)." in group.shown("bob", "mass")


def test_a_failing_engine_stores_nothing(group: Class, monkeypatch: pytest.MonkeyPatch):
    """nbgrader ends with an error, and the mark is neither 0 nor full."""
    group.hand_in("erin", RIGHT)
    monkeypatch.setattr(engine, "_processes", {})
    monkeypatch.setattr(engine, "python_module", lambda name: [sys.executable, "-c", "raise SystemExit(1)"])
    assert group.nbgrader("autograde", UNIT, "--student", "erin") != 0
    assert set(group.marks("erin").values()) <= {None}
    assert not (group.folder / "autograded" / "erin" / UNIT).exists()
    monkeypatch.undo()
    assert group.nbgrader("autograde", UNIT, "--student", "erin") == 0
    assert group.marks("erin")["mass"] == 3.0


def test_a_failing_check_withholds_the_mark(group: Class):
    """Our own fault: a person decides, the other exercises keep their marks, and no file for Moodle holds a zero."""
    hidden = group.solutions / UNIT / "e10_mass" / "checks_hidden.py"
    text = hidden.read_text(encoding="utf-8")
    group.hand_in("frank", RIGHT)
    hidden.write_text(text.replace("require_raises(ValueError", "1 / 0 or require_raises(ValueError"), encoding="utf-8")
    try:
        assert group.nbgrader("autograde", UNIT, "--student", "frank") == 0
    finally:
        hidden.write_text(text, encoding="utf-8")
    row = group.rows("frank")["mass"]
    assert (row["score"], row["waits"], row["flagged"]) == (None, True, True)
    assert "A person will look at it" in group.shown("frank", "mass")
    assert "frank" not in exported(group, "MoodleGradebook")


def test_grading_without_intake_takes_in_as_well(group: Class):
    """nbgrader's hook adds the notebook that is missing and removes the link before anything is copied."""
    secret = group.solutions / UNIT / "e10_mass" / "checks_hidden.py"
    group.hand_in("grace", None, "観察した。")
    (group.place("grace") / "mass.ipynb").unlink()
    (group.place("grace") / "mass.py").write_text(RIGHT, encoding="utf-8")
    (group.place("grace") / "notes.txt").symlink_to(secret)
    assert group.nbgrader("autograde", UNIT, "--student", "grace") == 0
    assert group.marks("grace")["mass"] == 3.0
    assert not (group.folder / "autograded" / "grace" / UNIT / "notes.txt").exists()


def test_a_changed_course_is_refused_until_it_is_released_again(group: Class):
    """Marks would go astray if cells or points differed from the gradebook's."""
    hidden = group.solutions / UNIT / "e10_mass" / "checks_hidden.py"
    text = hidden.read_text(encoding="utf-8")
    hidden.write_text(text.replace("@points(2)", "@points(5)"), encoding="utf-8")
    try:
        assert group.nbgrader("autograde", UNIT, "--student", "bob", "--force") != 0
    finally:
        hidden.write_text(text, encoding="utf-8")
    assert group.marks("bob")["mass"] == 1.0
    assert group.nbgrader("autograde", UNIT, "--student", "bob", "--force") == 0


def test_lateness_is_taken_off_when_marks_are_exported(group: Class):
    """From the points with the essay's; two days begun at 10 % each. Open marks and missing submissions are left out."""
    with group.gradebook() as gradebook:
        gradebook.update_or_create_assignment(UNIT, duedate=datetime(2026, 1, 1, 12, 30))
        gradebook.update_or_create_student("alice", first_name="有栖, 花", last_name="山田", email="a@u.ac.jp")
        gradebook.update_or_create_student("nobody")
    late = "--LatePolicy.percent_per_day=10"
    rows = list(csv.reader(exported(group, "PerExercise", late).splitlines()))
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert found["alice"]["late_penalty"] == "2.2"  # 20 % of 3 + 8
    assert found["alice"]["total"] == "8.8"
    assert found["alice"]["first_name"] == "有栖, 花"
    assert found["carol"]["observations"] == ""
    assert "nobody" not in found
    moodle = list(csv.reader(exported(group, "MoodleGradebook", late).splitlines()))
    assert ["alice", "a@u.ac.jp", "8.8"] in moodle
    assert "carol" not in [row[0] for row in moodle]
    assert ["山田, 有栖, 花", "", "", "alice", "", "11"] in list(
        csv.reader(exported(group, "CanvasGradebook").splitlines())
    )


def test_files_for_each_student_hold_the_marks_of_the_gradebook(group: Class):
    """Gradescope and JUnit, below the folder that was asked for."""
    for exporter, file in (("GradescopeResults", "results.json"), ("JUnit", "junit.xml")):
        out = group.folder / exporter
        arguments = ["--exporter", f"autograder.nbgrader.export.{exporter}", "--to", str(out), "--student", "['alice']"]
        assert group.nbgrader("export", *arguments) == 0
        assert [path.name for path in (out / "alice").iterdir()] == [file]
    assert json.loads((group.folder / "GradescopeResults" / "alice" / "results.json").read_text())["score"] == 3.0


def test_a_worksheet_of_moodles_is_filled_in(group: Class):
    """Only the column of grades changes."""
    sheet = group.folder / "worksheet.csv"
    header = "ID,氏名,メールアドレス,ステータス,評点,最大評点,評点変更可,最終更新日時 (評定)"
    sheet.write_text(f"\ufeff{header}\r\n参加者101,花 山田,A@u.ac.jp,提出済み,,100.00,Yes,-\r\n", encoding="utf-8")
    text = exported(group, "MoodleWorksheet", f"--MoodleWorksheet.worksheet={sheet}")
    assert text.splitlines()[1] == "参加者101,花 山田,A@u.ac.jp,提出済み,11,100.00,Yes,-"


def test_the_reports_of_all_are_kept(group: Class):
    """As `autograder grade` writes them, for `autograder export` and for reading."""
    folder = Path(group.folder, "reports", UNIT, "bob")
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["points"] == 1.0
    assert "<html" in (folder / "report.html").read_text(encoding="utf-8")
