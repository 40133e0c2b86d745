"""Keep `docs/power.json` and `docs/power.md` up to date: only what is missing or stale is measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from autograder.exercise import Course, Exercise
from autograder.grading.run import Models
from autograder.power.findings import figures_file, read_figures
from autograder.power.page import page
from autograder.power.table import asks_statistics, fingerprint, measure

Progress = Callable[[str, int, int], None]


def measure_course(
    course: Course, exercises: Collection[Exercise], models: Models, progress: Progress, *, path: Path | None = None
) -> list[str]:
    """Measure what of `exercises` has no figures for its checks as they are; each is written when it is finished.

    Figures of exercises that the course no longer has, or that ask no statistics, are dropped.

    Args:
        path: where the figures are kept; None: where the course keeps its own.

    Returns: ids of the exercises that were measured.
    """
    path = path or figures_file(course)
    figures = read_figures(path)
    asking = {one.id: one for unit in course.units for one in unit.exercises if asks_statistics(one)}
    entries = {name: entry for name, entry in figures["exercises"].items() if name in asking}
    stale = [
        one
        for one in exercises
        if one.id in asking and entries.get(one.id, {}).get("fingerprint") != fingerprint(one, models.lm.name)
    ]
    for n_finished, exercise in enumerate(stale):
        progress(exercise.id, n_finished, len(stale))
        entries[exercise.id] = measure(exercise, models)
        write_figures(path, figures | {"exercises": {name: entries[name] for name in asking if name in entries}})
    if not stale:
        write_figures(path, figures | {"exercises": entries})
    progress("", len(stale), len(stale))
    return [one.id for one in stale]


def measure_bounds(path: Path, models: Models, progress: Progress) -> None:
    """Simulate and generate correct submissions and count how many fail."""
    from autograder.power.bounds import verifications

    rows = []
    all_of_them = verifications(models.lm)
    for n_finished, (name, verify) in enumerate(all_of_them.items()):
        progress(name, n_finished, len(all_of_them))
        rows.append({"name": name, **verify()})
        write_figures(path, read_figures(path) | {"bounds": rows})
    progress("", len(rows), len(rows))


def write_figures(path: Path, figures: dict[str, Any]) -> None:
    """The figures as JSON in `path`, and as a page beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(page(figures), encoding="utf-8")
