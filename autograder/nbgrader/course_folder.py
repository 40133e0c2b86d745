"""A course folder in which nbgrader's own commands work: its configuration, and the source of every assignment."""

from __future__ import annotations

from pathlib import Path

from autograder.build.notebook import notebook_text
from autograder.build.plan import plan_assignments, write_assignments
from autograder.errors import SettingsError
from autograder.exercise import Course, Unit

CONFIG = "nbgrader_config.py"
_CONFIG_TEXT = '''"""nbgrader's settings of this course; written by `autograder nbgrader init`, yours to change."""

from pathlib import Path

here = Path(__file__).resolve().parent
c = get_config()  # noqa: F821

c.CourseDirectory.course_id = {course_id!r}
c.CourseDirectory.root = str(here)
c.CourseDirectory.db_url = f"sqlite:///{{here}}/gradebook.db?timeout=60"
{exchange}
# Students get the notebooks as `autograder build` makes them: nothing has to be cut out of them.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
]

# Instead of running notebooks in a kernel: read the submission, grade it in the jail, store marks and messages.
c.Engine.solutions = {solutions!r}
c.Engine.language = {language!r}
c.Autograde.pre_convert_hook = "autograder.nbgrader.intake.before_autograde"
c.Autograde.exporter_class = "autograder.nbgrader.exporter.SafeExporter"
c.Autograde.sanitize_preprocessors = [
    "autograder.nbgrader.preprocessors.Transplant",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader.preprocessors.EngineGrade",
    "autograder.nbgrader.marks.SaveMarks",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What students write in Markdown runs nothing in a TA's browser.
c.HTMLExporter.filters = {{"markdown2html": "autograder.nbgrader.markdown.safe_markdown"}}
'''


def write_course_folder(
    course: Course, folder: Path, units: list[Unit], *, language: str, exchange: Path | None = None
) -> list[Path]:
    """Write `nbgrader_config.py` (unless there is one) and `source/<unit>/` below `folder`.

    Returns: the files that were written or changed.
    Raises: SettingsError if hidden checks would lie below the course folder, or the other way round.
    """
    root, solutions = folder.resolve(), course.root.resolve()
    if solutions.is_relative_to(root) or root.is_relative_to(solutions):
        raise SettingsError(
            ja=f"{folder}: `solutions/`（{solutions}）と重ならない場所を指定してください。採点用のフォルダには隠しチェックを置けません。",
            en=f"{folder}: choose a place apart from `solutions/` ({solutions}). Hidden checks must not lie in the course folder.",
        )
    planned = _source_files(course, units, language)
    if not (root / CONFIG).exists():
        planned[CONFIG] = _CONFIG_TEXT.format(
            course_id=root.name,
            solutions=str(solutions),
            language=language,
            exchange=f"c.Exchange.root = {str(exchange.resolve())!r}\n" if exchange else "",
        )
    return [root / name for name in write_assignments(planned, root)]


def _source_files(course: Course, units: list[Unit], language: str) -> dict[str, str]:
    """Path below the course folder → text: one notebook for each exercise, the public checks, and what they need."""
    built = plan_assignments(course)
    files = {}
    for unit in units:
        place = f"source/{unit.id}"
        files[f"{place}/README.md"] = unit.intro.text("ja" if language == "ja" else "en")
        for name in ("pytest.ini", "unit.json"):
            files[f"{place}/{name}"] = built[f"{unit.id}/{name}"]
        for exercise in unit.exercises:
            file = f"{exercise.name}.ipynb"
            files[f"{place}/{file}"] = notebook_text(exercise, language, file)
            if exercise.rubric is None:
                files[f"{place}/test_{exercise.name}.py"] = built[f"{unit.id}/test_{exercise.name}.py"]
    return files
