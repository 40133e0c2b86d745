"""What watch mode shows, and the folder that it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.course.source import without_marks
from autograder.errors import SettingsError, SubmissionError
from autograder.exercise import Course, Exercise
from autograder.messages import Language
from autograder.watch import state as states
from autograder.watch.assignment import Assignment, open_assignment
from autograder.watch.hint import hint_for
from autograder.watch.screen import plain_result, terminal_screen
from autograder.watch.session import progress_of
from autograder.watch.state import Seen, State
from autograder.wrapping import wrapped


def shown(state: State, assignment: Assignment, *, running_s: float = 0.0) -> str:
    console = Console(width=90, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(terminal_screen(state, assignment, ready=True, running_s=running_s, width=90))
    return capture.get()


def failing(assignment: Assignment, language: Language = "en") -> State:
    """top_p with a first check that passes and a second that does not."""
    state = states.begin([progress_of(assignment, "top_p")], language)
    state = states.saved(state, state.exercises[0])
    number = state.run.number
    checks = [("test_keeps_the_token_that_crosses_p", "Kept."), ("test_renormalises_as_in_the_table", "Sums to 1.")]
    state = states.collected(state, number, checks)
    state = states.checked(state, number, Seen(checks[0][0], "", "pass"))
    seen = Seen(checks[1][0], "", "fail", "Sums to 1.\n\nexpected .294, got .25", "my print")
    return states.ended(states.checked(state, number, seen), number)


def test_the_first_failing_message_the_prints_and_the_next_thing(assignment: Assignment):
    """Without repeating the title; nothing of other checks."""
    text = shown(failing(assignment), assignment)
    assert "✓ Kept." in text
    assert text.count("Sums to 1.") == 1
    assert "expected .294, got .25" in text
    assert "my print" in text
    assert "Next: mend top_p.py and save it." in text
    assert "hint 1/3" not in text


def test_hints_are_those_of_the_failing_check(assignment: Assignment):
    """One level more for each key."""
    levels = assignment.hints["top_p"]["test_renormalises_as_in_the_table"]
    state = failing(assignment)
    for number in (1, 2, 3):
        state = states.key(state, "h")
        text = " ".join(shown(state, assignment).split())
        assert [" ".join(one.en.split()) in text for one in levels] == [number >= level for level in (1, 2, 3)]


def test_a_folder_without_hints_says_so(folder: Path):
    """A release from before there were any."""
    (folder / "hints.json").unlink()
    assignment, _ = open_assignment(folder)
    assert "This release has no hint" in shown(states.key(failing(assignment), "h"), assignment)
    with pytest.raises(SettingsError, match="no hint"):
        hint_for(assignment, failing(assignment).exercises[0])


@pytest.mark.parametrize(("language", "word", "other"), [("ja", "保存してください", "save"), ("en", "save it", "保存")])
def test_one_language_at_a_time(assignment: Assignment, language: Language, word: str, other: str):
    """The messages come from the run; the rest is chosen here."""
    text = shown(failing(assignment, language), assignment).replace("save", "save")
    assert word in text
    assert other not in text


def test_a_slow_run_says_how_to_stop_it(assignment: Assignment):
    """After a few seconds; before that only that it runs."""
    state = states.saved(failing(assignment), progress_of(assignment, "top_p"))
    assert "checking top_p" in shown(state, assignment)
    assert "12 s so far" in shown(state, assignment, running_s=12.3)


def test_when_everything_passes_the_next_thing_is_to_hand_in(assignment: Assignment):
    """And it is said that these were the public checks."""
    state = states.begin([progress_of(assignment, "top_p")], "en")
    state = states.saved(state, state.exercises[0])
    state = states.collected(state, state.run.number, [("test_a", "A")])
    state = states.checked(state, state.run.number, Seen("test_a", "", "pass"))
    state = states.ended(state, state.run.number)
    for text in (shown(state, assignment), plain_result(state, "top_p")):
        assert "Every public check is passed. Grading also runs hidden checks." in text
        assert "autograder submit" in text


def test_what_a_students_code_prints_cannot_move_the_cursor(assignment: Assignment):
    """Control characters are shown, not sent."""
    state = failing(assignment)
    one = state.exercises[0]
    bad = states.replace(one, checks=(states.replace(one.checks[1], message="\x1b[2J", printed="\x1b]0;x\x07"),))
    text = shown(states.replace(state, exercises=(bad,)), assignment)
    assert "\x1b" not in text
    assert "\\u001b[2J" in text


def test_the_folder_is_read(assignment: Assignment, folder: Path):
    """Every exercise in its order; a file of it names its exercise."""
    assert [given.name for given in assignment.exercises][:2] == ["sample_many", "self_bleu"]
    for file in ("top_p.py", "test_top_p.py", "top_p.ja.md", "top_p.en.ipynb"):
        assert open_assignment(folder / file)[1] == "top_p"


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("nowhere", "no assignment folder. Run this in the folder that you were given"),
        ("..", "Give one of its folders: u02_sampling"),
        ("pytest.ini", "pytest.ini: no such exercise. Choose one of: sample_many"),
    ],
)
def test_another_place_is_refused(folder: Path, place: str, part: str):
    """With what to do instead."""
    with pytest.raises(SettingsError) as caught:
        open_assignment(folder / place)
    assert part in caught.value.message.en


@pytest.mark.parametrize("file", ["unit.json", "hints.json"])
@pytest.mark.parametrize("text", ["", "[]", "{", '{"unit": 1}'])
def test_a_damaged_file_is_a_sentence(folder: Path, file: str, text: str):
    """No traceback."""
    (folder / file).write_text(text)
    with pytest.raises(SubmissionError, match=f"{file}.*damaged"):
        open_assignment(folder)


def test_the_answer_is_where_something_was_written(assignment: Assignment, folder: Path, top_p: Exercise):
    """The .py by default; a notebook if only that was written in; untouched ones count for nothing."""
    given = assignment.named("top_p")
    assert assignment.answer_file(given).name == "top_p.py"
    assert not assignment.is_written(given, folder / "top_p.py")
    assert not assignment.is_written(given, folder / "top_p.ja.ipynb")
    notebook = json.loads((folder / "top_p.ja.ipynb").read_text(encoding="utf-8"))
    cell = next(one for one in notebook["cells"] if "def top_p_filter" in "".join(one["source"]))
    cell["source"] = without_marks(top_p.solution).splitlines(keepends=True)
    (folder / "top_p.ja.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert assignment.answer_file(given).name == "top_p.ja.ipynb"
    (folder / "top_p.py").write_text("def top_p_filter(probs, p):\n    return probs\n")
    assert assignment.answer_file(given).name == "top_p.py"
    prose = assignment.named("observations")
    assert not assignment.is_written(prose, folder / "observations.md")
    (folder / "observations.md").write_text(prose.stub + "\nSelf-BLEU falls.\n", encoding="utf-8")
    assert assignment.is_written(prose, folder / "observations.md")


def test_the_hints_of_the_course_are_shown_whole(assignment: Assignment, course: Course):
    """What the build ships is what is read."""
    unit = next(unit for unit in course.units if unit.id == "u02_sampling")
    shipped = {exercise.name: {hint.check: hint.levels for hint in exercise.hints} for exercise in unit.exercises}
    assert assignment.hints == {name: hints for name, hints in shipped.items() if hints}


@pytest.mark.parametrize("width", [20, 33, 60])
def test_lines_break_where_japanese_and_english_may(width: int):
    """No line is too long, none begins with closing punctuation, and nothing is lost but spaces at the ends."""
    text = "  p = 0.8 で、順に「たどって」みます。Up to over the sum is 0.78（まだ）、しかし and を入れると 0.85 です。"
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.startswith("  ") and line.strip()[0] not in "、。」）" for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
