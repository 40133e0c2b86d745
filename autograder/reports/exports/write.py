"""`autograder export`: a folder of results → one file for an LMS, or one file for each student."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder.errors import SettingsError
from autograder.reports.exports.canvas import canvas_csv
from autograder.reports.exports.moodle import moodle_csv, moodle_worksheet
from autograder.reports.exports.programs import gradescope_results, junit_xml
from autograder.reports.exports.sheet import Sheet, read_reports, sheet_of
from autograder.reports.exports.table import as_text, per_exercise_csv
from autograder.reports.files import folder_of, json_text, write_atomic
from autograder.reports.formats import Format


def export_results(
    results: Path,
    to: Format,
    out: Path | None = None,
    *,
    worksheet: Path | None = None,
    title: str = "",
    checks_only: bool = False,
) -> tuple[list[Path], list[str]]:
    """Write the marks of `results` in another program's format.

    Args:
        out: a file; for gradescope and junit a folder. By default `<format>.csv` in `results`, or beside each report.
        worksheet: Moodle's exported worksheet, to be filled in instead of making a gradebook CSV.

    Returns: the files written, and the students whose marks are not in them.
    Raises: SettingsError if there is nothing to export or an option has no meaning.
    """
    reports = read_reports(results)
    if to in (Format.gradescope, Format.junit):
        return _for_each(reports, to, out or results)
    sheet = sheet_of(reports, title=title, checks_only=checks_only)
    path = out or results / f"{to.value}.csv"
    return write_sheet(sheet, to, path, worksheet)


def write_sheet(sheet: Sheet, to: Format, path: Path, worksheet: Path | None = None) -> tuple[list[Path], list[str]]:
    """Write one file for the whole class; the same returns and errors."""
    missing = list(sheet.waiting)
    matched = _matched(sheet)
    unmatched = [row.student for row, _ in sheet.settled if row not in matched.rows]
    if worksheet is not None and to is not Format.moodle:
        raise SettingsError(
            ja="--worksheet は `--to moodle` と一緒に使います。", en="--worksheet goes with `--to moodle` only."
        )
    if worksheet is not None:
        text, missing = moodle_worksheet(sheet, read_worksheet(worksheet))
    elif to is Format.moodle:
        text, missing = moodle_csv(matched), sorted([*missing, *unmatched])
    elif to is Format.canvas:
        text, missing = canvas_csv(matched), sorted([*missing, *unmatched])
    else:
        text, missing = per_exercise_csv(sheet), []
    write_atomic(path, text)
    return [path], missing


def _matched(sheet: Sheet) -> Sheet:
    """Without students whose ids cannot be written as they are, for a spreadsheet would run them: no LMS knows the ids that
    would stand there, and Moodle refuses a whole file for one of them."""
    rows = [row for row in sheet.rows if all(as_text(one) == one for one in (row.student, row.lms_id, row.email))]
    return replace(sheet, rows=tuple(rows))


def read_worksheet(path: Path) -> str:
    """The text of a worksheet, its byte order mark and line ends kept. Raises: SettingsError if it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            ja=f"{path}: 読めません。Moodle から書き出した UTF-8 の CSV を指定してください。",
            en=f"{path}: cannot be read. Give the CSV in UTF-8 that Moodle exported.",
        ) from error


def _for_each(reports: list[dict[str, object]], to: Format, out: Path) -> tuple[list[Path], list[str]]:
    written, missing = [], []
    for report in reports:
        student = str(report["student"])
        folder = out / folder_of(student)
        try:
            text = json_text(gradescope_results(report)) if to is Format.gradescope else junit_xml(report)
        except SettingsError:
            missing.append(student)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / ("results.json" if to is Format.gradescope else "junit.xml")
        write_atomic(path, text)
        written.append(path)
    return written, missing
