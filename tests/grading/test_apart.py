"""Reading in a process of its own: the same as here, and whatever goes wrong there has a reason and an end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.course.source import without_marks
from autograder.demo import write_class
from autograder.exercise import Exercise, Unit, Verdict
from autograder.grading import apart
from autograder.grading.apart import MAX_LEFT_OUT, LeftOut, SubmissionReader
from autograder.grading.intake import read_submission, students
from autograder.jail import readers
from autograder.jail.readers import Readers, ReadingFailedError, ReadingLimits

LIMITS = ReadingLimits(cpu_s=1, wall_s=10, memory_mib=256, answer_mib=2)


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """`reading_probe` can be imported where reading is done."""
    path = [*readers.module_path(), str(Path(__file__).parent)]
    monkeypatch.setattr(readers, "module_path", lambda: path)


@pytest.mark.usefixtures("probe")
def test_every_ending_has_a_kind_and_the_next_question_is_answered():
    """Time, memory, a crash, an exception, too long an answer; what was being read is known of all of them."""
    endings = {
        "computes": "cpu",
        "allocates": "memory",
        "crashes": "died",
        "raises": "raised",
        "ends": "died",
        "says_too_much": "large",
    }
    with Readers(LIMITS) as asked:
        for name, kind in endings.items():
            with pytest.raises(ReadingFailedError) as failed:
                asked.ask(f"reading_probe:{name}", None)
            assert (name, failed.value.kind, failed.value.at) == (name, kind, "begun")
            assert asked.ask("reading_probe:echo", {"name": [name, "\udc80", None, 1.5]}) == {
                "name": [name, "\udc80", None, 1.5]
            }


@pytest.mark.usefixtures("probe")
def test_what_does_nothing_is_ended_and_leaves_nothing():
    """By wall time; the light process is started anew for the next question."""
    with Readers(LIMITS) as asked:
        asked.ask("reading_probe:echo", 1)
        room = asked._room
        with pytest.raises(ReadingFailedError) as failed:
            asked.ask("reading_probe:sleeps", None, ReadingLimits(wall_s=0.2))
        assert (failed.value.kind, failed.value.at) == ("wall", "begun")
        assert room is not None
        assert room.poll() is not None
        assert asked.ask("reading_probe:echo", 2) == 2


def test_reading_apart_reads_the_same(sampling: Unit, tmp_path: Path):
    """Every submission of the demo's class, the broken ones too; and no secret of the course goes there."""
    write_class(sampling, tmp_path, with_troublemakers=True)
    entries = students(tmp_path)
    assert len(entries) > 10
    with SubmissionReader() as reader:
        for student, entry in entries.items():
            assert reader.read(student, entry, sampling) == read_submission(student, entry, sampling), student
    data = repr(apart._unit_data(sampling))
    assert all(exercise.stub.splitlines()[-1] in data for exercise in sampling.exercises)
    assert not any(one.hint.en in data for exercise in sampling.exercises for one in exercise.mistakes)
    assert "BEGIN SOLUTION" not in data


@pytest.mark.usefixtures("probe")
def test_a_file_that_ends_reading_costs_its_own_exercise_alone(
    sampling: Unit, top_p: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The others are read; its own mark waits for a person, who is told the file and why; the log has the trace."""
    monkeypatch.setattr(apart, "READ_HERE", "reading_probe:read_here")
    (tmp_path / "top_p.py").write_text(without_marks(top_p.solution))
    (tmp_path / "crashes").mkdir()
    (tmp_path / "crashes" / "min_p.py").write_text("def min_p_filter(probs, p):\n    return probs\n")
    (tmp_path / "raises").mkdir()
    (tmp_path / "raises" / "epsilon.py").write_text("def epsilon_filter(probs, p):\n    return probs\n")
    known: dict[str, LeftOut] = {}
    with SubmissionReader(LIMITS) as reader:
        read = reader.read("a", tmp_path, sampling, known)
        again = reader.read("a", tmp_path, sampling, known)
    assert read.answers["top_p"].source == without_marks(top_p.solution)
    for name, why in {"min_p": "crashed", "epsilon": "the grading program failed"}.items():
        answer = read.answers[name]
        assert (answer.source, answer.verdict) == (None, Verdict.FAULT)
        assert answer.note is not None
        assert f"{name}.py" in answer.note.en
        assert why in answer.note.en
        assert f"{name}.py" in answer.note.ja
    assert "IndexError: of ours" in read.faults
    assert again == read
    assert known.keys() == {"crashes/min_p.py", "raises/epsilon.py"}


@pytest.mark.usefixtures("probe")
def test_an_answer_that_may_be_in_such_a_file_waits_for_a_person(
    sampling: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It has another name, so any exercise without an answer may be in it: no zero for those."""
    monkeypatch.setattr(apart, "READ_HERE", "reading_probe:read_here")
    (tmp_path / "crashes.py").write_text("def top_p_filter(probs, p):\n    return probs\n")
    with SubmissionReader(LIMITS) as reader:
        read = reader.read("a", tmp_path, sampling)
    assert {one.verdict for one in read.answers.values()} == {Verdict.FAULT}
    assert all("crashes.py" in (one.note.en if one.note else "") for one in read.answers.values())
    assert [note.en for note in read.notes] == [read.answers["top_p"].note.en]  # type: ignore[union-attr]


@pytest.mark.usefixtures("probe")
def test_many_such_files_are_not_tried_one_after_the_other(
    sampling: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """After a few of them nothing more of the submission is read."""
    monkeypatch.setattr(apart, "READ_HERE", "reading_probe:read_here")
    n_asked: list[Any] = []
    ask = Readers.ask
    monkeypatch.setattr(Readers, "ask", lambda self, *arguments: n_asked.append(1) or ask(self, *arguments))
    for number in range(20):
        (tmp_path / f"raises_{number:02}.py").write_text("x = 1\n")
    with SubmissionReader(LIMITS) as reader:
        read = reader.read("a", tmp_path, sampling)
    assert len(n_asked) == MAX_LEFT_OUT + 1
    assert {one.verdict for one in read.answers.values()} == {Verdict.FAULT}
    assert read.modules == {}
    assert "raises_00.py, raises_01.py, raises_02.py, raises_03.py" in read.notes[0].en
