"""What is wrong with the figures of a course: missing, stale, or out of bounds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from autograder.exercise import Course, Exercise
from autograder.messages import Message
from autograder.stats.evidence import ALPHA

DETECTED = 0.999  # share of the submissions with a named mistake that a check must fail


def figures_file(course: Course) -> Path:
    """Where the figures of a course are kept."""
    return course.root.parent / "docs" / "power.json"


def read_figures(path: Path) -> dict[str, Any]:
    """The figures in `path`; none if there is no such file."""
    figures: dict[str, Any] = {"exercises": {}, "bounds": []}
    if path.is_file():
        figures |= json.loads(path.read_text(encoding="utf-8"))
    return figures


def audit_power(
    course: Course, *, model: str = "tiny-chat", only: Collection[str] = (), path: Path | None = None
) -> list[Message]:
    """What the figures of `course` lack or say against it; empty if every statistical check is within bounds.

    Args:
        only: ids of the exercises to look at; empty: all.
        path: where the figures are kept; None: where the course keeps its own.
    """
    from autograder.power.table import asks_statistics, fingerprint

    entries = read_figures(path or figures_file(course))["exercises"]
    exercises = [exercise for unit in course.units for exercise in unit.exercises]
    problems = []
    for exercise in exercises:
        if (only and exercise.id not in only) or not asks_statistics(exercise):
            continue
        if entries.get(exercise.id, {}).get("fingerprint") != fingerprint(exercise, model):
            problems.append(
                Message(
                    f"{exercise.id}: 誤判定率と検出力の表が、いまのチェックと合いません。`autograder power {exercise.id}` を実行してください。",
                    f"{exercise.id}: the figures of false fails and power are not those of the checks as they are. "
                    f"Run `autograder power {exercise.id}`.",
                )
            )
        else:
            problems += out_of_bounds(exercise, entries[exercise.id])
    return problems


def out_of_bounds(exercise: Exercise, entry: dict[str, Any]) -> list[Message]:
    """What an entry says against its exercise's checks."""
    problems = []
    for check in entry["checks"]:
        if check["alpha"] > ALPHA * (1 + 1e-9):
            problems.append(
                Message(
                    f"{exercise.id} {check['check']}: 正しい答えを落とす確率の上限が {check['alpha']:g} です。{ALPHA:g} 以下にしてください。",
                    f"{exercise.id} {check['check']}: a correct answer fails with probability up to {check['alpha']:g}. "
                    f"Bring it down to {ALPHA:g}: its judgements share alpha.",
                )
            )
        for trend in check["trends"]:
            if trend["mean_low"] <= 0:
                problems.append(
                    Message(
                        f"{exercise.id} {check['check']}: 傾向が確かめられていません（平均の下限 {trend['mean_low']}）。差の大きい設定にしてください。",
                        f"{exercise.id} {check['check']}: the trend is not certain (lower limit of its mean {trend['mean_low']}). "
                        "Choose settings that lie further apart.",
                    )
                )
    return (
        problems
        + [
            Message(
                f"{exercise.id} {check}: {name} の検出率の下限が {rate:.4f} です。{DETECTED} 以上になる設定にしてください。",
                f"{exercise.id} {check}: detects {name} at a rate that may be as low as {rate:.4f}. "
                f"Choose settings at which it is at least {DETECTED}.",
            )
            for check, name, rate in weakest(exercise, entry)
            if rate < DETECTED
        ]
        + [
            Message(
                f"{exercise.id} {row['check']}: 「{row['stranger']}」という、名前のない誤りの検出率が {row['rate']:.4f} です。{DETECTED} 以上になる設定にするか、"
                "unnamed.yaml の out_of_reach に理由を書いてください。",
                f"{exercise.id} {row['check']}: finds {row['stranger']!r}, which nobody names, at a rate of {row['rate']:.4f}. Choose settings at "
                f"which it is at least {DETECTED}, or give the reason under out_of_reach in unnamed.yaml.",
            )
            for row in entry.get("strangers", ())
            if row["rate"] < DETECTED
        ]
    )


def weakest(exercise: Exercise, entry: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """(check, alternative, lower limit of the detection rate) of the check that answers for each alternative.

    That is the check named by the mistake of this name, if it knows the alternative; otherwise the best check.
    A check detects what one of its judgements detects. Nobody answers for an alternative without a name (None).
    """
    rates: dict[str, dict[str, float]] = {}
    for check in entry["checks"]:
        for row in (row for row in check["alternatives"] if row["alternative"] is not None):
            of_checks = rates.setdefault(row["alternative"], {})
            of_checks[check["check"]] = max(of_checks.get(check["check"], 0.0), row["rate_low"])
    caught_by = {mistake.id: mistake.caught_by for mistake in exercise.mistakes}
    for name, of_checks in rates.items():
        check = caught_by.get(name, "")
        if check not in of_checks:
            check = max(of_checks, key=lambda one: of_checks[one])
        yield check, name, of_checks[check]
