"""What the calls of one submission have taken by the clock: of each check, and all together; and the memory of their results.

Waiting for the model server and the start of a process are not the student's time, and are not counted.
"""

from __future__ import annotations

from collections import Counter

from autograder.errors import LimitReached
from autograder.jail.pool import Limits
from autograder.jail.wire import MAX_NODES
from autograder.messages import Message

NOT_TRIED = "not tried"  # the kind of limit of what was not run, which says nothing of it
# Of the results that are kept for the diagnosis, until all of a submission is graded.
MAX_REMEMBERED_BYTES = 512 << 20
# What a message takes in memory once it is read: at most so many times its length, and so much more for each part.
_TIMES_LARGER, _PART_BYTES = 20, 64


class Spent:
    """Seconds by the clock, and memory. A check is known by its exercise and its id; the cases of a parametrized check are one check."""

    def __init__(self) -> None:
        self._of: Counter[tuple[str, str]] = Counter()
        self._check = ("", "")
        self._n_bytes = 0

    def begin(self, exercise: str, check: str) -> None:
        """From now on `check` spends."""
        self._check = (exercise, check)

    def add(self, seconds: float) -> None:
        """A call of the present check took `seconds`."""
        self._of[self._check] += seconds  # type: ignore[assignment]

    def received(self, n_bytes: int) -> None:
        """A result came, in a message of `n_bytes`."""
        self._n_bytes += min(_TIMES_LARGER * n_bytes, n_bytes + _PART_BYTES * MAX_NODES)

    def remembers(self) -> bool:
        """Whether the last result may be kept."""
        return self._n_bytes <= MAX_REMEMBERED_BYTES

    def left_s(self, limits: Limits) -> float:
        """How long the next call of the present check may take; not above 0: its time is used up."""
        return min(limits.wall_s - self._of[self._check], limits.submission_s - self._of.total())

    def is_over(self, limits: Limits) -> bool:
        """Whether the submission's time is used up."""
        return self._of.total() >= limits.submission_s

    def reached(self, function: str, limits: Limits) -> LimitReached:
        """Which of the two limits ended a call of `function`, in words."""
        if self.is_over(limits):
            return LimitReached(
                kind="submission",
                ja=f"{function}: 提出物全体の時間の上限（すべてのチェックの呼び出しを合わせて {limits.submission_s:g} 秒）を使い切りました。時間のかかる課題から、終わらないループや sleep がないか確かめてください。",
                en=f"{function}: the submission used up its time, {limits.submission_s:g} s for the calls of all checks together. Look for loops that never end and for sleeps, in the slowest exercise first.",
            )
        return LimitReached(
            kind="wall",
            ja=f"{function}: 1 つのチェックの時間の上限（呼び出しを合わせて {limits.wall_s:g} 秒）を超えました。sleep や、終わらないループがないか確かめてください。",
            en=f"{function}: took longer than {limits.wall_s:g} s by the clock, all calls of this check together. Look for a sleep or a loop that never ends.",
        )


def not_tried(limits: Limits) -> LimitReached:
    """Of a check that is not run, since the submission's time is used up."""
    return LimitReached(
        kind=NOT_TRIED,
        ja=f"提出物全体の時間（{limits.submission_s:g} 秒）をほかのチェックが使い切ったので、このチェックは実行していません。",
        en=f"not run, because other checks used up the {limits.submission_s:g} s that the whole submission has.",
    )


def used_up_note(limits: Limits) -> Message:
    """For the report: a person is told, since checks were not run."""
    return Message(
        f"提出物全体の時間の上限（{limits.submission_s:g} 秒）を使い切ったので、実行していないチェックがあります。正しい答えが遅いだけなら、`--submission-limit` を大きくして採点し直してください。",
        f"The submission used up its {limits.submission_s:g} s, so some checks were not run. If its answers are right and merely slow, grade it again with a larger `--submission-limit`.",
    )
