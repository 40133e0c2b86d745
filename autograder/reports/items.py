"""Item analysis of a class: how hard each check is, and whether it separates those who do well from those who do not.

Classical test theory, by its textbook formulas. Let x_i be 1 for a student who passed check i and 0 for another, and let
R_i be the student's points in all other checks of the unit.

- difficulty  p_i = mean of x_i: the share that passed, so a high p is an easy check;
- discrimination  r_i = Pearson's correlation of x_i and R_i over the students (the corrected point-biserial, or item-rest,
  correlation): the check itself is left out of the total, which it would otherwise be correlated with by itself;
- a 95 % interval of r_i by Fisher's transformation, tanh(artanh(r_i) ± 1.96 / sqrt(n - 3)). It is an approximation, for x_i
  has two values only.

Counted is who handed in something that could be read and whose marks are all known: a withheld mark is no zero, and whoever
handed in nothing tells nothing about a check. Marks of prose, which a person gives later, are in no total.

Sources: Crocker and Algina, Introduction to Classical and Modern Test Theory (1986), chapter 14; Henrysson, Correction of
item-total correlations in item analysis, Psychometrika 28 (1963); the words for r follow Ebel and Frisbie, Essentials of
Educational Measurement (1991), chapter 13.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.reports.attention import is_unreadable

# Below, a correlation says more about chance than about the check: with 20 students its standard error is 0.23, and
# where only a few passed or failed it hangs on each of them.
MIN_STUDENTS = 20
MIN_EACH_WAY = 4
DECIMALS = 2
_NORMAL_975 = 1.959963984540054

READINGS = (
    *("few students", "nearly all alike", "same rest"),
    *("negative", "maybe negative", "weak", "unsure", "fair", "good"),
)


@dataclass(frozen=True)
class Item:
    """What the class says about one check.

    `n`: students counted. `p`: the share that passed, None if nobody is counted. `r` and its interval `low`..`high`: None where
    the class is too small or too uniform. `reading`: one of READINGS.
    """

    n: int
    p: float | None
    r: float | None
    low: float | None
    high: float | None
    reading: str


def analyse(reports: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """(exercise id, check id) → the fields of its Item, for every check of the reports, which are of one unit."""
    reports = list(reports)
    names = list(
        dict.fromkeys(
            (e["id"], check["id"]) for report in reports for e in report["exercises"] for check in e["checks"]
        )
    )
    column = {name: i for i, name in enumerate(names)}
    rows, worth = [], np.zeros(len(names))
    for report in reports:
        row, handed_in = np.full(len(names), np.nan), False
        for exercise in report["exercises"]:
            readable = not is_unreadable(exercise)
            for check in exercise["checks"]:
                i = column[exercise["id"], check["id"]]
                worth[i] = check["max_points"]
                handed_in = handed_in or (readable and check["verdict"] != "unwritten")
                if check["points"] is not None:
                    row[i] = check["verdict"] == "pass"
        if handed_in and not np.isnan(row).any():
            rows.append(row)
    passed = np.array(rows).reshape(len(rows), len(names))
    totals = passed @ worth
    return {name: asdict(item_of(passed[:, i], totals - passed[:, i] * worth[i])) for i, name in enumerate(names)}


def item_of(passed: NDArray[np.float64], rest: NDArray[np.float64]) -> Item:
    """One check: who passed it (1.0 or 0.0), and what each has in all other checks; both of shape (n,)."""
    n, n_passed = len(passed), int(passed.sum())
    p = round(n_passed / n, DECIMALS) if n else None
    if n < MIN_STUDENTS:
        return Item(n, p, None, None, None, "few students")
    if min(n_passed, n - n_passed) < MIN_EACH_WAY:
        return Item(n, p, None, None, None, "nearly all alike")
    if np.ptp(rest) == 0:
        return Item(n, p, None, None, None, "same rest")
    r = float(np.clip(np.corrcoef(passed, rest)[0, 1], -0.999999, 0.999999))
    low, high = np.tanh(np.arctanh(r) + np.array([-1, 1]) * _NORMAL_975 / np.sqrt(n - 3))
    r, low, high = (round(float(value), DECIMALS) + 0.0 for value in (r, low, high))  # + 0.0: no -0.0
    return Item(n, p, r, low, high, reading_of(r, low, high))


def reading_of(r: float, low: float, high: float) -> str:
    """A correlation in words: below 0 `negative`, below 0.2 `weak`, below 0.4 `fair`, else `good`.

    Where the interval holds 0 as well, `maybe negative` and `unsure` stand in for the first and the last two.
    """
    if r < 0:
        return "negative" if high < 0 else "maybe negative"
    if r < 0.2:
        return "weak"
    return "unsure" if low < 0 else "fair" if r < 0.4 else "good"
