"""Marks in other programs' formats, by the rules of their importers."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import SettingsError
from autograder.reports.exports.canvas import canvas_csv
from autograder.reports.exports.moodle import moodle_csv, moodle_worksheet
from autograder.reports.exports.programs import gradescope_results, junit_xml
from autograder.reports.exports.sheet import Column, Row, Sheet
from autograder.reports.exports.table import as_text, csv_text, per_exercise_csv
from autograder.reports.exports.write import write_sheet
from autograder.reports.files import json_text
from autograder.reports.formats import Format

SHEET = Sheet(
    "ユニット 2 (77)",
    (Column("top_p", 9.0), Column("observations", 12.0)),
    (
        Row("s001", {"top_p": 7.5, "observations": 10.0}, "花", "山田, 太", "Hana@u.ac.jp", "1001", penalty=1.25),
        Row("s002", {"top_p": 9.0, "observations": None}, "Bo", "O'Neil", "bo@u.ac.jp", "1002"),
        Row("s003", {"top_p": 0.0, "observations": 0.0}, "É", "Ångström", "e@u.ac.jp", "1003"),
    ),
)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


def test_a_gradebook_csv_for_moodle_holds_settled_marks_only():
    """One unknown user or a word where a number should be would stop Moodle's import; a blank could erase a mark."""
    assert rows(moodle_csv(SHEET)) == [
        ["ID number", "Email address", "ユニット 2 (77)"],
        ["1001", "Hana@u.ac.jp", "16.25"],
        ["1003", "e@u.ac.jp", "0"],
    ]


def test_canvas_gets_its_header_and_the_possible_points():
    """`Student`, `ID` … `Section` and the assignment; students whose mark is open are left out."""
    assert rows(canvas_csv(SHEET)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ユニット 2 (77)"],
        ["    Points Possible", "", "", "", "", "21"],
        ["山田, 太, 花", "1001", "", "s001", "", "16.25"],
        ["Ångström, É", "1003", "", "s003", "", "0"],
    ]


def test_the_table_by_exercise_quotes_every_field():
    """Names with commas stay one field; an open mark is an empty one."""
    text = per_exercise_csv(SHEET)
    assert text.startswith('\ufeff"student","last_name"')
    found = rows(text)
    assert {len(row) for row in found} == {8}
    assert found[2] == ["s001", "山田, 太", "花", "Hana@u.ac.jp", "7.5", "10", "1.25", "16.25"]
    assert found[3][5:] == ["", "0", ""]


WORKSHEETS = {
    "en": "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)",
    "ja": "ID,氏名,メールアドレス,ステータス,評点,最大評点,評点変更可,最終更新日時 (評定)",
    "de": "ID;Vollständiger Name;E-Mail;Status;Bewertung;Bestwertung;Änderbar;Zuletzt geändert (Bewertung)",
}


@pytest.mark.parametrize("language", WORKSHEETS)
def test_a_worksheet_is_filled_in_whatever_the_language_of_the_site(language: str):
    """Only grades change: not the header, not other rows, not the byte order mark, not the separators."""
    mark, decimal = (";", ",") if language == "de" else (",", ".")
    lines = [
        mark.join(["Participant 5", "花 山田", "hana@U.ac.jp", "-", "", f"100{decimal}00", "Yes", "-"]),
        mark.join(["Participant 6", "Someone Else", "x@u.ac.jp", "-", f"50{decimal}00", f"100{decimal}00", "Yes", "-"]),
    ]
    text, left = moodle_worksheet(SHEET, "\ufeff" + "\r\n".join([WORKSHEETS[language], *lines]) + "\r\n")
    filled = text.removeprefix("\ufeff").split("\r\n")
    assert text.startswith("\ufeff")
    assert filled[0] == WORKSHEETS[language]
    assert next(csv.reader([filled[1]], delimiter=mark))[4] == f"16{decimal}25"
    assert next(csv.reader([filled[2]], delimiter=mark))[4] == f"50{decimal}00"
    assert left == ["s002", "s003"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("a,b\n1,2,3\n", "differ in length"),
        ("a,b,c,d\n1,2,x,y\n", "no column of grades"),
        (f"{WORKSHEETS['en']}\ns001,x,bo@u.ac.jp,-,,100.00,Yes,-\n", "fits the students s001, s002"),
    ],
    ids=["empty", "ragged", "other", "ambiguous"],
)
def test_what_is_no_worksheet_is_refused(text: str, words: str):
    """Rather than a file that Moodle refuses, or a mark in the wrong row."""
    with pytest.raises(SettingsError, match=words):
        moodle_worksheet(SHEET, text)


