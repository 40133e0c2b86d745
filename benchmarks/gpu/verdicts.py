"""Whether every verdict is the same in another number format or on another device: `python -m benchmarks.gpu.verdicts`.

Reference, stub and all mistakes of every exercise are judged, each mistake in the check that must catch it. What is
compared are verdicts and the mistakes that checks name, with those in float32 on the CPU. On the CPU trusted texts run
in this process; elsewhere they run as submissions do, and only the trusted side computes on the device.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.audit import Bench
from autograder.course import read_course
from autograder.course.source import with_mistake, without_marks
from autograder.exercise import Exercise
from autograder.grading.engine import Settings
from autograder.grading.run import Outcomes, local_student, run_checks
from autograder.models import Catalog

ROOT = Path(__file__).parent.parent.parent


def verdicts(
    model: str = "tiny-chat",
    device: str = "cpu",
    dtype: str | None = None,
    *,
    only: Collection[str] = (),
    catalog: Catalog | None = None,
) -> dict[str, dict[str, str]]:
    """Every verdict of the course's own test data.

    Args:
        only: ids of exercises; empty: all.
        catalog: the settings file of models.

    Returns: exercise id → "reference check", "stub check" or "mistake check" → verdict, with the mistake that the check
        named, such as "fail (ignores_top_p)".
    Raises: ModelError, SettingsError.
    """
    course = read_course(ROOT / "solutions")
    exercises = [one for unit in course.units for one in unit.exercises if one.rubric is None]
    settings = Settings(model=model, device=device, dtype=dtype, catalog=catalog or Catalog())
    with Bench.load(settings) as bench:
        return {one.id: _judged(one, bench) for one in exercises if not only or one.id in only}


def _judged(exercise: Exercise, bench: Bench) -> dict[str, str]:
    found = _written("reference", _run(exercise, bench, without_marks(exercise.solution)))
    found |= _written("stub", _run(exercise, bench, exercise.stub))
    for mistake in exercise.mistakes:
        text = with_mistake(exercise.solution, mistake)
        found |= _written(mistake.id, _run(exercise, bench, text, only=[mistake.caught_by]))
    return found


def _run(exercise: Exercise, bench: Bench, text: str, only: Collection[str] | None = None) -> Outcomes:
    if bench.settings.device != "cpu":
        return bench.run_jailed(exercise, text, only=only)
    shared = bench.models.shared()
    return run_checks([exercise], lambda one, _: local_student(one, text, shared), bench.models, only=only)


def _written(what: str, outcomes: Outcomes) -> dict[str, str]:
    return {
        f"{what} {check}": one.verdict.value + (f" ({one.mistake})" if one.mistake else "")
        for (_, check), one in outcomes.items()
    }


@dataclass(frozen=True)
class Comparison:
    """Where two runs say something else, one line each.

    Args:
        different: other verdicts.
        otherwise_named: the same FAIL, which names another mistake or none; where an answer draws, what it drew decides
            how much can be told, and another number format draws other tokens.
    """

    different: list[str]
    otherwise_named: list[str]


def compared(expected: dict[str, dict[str, str]], found: dict[str, dict[str, str]]) -> Comparison:
    """The runs of the exercises that `found` holds, beside those of `expected`."""
    result = Comparison([], [])
    for exercise, rows in found.items():
        before = expected.get(exercise, {})
        for what in sorted(before.keys() | rows.keys()):
            pair = before.get(what, "missing"), rows.get(what, "missing")
            if pair[0] != pair[1]:
                is_verdict = pair[0].split()[0] != pair[1].split()[0]
                lines = result.different if is_verdict else result.otherwise_named
                lines.append(f"{exercise}: {what}: {pair[0]} → {pair[1]}")
    return result


def main() -> int:
    """Print one line for each combination; exit status 1 if a verdict differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", action="append", help="may be repeated; default: float16 and bfloat16")
    parser.add_argument("--out", type=Path, help="write everything as JSON")
    parser.add_argument("exercises", nargs="*", help="ids; default: all")
    asked = parser.parse_args()
    expected = verdicts(only=asked.exercises)
    written: dict[str, Any] = {"cpu float32": expected}
    different = 0
    for dtype in asked.dtype or ["float16", "bfloat16"]:
        found = verdicts(device=asked.device, dtype=dtype, only=asked.exercises)
        result = compared(expected, found)
        different += len(result.different)
        written[f"{asked.device} {dtype}"] = found
        n_verdicts = sum(map(len, found.values()))
        print(
            f"{asked.device} {dtype}: {n_verdicts} verdicts, {len(result.different)} differ",
            *result.different,
            sep="\n  ",
        )
        print(f"  named otherwise: {len(result.otherwise_named)}", *result.otherwise_named, sep="\n    ")
    if asked.out:
        asked.out.write_text(json.dumps(written, indent=2), encoding="utf-8")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
