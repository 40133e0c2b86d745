"""What ships: `assignments/` is exactly what the build writes, and nothing secret stands in it or in the engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import autograder
from autograder.audit.copied import copied, copied_prose
from autograder.build import differences, plan_assignments
from autograder.course.inputs import FILE as SECRET
from autograder.course.inputs import read_secret
from autograder.course.source import BEGIN, END
from autograder.exercise import Course, Exercise
from autograder.messages import Message

# Shorter lines (`with torch.inference_mode():`) stand everywhere and give nothing away.
MIN_SECRET_CHARACTERS = 36
MIN_SECRET_PROSE = 16
_ORDINARY = ("import ", "from ", "def test_", "@pytest.", '"""')
_TEXT_SUFFIXES = {".py", ".md", ".j2", ".html", ".css", ".js", ".svg", ".ini", ".json", ".toml", ".txt", ".yaml"}


def audit_shipping(course: Course) -> list[Message]:
    """Differences between `assignments/` and a fresh build, and what is secret in either it or the engine."""
    out = course.root.parent / "assignments"
    planned = plan_assignments(course)
    problems = differences(planned, out)
    engine = Path(autograder.__file__).parent
    shipped = {str(out / name): text for name, text in planned.items()}
    # Model folders hold no text of ours to compare, and tokenizer files are large.
    for path in sorted(engine.rglob("*")):
        if path.suffix in _TEXT_SUFFIXES and path.name not in {"tokenizer.json"}:
            shipped[str(path)] = path.read_text(encoding="utf-8")
    return problems + given_away(course, shipped)


def given_away(course: Course, shipped: Mapping[str, str]) -> list[Message]:
    """What is secret in texts that ship, each with the place: lines of secret files, code of solutions, the course's secret.

    The build asks it of `assignments/`, the audit of these and of the engine, a release of everything in its bundle.

    Args:
        shipped: name → text, as the file holds it.
    """
    lines = {name: plain_lines(name, text) for name, text in shipped.items()}
    code = {name: lines[name] if name.endswith(".ipynb") else text for name, text in shipped.items()}
    return [
        *leaks(secret_lines(course), lines),
        *leaks_of_keys(course, shipped),
        *copied(course, code),
        *copied_prose(course, lines),
    ]


def leaks_of_keys(course: Course, shipped: Mapping[str, str]) -> list[Message]:
    """One message for each text that holds what hidden inputs are drawn from."""
    keys = {read_secret(course.root).secret} | {one.inputs_key for unit in course.units for one in unit.exercises}
    return [
        Message(
            f"{name}: {course.root / SECRET} の秘密か、それから作った鍵が配布物に入っています。取り除いてください。",
            f"{name}: the secret of {course.root / SECRET}, or a key made of it, stands in what ships. Remove it.",
        )
        for name, text in shipped.items()
        if any(key and key in text for key in keys)
    ]


def plain_lines(name: str, text: str) -> str:
    """The lines that a reader of the file sees: those in the cells of a notebook, those of the hints; else the text."""
    if name.endswith(".ipynb"):
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    if name.rpartition("/")[2] == "hints.json":
        checks = [checks for exercise in json.loads(text).values() for checks in exercise.values()]
        return "\n".join(level[language] for levels in checks for level in levels for language in ("ja", "en"))
    return text


def secret_lines(course: Course) -> dict[str, str]:
    """Every telling line of every secret text → where it stands."""
    found: dict[str, str] = {}
    for unit in course.units:
        for exercise in unit.exercises:
            for where, line in _secret_lines(exercise):
                found.setdefault(line, where)
    return found


def _secret_lines(exercise: Exercise) -> Iterator[tuple[str, str]]:
    if exercise.rubric is not None:
        yield from _secret_prose(exercise)
        return
    texts = {name: (exercise.folder / name).read_text(encoding="utf-8") for name in ("checks_hidden.py", "mistakes.py")}
    texts["solution.py"] = "\n".join(inside_marks(exercise.solution))
    public = {line.strip() for line in (exercise.folder / "checks_public.py").read_text(encoding="utf-8").splitlines()}
    for name, text in texts.items():
        for line in map(str.strip, text.splitlines()):
            telling = len(line) >= MIN_SECRET_CHARACTERS and not line.startswith(_ORDINARY)
            # A secret file may repeat a line that is public by design, such as the tutorial's table.
            if telling and line not in public and line not in exercise.stub:
                yield f"{exercise.folder / name}", line


def _secret_prose(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Lines of the rubric and the example answer; Japanese says more in fewer characters than code does."""
    public = {line.strip() for text in (exercise.statement.ja, exercise.statement.en) for line in text.splitlines()}
    for name in ("solution.md", "rubric.ja.md", "rubric.en.md"):
        text = (exercise.folder / name).read_text(encoding="utf-8")
        for line in map(str.strip, text.splitlines()):
            if len(line) >= MIN_SECRET_PROSE and line not in public:
                yield f"{exercise.folder / name}", line


def inside_marks(solution: str) -> Iterator[str]:
    """The lines of the reference that a student has to find."""
    inside = False
    for line in solution.splitlines():
        if line.strip() in {BEGIN, END}:
            inside = line.strip() == BEGIN
        elif inside:
            yield line


def leaks(secrets: Mapping[str, str], shipped: Mapping[str, str]) -> list[Message]:
    """One message for each shipped line that is a secret line."""
    problems = []
    for name, text in shipped.items():
        for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
            if line in secrets:
                where = f"{name}:{number}"
                problems.append(
                    Message(
                        f"{where}: {secrets[line]} の秘密の行が配布物に入っています。どちらかを書き換えてください。",
                        f"{where}: a secret line of {secrets[line]} stands in what ships. Change one of them.",
                    )
                )
    return problems