def test_the_column_of_grades_can_be_named():
    """Where it cannot be found by its place."""
    text, _ = moodle_worksheet(SHEET, "id,評点,x\n1001,,\n", grade_column="評点")
    assert text == "id,評点,x\r\n1001,16.25,\r\n"


def test_gradescope_gets_every_check_as_a_test(one_report: dict[str, Any]):
    """Scores add up to the report's points."""
    results = gradescope_results(one_report)
    assert results["score"] == one_report["points"]
    assert sum(test["score"] for test in results["tests"]) == one_report["points"]
    assert {test["status"] for test in results["tests"]} == {"passed", "failed"}
    assert json.loads(json.dumps(results)) == results


def test_a_withheld_mark_is_no_zero_for_gradescope(one_report: dict[str, Any]):
    """There is no file at all."""
    one_report["exercises"][0]["points"] = None
    with pytest.raises(SettingsError, match="withheld"):
        gradescope_results(one_report)


def test_junit_holds_points_and_verdicts(one_report: dict[str, Any]):
    """A crash is an error, a wrong answer a failure; control characters cannot break the XML."""
    one_report["exercises"][0]["checks"][0]["title"]["ja"] = "\x1b[31m <b>&"
    root = ElementTree.fromstring(junit_xml(one_report))
    cases = list(root.iter("testcase"))
    checks = [check for exercise in one_report["exercises"] for check in exercise["checks"]]
    assert [case.get("name") for case in cases] == [check["id"] for check in checks]
    points = [
        float(one.get("value") or "nan")
        for case in cases
        for one in case.iter("property")
        if one.get("name") == "points"
    ]
    assert sum(points) == one_report["points"]
    kinds = {
        case.find("*[@type]").get("type"): case.find("*[@type]").tag
        for case in cases
        if case.find("*[@type]") is not None
    }
    assert kinds == {"fail": "failure", "crash": "error"}


@pytest.fixture
def one_report(make_reports: Callable[[list[str]], dict[str, Any]]) -> dict[str, Any]:
    return make_reports(["pass", "fail", "crash"])


@pytest.fixture
def make_reports() -> Callable[[list[str]], dict[str, Any]]:
    """Makes a report with one exercise whose checks have these verdicts."""

    def make(verdicts: list[str]) -> dict[str, Any]:
        checks = [
            {
                "id": f"test_{number}",
                "title": {"ja": f"項目 {number}", "en": f"item {number}"},
                "public": True,
                "verdict": verdict,
                "points": 2.0 if verdict == "pass" else 0.0,
                "max_points": 2.0,
                "message": {"ja": "違います。", "en": "Wrong."},
                "mistake": None,
                "hint": None,
            }
            for number, verdict in enumerate(verdicts)
        ]
        exercise = {"id": "sampling/top_p", "title": {"ja": "題", "en": "Title"}, "verdict": "fail", "note": None}
        exercise |= {"points": 2.0 * verdicts.count("pass"), "max_points": 2.0 * len(verdicts), "checks": checks}
        head = {"schema_version": 1, "student": "s", "unit": "u02", "release": "1", "model": "m", "device": "cpu"}
        totals = {"points": exercise["points"], "max_points": exercise["max_points"], "points_by_person": 0.0}
        return {**head, "jail": "none", **totals, "notes": [], "exercises": [exercise]}

    return make


