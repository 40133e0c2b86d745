"""A small course in nbgrader's hands: one cheap exercise and one essay, released to a class."""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course import read_course

pytest.importorskip("nbgrader", reason="nbgrader is not installed (extra `nbgrader`)")

from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, ExportApp, GenerateAssignmentApp, GenerateFeedbackApp

from autograder.nbgrader import engine
from autograder.nbgrader.course_folder import write_course_folder

TESTS = Path(__file__).parent.parent
UNIT = "u02_sampling"
_APPS = {
    "autograde": AutogradeApp,
    "export": ExportApp,
    "generate_assignment": GenerateAssignmentApp,
    "generate_feedback": GenerateFeedbackApp,
}

Notebook = dict[str, Any]


class Class:
    """nbgrader's course folder of the small course, with what tests do in it."""

    def __init__(self, folder: Path, solutions: Path) -> None:
        self.folder, self.solutions = folder, solutions

    def nbgrader(self, command: str, *arguments: str) -> int:
        """Run a command of nbgrader's as its command line does, in this process. Returns: its exit status."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's own tables
                app = _APPS[command]()
                app.initialize(list(arguments))
                app.start()
        except SystemExit as end:
            return int(end.code or 0)
        finally:
            os.chdir(before)
        return 0

    def released(self, name: str) -> Notebook:
        """A notebook as students get it."""
        found: Notebook = json.loads((self.folder / "release" / UNIT / f"{name}.ipynb").read_text(encoding="utf-8"))
        return found

    def place(self, student: str) -> Path:
        """Where the student's files lie; made if missing."""
        place = self.folder / "submitted" / student / UNIT
        place.mkdir(parents=True, exist_ok=True)
        return place

    def hand_in(self, student: str, code: str | None = None, essay: str | None = None) -> None:
        """Submit all notebooks, with these answers in them."""
        (self.place(student) / "mass.ipynb").write_text(json.dumps(self.mass(code)), encoding="utf-8")
        if (self.folder / "source" / UNIT / "observations.ipynb").exists():
            text = json.dumps(self.essay(essay))
            (self.place(student) / "observations.ipynb").write_text(text, encoding="utf-8")

    def mass(self, code: str | None) -> Notebook:
        """The notebook of the exercise `mass`, answered."""
        notebook = self.released("mass")
        if code is not None:
            cell_of(notebook, "mass-answer-top_mass")["source"] = code
        return notebook

    def essay(self, text: str | None) -> Notebook:
        """The notebook of the exercise `observations`, answered."""
        notebook = self.released("observations")
        if text is not None:
            cell = cell_of(notebook, "observations-answer")
            cell["source"] = "".join(cell["source"]) + text
        return notebook

    def marks(self, student: str) -> dict[str, float | None]:
        """What the gradebook holds for each exercise; None where a person is to decide."""
        return {name: one["score"] for name, one in self.rows(student).items()}

    def rows(self, student: str) -> dict[str, dict[str, Any]]:
        """Exercise → mark, manual mark, whether it waits for a person, flag, comment."""
        found: dict[str, dict[str, Any]] = {}
        with self.gradebook() as gradebook:
            for notebook in gradebook.find_submission(UNIT, student).notebooks:
                (grade,) = notebook.grades
                found[notebook.name] = {
                    "score": grade.auto_score,
                    "manual": grade.manual_score,
                    "waits": grade.needs_manual_grade,
                    "flagged": notebook.flagged,
                    "comment": "\n".join(comment.comment or "" for comment in notebook.comments),
                }
        return found

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.folder}/gradebook.db")

    def shown(self, student: str, name: str) -> str:
        """What stands below the check cell of the autograded notebook, or in its answer cell."""
        path = self.folder / "autograded" / student / UNIT / f"{name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        outputs = [output["data"]["text/html"] for cell in notebook["cells"] for output in cell.get("outputs", [])]
        return "".join("".join(one) for one in outputs)


def cell_of(notebook: Notebook, cell_id: str) -> dict[str, Any]:
    """The cell of this id."""
    found: dict[str, Any] = next(cell for cell in notebook["cells"] if cell["id"] == cell_id)
    return found


def write_solutions(root: Path, *, essay: bool) -> Path:
    """`solutions/` with one unit: the exercise `mass` (1 public point, 2 hidden) and maybe `observations` (12, an essay)."""
    unit = root / "solutions" / UNIT
    shutil.copytree(TESTS / "extra" / "e10_mass", unit / "e10_mass")
    course = TESTS.parent / "solutions" / UNIT
    if essay:
        shutil.copytree(course / "e12_observations", unit / "e12_observations")
    for language in ("ja", "en"):
        shutil.copy(course / f"intro.{language}.md", unit)
    return root / "solutions"


@pytest.fixture(scope="session", autouse=True)
def tools_on_the_path() -> Iterator[None]:
    """nbgrader starts `alembic` by its bare name, as if its environment were activated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield
    engine._close_all()


@pytest.fixture(scope="session")
def make_class(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Class]:
    """Makes a class of its own: the course folder after `init` and `generate_assignment`."""

    def make(name: str, *, essay: bool = True) -> Class:
        root = tmp_path_factory.mktemp(name)
        read = read_course(write_solutions(root, essay=essay))
        write_course_folder(read, root / "course", list(read.units), language="ja", exchange=root / "exchange")
        made = Class(root / "course", read.root)
        assert made.nbgrader("generate_assignment", UNIT) == 0
        return made

    return make
