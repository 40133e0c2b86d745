"""Public checks of a notebook, from inside it: `%run -m autograder.notebook top_p.en.ipynb`.

The saved file is turned into the text of a .py answer, as in grading, and checked in a folder of its own:
other files of the student's are neither read nor changed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.errors import AutograderError, SubmissionError
from autograder.grading.notebook import notebook_cells, source_for


def check(notebook: Path) -> str:
    """What pytest says of the answer in `notebook`.

    Raises: SubmissionError if it is no notebook of an assignment folder.
    """
    name = notebook.name.partition(".")[0]
    folder = notebook.resolve().parent
    try:
        unit = json.loads((folder / "unit.json").read_text(encoding="utf-8"))
        functions = next(one["functions"] for one in unit["exercises"] if one["name"] == name)
        cells = notebook_cells(notebook.read_text(encoding="utf-8"), notebook.name)
    except (OSError, StopIteration) as error:
        raise SubmissionError(
            ja=f"{notebook}: 配られたフォルダの中のノートブックではありません。unit.json と同じフォルダに、もとの名前で保存してください。",
            en=f"{notebook}: not a notebook of an assignment folder. Save it beside unit.json, under the name that it had.",
        ) from error
    with tempfile.TemporaryDirectory(prefix="autograder-notebook-") as place:
        Path(place, f"{name}.py").write_text(source_for(cells, functions), encoding="utf-8")
        for file in (f"test_{name}.py", "pytest.ini"):
            shutil.copy(folder / file, place)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", place]
        return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except AutograderError as error:
        print(error)