def test_the_command_writes_every_format(make_reports: Callable[[list[str]], dict[str, Any]], tmp_path: Path):
    """One file for the class, or one for each student; exit status 1 and a sentence if a student is left out."""
    for student, verdicts in (("山田", ["pass", "fail"]), ("b", ["pass", "pass"])):
        (tmp_path / student).mkdir()
        report = {**make_reports(verdicts), "student": student}
        (tmp_path / student / "report.json").write_text(json_text(report), encoding="utf-8")
    for to in ("moodle", "canvas", "csv", "gradescope", "junit"):
        result = CliRunner().invoke(app, ["export", str(tmp_path), "--to", to])
        assert result.exit_code == 0, result.output
        assert all(Path(line).is_file() for line in result.stdout.splitlines())
    assert "山田,,2" in (tmp_path / "moodle.csv").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "b" / "results.json").read_text(encoding="utf-8"))["score"] == 4.0
    report["exercises"][0]["points"] = report["points"] = None
    (tmp_path / "b" / "report.json").write_text(json_text(report), encoding="utf-8")
    result = CliRunner().invoke(app, ["export", str(tmp_path), "--to", "gradescope"])
    assert result.exit_code == 1
    assert "left out" in result.output


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [
        ({}, ["--to", "csv"], "holds no report"),
        ({"a/report.json": "{"}, ["--to", "csv"], "not a readable report"),
    ],
    ids=["nothing", "broken"],
)
def test_nothing_to_export_is_said(files: dict[str, str], arguments: list[str], words: str, tmp_path: Path):
    """With exit status 2 and without a traceback."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    result = CliRunner().invoke(app, ["export", str(tmp_path), *arguments])
    assert result.exit_code == 2
    assert words in result.output


FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-1+cmd",
    "- 1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u3000=1",
    "\xa0=1",
    '"=1',
    '" "=1',
    "＝1+1",
    "＋1",
    "－1+1",
    "＠SUM",
    "\u2212x",
    "a;=1",
    "a,=1",
    "a\n=1",
    "a|+x",
    "\ufeff=1",
    "\u200b=1",
    "=",
]
TEXTS = ["s001", "山田, 太", "a=b", "a-b", "x@y.jp", "-", "'=1", "O'Neil", "1+1", "-3", "-3.5", "+81", "12", "", "🙂"]


def run_by_a_spreadsheet(cell: str) -> bool:
    """What begins with a sign, for one that trims blanks and quotes and knows the wide forms, and is no number."""
    text = unicodedata.normalize("NFKC", cell).strip(' \t\r\n"\ufeff\u200b').replace("\u2212", "-")
    return (
        text[:1] in {"=", "+", "-", "@"}
        and text not in {"=", "+", "-", "@"}
        and not re.fullmatch(r"[+-]\d+(\.\d+)?", text)
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("cell", FORMULAS, ids=repr)
def test_no_cell_is_run(cell: str, delimiter: str):
    """In whatever cells another country's spreadsheet sees there."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        text = csv_text([["a", cell, "b"]], quoting=quoting)
        seen = [found for line in csv.reader(StringIO(text, newline=""), delimiter=delimiter) for found in line]
        assert not [found for found in seen if run_by_a_spreadsheet(found)]
        assert not set("\r\ufeff\u200b\x00") & set("".join(seen).replace("\r\n", ""))


@pytest.mark.parametrize("cell", TEXTS, ids=repr)
def test_what_is_not_run_stays_as_it_is(cell: str):
    """Names, ids, numbers below zero, Moodle's dash for no grade; and what was made text is not made so twice."""
    assert as_text(cell) == cell
    assert as_text(as_text(cell)) == as_text(cell)


def test_a_penalty_below_zero_stays_a_number():
    """It is one."""
    sheet = Sheet("u", (Column("a", 1.0),), (Row("s", {"a": -0.5}),))
    assert rows(per_exercise_csv(sheet))[2][4] == "-0.5"


@pytest.mark.parametrize("to", [Format.moodle, Format.canvas])
def test_an_id_that_would_be_run_is_left_out_and_named(to: Format, tmp_path: Path):
    """Changed it would match nobody, and Moodle would refuse the file; in the table for people it is shown as text."""
    bad = Row("=HYPERLINK(1)", {"top_p": 1.0, "observations": 1.0}, email="@x", lms_id="1009")
    negative = Row("-1234", {"top_p": 1.0, "observations": 1.0}, lms_id="-1234")
    sheet = replace(SHEET, rows=(*SHEET.rows, bad, negative))
    (path,), missing = write_sheet(sheet, to, tmp_path / "x.csv")
    assert missing == ["=HYPERLINK(1)", "s002"]
    assert "HYPERLINK" not in path.read_text()
    assert any("-1234" in row for row in rows(path.read_text()))
    assert any("'=HYPERLINK(1)" in row for row in rows(per_exercise_csv(sheet)))


@pytest.mark.parametrize("text", ["a,b\n\0,1\n", "a,b\n" + "x" * 200_000 + ",1\n", 'a,b\n"x'])
def test_a_worksheet_that_is_none_is_refused_in_words(text: str):
    """Also where the csv module itself refuses."""
    with pytest.raises(SettingsError):
        moodle_worksheet(SHEET, text)
