"""The whole audit of every exercise, and what the diagnosis was measured to explain, kept beside the course: `docs/diagnosis.json` and `docs/diagnosis.md`."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from autograder.audit import Bench, audit_exercise
from autograder.audit.course import chosen_exercises
from autograder.exercise import Course, Exercise
from autograder.grading.engine import Settings
from autograder.mutants import explain
from autograder.mutants.hunt import SETTINGS, fingerprint, judged_exercises
from autograder.mutants.record import Progress, read_record, write_record

FILE = "diagnosis.json"
_SOURCES = ("solution.py", "checks_public.py", "checks_hidden.py", "mistakes.py")


def diagnosis_fingerprint(exercise: Exercise, wrong: Path) -> str:
    """What the measurement rests on: the exercise, its wrong answers, how mutants are made, and the diagnosis."""
    here = Path(__file__).parent
    answers = sorted((wrong / exercise.name).glob("*.py"))
    return fingerprint(
        *(exercise.folder / name for name in _SOURCES),
        *(here / name for name in ("make.py", "rewrites.py")),
        here.parent / "grading" / "diagnosis.py",
        *answers,
    )


def measure_course(
    course: Course,
    docs: Path,
    wrong: Path,
    progress: Progress = lambda *_: None,
    *,
    only: Collection[str] = (),
    force: bool = False,
    settings: Settings = SETTINGS,
) -> dict[str, dict[str, Any]]:
    """Measure where an exercise, its wrong answers or the mutators have changed, and write the record into `docs`.

    Args:
        wrong: the folder of wrong answers, `tests/wrong`.
        progress: called with the exercise at hand, how much of it is finished, of how much.
        only: ids of the exercises to look at; empty: all.
        force: measure again what is up to date.
        settings: with which model, and limits.

    Raises: SettingsError for an unknown id; CourseError for a wrong answer that is not in order.
    """
    exercises = judged_exercises(course)
    chosen = chosen_exercises(exercises, only) if only else exercises
    kept = read_record(docs / FILE)
    today = {exercise.id: diagnosis_fingerprint(exercise, wrong) for exercise in exercises}
    with ExitStack() as stack:
        bench: Bench | None = None
        for exercise in chosen:
            if force or kept.get(exercise.id, {}).get("fingerprint") != today[exercise.id]:
                bench = bench or stack.enter_context(Bench.load(settings))
                found = measure(exercise, bench, wrong, progress)
                kept[exercise.id] = {"fingerprint": today[exercise.id], **found}
                write_record(docs / FILE, kept, exercises)
    current = [one.id for one in exercises if kept.get(one.id, {}).get("fingerprint") == today[one.id]]
    (docs / FILE).with_suffix(".md").write_text(_page({name: kept[name] for name in current}), encoding="utf-8")
    return {exercise.id: kept[exercise.id] for exercise in chosen}


def measure(exercise: Exercise, bench: Bench, wrong: Path, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """How the diagnosis fares on the mistakes, the wrong answers and the mutants of one exercise, as plain data."""
    answers = explain.read_wrong_answers(exercise, wrong)
    said = [explain.explain_answer(exercise, answer, bench) for answer in answers]
    mutants = explain.explain_mutants(exercise, bench, lambda *n: progress(exercise.id, *n))
    return {
        "audit": [problem.en for problem in audit_exercise(exercise, bench)],
        "answers": {one.name: sorted(one.named) for one in said},
        "wrong": sorted(f"{one.name}: {name}" for one in [*said, *mutants] for name in one.wrong),
        "missed": sorted(one.name for one in said if one.is_missed),
        "mutants": len(mutants),
        "mutants_explained": sum(bool(one.named) for one in mutants),
    }


_HEAD = """# The diagnosis, measured / 診断の測定

Wrong answers that people write in their own way (`tests/wrong`) are each marked with their right explanation, or with
none if the bank of mistakes has none. *Explained* counts those that got the right hint, *silent* those that rightly
got none, *missed* those that should have got one. Of the mutants of the references (at most {most} for each exercise) only
what is contradicted can be told: a hint about another function, or one for a mistake that parts from the mutant on
inputs which the diagnosis has not seen. *Wrong hints* counts all that was wrong, and must be 0.

自分の書き方で間違えた答え（`tests/wrong`）に、正しい説明（間違いの一覧になければ「なし」）を付けて、診断の言うことと比べた表です。
Explained は正しいヒントが出た数、silent は正しく何も言わなかった数、missed は出るはずのヒントが出なかった数です。
参照解答のミュータント（課題ごとに最大 {most} 個）では、別の関数についてのヒントと、診断が見ていない入力で振る舞いが食い違うヒントを誤りと数えます。
Wrong hints は 0 でなければなりません。

Written by `autograder mutants --diagnose`.

| exercise | wrong answers | explained | silent | missed | mutants | with a hint | wrong hints |
|---|--:|--:|--:|--:|--:|--:|--:|
"""


def _page(found: dict[str, dict[str, Any]]) -> str:
    counts = {name: _counts(one) for name, one in found.items()}
    counts["all"] = [sum(column) for column in zip(*counts.values(), strict=True)]
    rows = "".join(f"| {name} | " + " | ".join(map(str, row)) + " |\n" for name, row in counts.items())
    return _HEAD.format(most=explain.MAX_MUTANTS) + rows


def _counts(one: dict[str, Any]) -> list[int]:
    n_named, n_missed = sum(map(bool, one["answers"].values())), len(one["missed"])
    n_silent = len(one["answers"]) - n_named - n_missed
    return [
        len(one["answers"]),
        n_named,
        n_silent,
        n_missed,
        one["mutants"],
        one["mutants_explained"],
        len(one["wrong"]),
    ]
