"""The power of an exercise's statistical checks, measured on the reference's own questions.

Each check runs once with the reference and its questions are recorded; for every judgement and every named
alternative, draws are made and scored as the check would. Trends are measured by running their check again
with other random inputs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from autograder.course.source import without_marks
from autograder.exercise import Check, Exercise
from autograder.grading.run import Models, check_file, local_student, run_checks, seed_of
from autograder.power.described import described
from autograder.power.means import mean_low
from autograder.power.pools import POOL, Pools
from autograder.power.resampling import power_of
from autograder.power.unknown import REACH, caught, read_reach
from autograder.stats import Record, Ruling, recorded_questions

TREND_RUNS = 20  # of a check, to measure its trends
MISS = 1e-6  # probability that a trend's lower limit lies above its mean


def asks_statistics(exercise: Exercise) -> bool:
    """Whether a check of the exercise may go through `autograder.stats`."""
    return any("autograder.stats" in check_file(exercise, check).read_text("utf-8") for check in exercise.checks)


def fingerprint(exercise: Exercise, model: str) -> str:
    """Changes with what the figures depend on: checks, reference, model."""
    names = ("checks_hidden.py", "checks_public.py", "solution.py")
    parts = [(exercise.folder / name).read_bytes() for name in names]
    reach = exercise.folder / REACH
    parts += [reach.read_bytes()] if reach.exists() else []
    return hashlib.sha256(b"\0".join([*parts, model.encode()])).hexdigest()[:16]


def measure(exercise: Exercise, models: Models) -> dict[str, Any]:
    """The exercise's entry in the table, plain data."""
    checks: list[dict[str, Any]] = []
    pools, reach = Pools(), read_reach(exercise)
    strangers = []
    for check in exercise.checks:
        rulings = _recorded(exercise, check, models).final_rulings()
        if not rulings:
            continue
        if reach is not None:
            wanted = [name for name, finder in reach.found.items() if finder == check.id]
            strangers += [asdict(one) for one in caught(check.id, rulings, wanted)]
        trends = [index for index, ruling in enumerate(rulings) if _is_trend(ruling)]
        checks.append(
            {
                "check": check.id,
                "alpha": sum(ruling.alpha for ruling in rulings),
                "alternatives": [
                    row for ruling in rulings if not _is_trend(ruling) for row in _rows(exercise, check, ruling, pools)
                ],
                "trends": _measured_trends(exercise, check, models, trends) if trends else [],
            }
        )
    return {
        "fingerprint": fingerprint(exercise, models.lm.name),
        "model": models.lm.name,
        "checks": checks,
        "strangers": strangers,
        "out_of_reach": reach.out_of_reach if reach is not None else {},
    }


def _recorded(exercise: Exercise, check: Check, models: Models, salt: str = "") -> Record:
    shared, text = models.shared(), without_marks(exercise.solution)
    with recorded_questions() as record:
        run_checks([exercise], lambda one, seed: local_student(one, text, shared), models, only=[check.id], salt=salt)
    return record


def _is_trend(ruling: Ruling) -> bool:
    return bool(ruling.questions) and ruling.questions[0].kind == "trend"


def _rows(exercise: Exercise, check: Check, ruling: Ruling, pools: Pools) -> list[dict[str, Any]]:
    """One row for each alternative that is not what was asked for."""
    rows = []
    names = ruling.questions[0].alternatives if ruling.questions else ()
    for name in names:
        if all(question.alternatives[name] == question.null for question in ruling.questions):
            continue
        asked = [(question, pools.pool(question, name)) for question in ruling.questions]
        seed = seed_of("power", exercise.id, check.id, str(name))
        rows.append(
            {
                "alternative": name,
                "asked": [described(question) for question in ruling.questions],
                "alpha": ruling.alpha,
                "pool": POOL if ruling.questions[0].kind != "draws" else None,
                "tokens_per_draw": round(float(np.mean([pool.n_tokens for _, pool in asked])), 1),
                **asdict(power_of(asked, name, alpha=ruling.alpha, seed=seed)),
            }
        )
    return rows


def _measured_trends(exercise: Exercise, check: Check, models: Models, places: Sequence[int]) -> list[dict[str, Any]]:
    """Mean and lower limit of each trend of the check, from the first question of each run."""
    found: dict[int, list[float]] = {place: [] for place in places}
    alphas: dict[int, float] = {}
    for run in range(TREND_RUNS):
        rulings = _recorded(exercise, check, models, salt=f"power {run}").final_rulings()
        for place in places:
            found[place] += rulings[place].questions[0].likeness
            alphas[place] = rulings[place].alpha
    return [
        {
            "alpha": alphas[place],
            "n_pairs": len(found[place]),
            "pairs_in_a_check": len(found[place]) // TREND_RUNS,
            "mean": round(float(np.mean(found[place])), 4),
            "mean_low": round(mean_low(found[place], MISS), 4),
            "miss": MISS,
        }
        for place in places
    ]
