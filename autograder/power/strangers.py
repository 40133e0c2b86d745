"""Wrong ways of sampling that no check names, drawn by definition: what the unnamed bets must find.

Each stranger draws as somebody who wrote the loop by hand might: by a changed distribution, or by random numbers that are
not independent. Draws come in units (a pair, a whole call) that are independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.stats import Sampler
from autograder.stats.families import Floats

Rows = list[list[int]]
BATCH = 512


@dataclass(frozen=True)
class Task:
    """What is asked for: the question's model, prompt, sampler, limit and EOS."""

    model: Any
    prompt_ids: tuple[int, ...]
    null: Sampler
    max_new_tokens: int
    eos: int


@dataclass(frozen=True)
class Step:
    """One step of a batch of draws.

    Args:
        p: the probabilities asked for, (n, V). logits: (n, V).
        position: index of the token. eos: id of EOS.
    """

    p: Floats
    logits: Floats
    position: int
    eos: int


Shape = Callable[[Step], Floats]
Numbers = Callable[[np.random.Generator, int, int], Floats]


@dataclass(frozen=True)
class Stranger:
    """A wrong sampler.

    Args:
        shape: the probabilities it draws with, (n, V), not normalised.
        numbers: its random numbers, (unit, steps), for one unit of draws.
        unit: draws of a unit; 0: a whole call.
        edit: what it does to the draws of a unit afterwards; it may ask for more.
        by_id: whether it goes through the tokens in the order of ids.
    """

    shape: Shape = lambda step: step.p
    numbers: Numbers = lambda rng, n, steps: rng.random((n, steps))
    unit: int = 1
    edit: Callable[[Rows, Callable[[], Rows]], Rows] = lambda rows, more: rows
    by_id: bool = False

    def units(self, task: Task, n_units: int, unit: int, rng: np.random.Generator) -> list[Rows]:
        """`n_units` independent units of `unit` draws: new tokens, cut behind EOS."""
        numbers = np.concatenate([self.numbers(rng, unit, task.max_new_tokens) for _ in range(n_units)])
        rows = self._rows(task, numbers)

        def more() -> Rows:
            return self._rows(task, rng.random((unit, task.max_new_tokens)))

        return [self.edit(rows[start : start + unit], more) for start in range(0, len(rows), unit)]

    def _rows(self, task: Task, numbers: Floats) -> Rows:
        found: Rows = []
        for start in range(0, len(numbers), BATCH):
            found += _drawn(self, task, numbers[start : start + BATCH])
        return found


def _drawn(stranger: Stranger, task: Task, numbers: Floats) -> Rows:
    import torch

    n = len(numbers)
    # Single tokens share one pass.
    n_passed = 1 if task.max_new_tokens == 1 else n
    ids = torch.tensor([list(task.prompt_ids)] * n_passed, device=task.model.device)
    step, cache, rows = ids, None, np.zeros((n, 0), dtype=np.int64)
    for position in range(task.max_new_tokens):
        with torch.inference_mode():
            output = task.model(step, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        logits = output.logits[:, -1].float().cpu()
        p = task.null.log_probs(logits).exp().numpy()
        shaped = stranger.shape(Step(p, logits.double().numpy(), position, task.eos))
        token = inverse(np.broadcast_to(shaped, (n, shaped.shape[1])), numbers[:, position], by_id=stranger.by_id)
        rows = np.concatenate([rows, token[:, None]], axis=1)
        step = torch.tensor(token, device=task.model.device)[:, None]
    return [_cut(row, task.eos) for row in rows.tolist()]


def inverse(p: Floats, u: Floats, *, by_id: bool = False) -> NDArray[np.int64]:
    """Ids drawn from the rows of p by the numbers u, in the order of probability or of ids."""
    # Draws that have come to the same place share their distribution.
    distinct, row = (
        (p[:1], np.zeros(len(p), dtype=np.int64)) if p.strides[0] == 0 else np.unique(p, axis=0, return_inverse=True)
    )
    order = (
        np.broadcast_to(np.arange(p.shape[1]), distinct.shape)
        if by_id
        else np.argsort(-distinct, axis=1, kind="stable")
    )
    ordered = np.take_along_axis(distinct, order, 1)
    sums, last = ordered.cumsum(1), (ordered > 0).cumsum(1).argmax(1)
    found = [
        order[one, min(np.searchsorted(sums[one], number * sums[one, -1], side="right"), last[one])]
        for one, number in zip(row.reshape(-1), u, strict=True)
    ]
    return np.array(found, dtype=np.int64)


def _cut(row: list[int], eos: int) -> list[int]:
    return row[: row.index(eos) + 1] if eos in row else row


def _best(p: Floats) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.arange(p.shape[1]) == p.argmax(1)[:, None]
    return found


def only_first(shape: Shape) -> Shape:
    """`shape` for the first token, what is asked for later."""
    return lambda step: shape(step) if step.position == 0 else step.p


def greedy_where_sure(step: Step) -> Floats:
    """The best token wherever it has more than one half."""
    sure = step.p.max(1, keepdims=True) > 0.5
    return np.where(sure, _best(step.p), step.p)


def at_temperature_1(step: Step) -> Floats:
    """The model's own probabilities among the tokens that may be drawn."""
    scaled = np.exp(step.logits - step.logits.max(1, keepdims=True))
    return np.where(step.p > 0, scaled, 0.0)


def nucleus(share: float) -> Shape:
    """A top_p on top of what is asked for."""

    def shape(step: Step) -> Floats:
        order = np.argsort(-step.p, axis=1, kind="stable")
        sorted_p = np.take_along_axis(step.p, order, 1)
        kept = np.where(sorted_p.cumsum(1) - sorted_p < share, sorted_p, 0.0)
        found = np.zeros_like(step.p)
        np.put_along_axis(found, order, kept, 1)
        return found

    return shape


def eos_times(weight: float) -> Shape:
    """EOS with another weight."""

    def shape(step: Step) -> Floats:
        p = step.p.copy()
        p[:, step.eos] *= weight
        return np.where(p.sum(1, keepdims=True) > 0, p, step.p)

    return shape


def with_share(share: float, chosen: Callable[[Floats], Floats]) -> Shape:
    """A share of all mass goes to what `chosen` says."""
    return lambda step: (1 - share) * step.p + share * chosen(step.p)


def _last(p: Floats) -> Floats:
    smallest = np.where(p > 0, p, np.inf).argmin(1)
    found: Floats = (np.arange(p.shape[1]) == smallest[:, None]).astype(np.float64)
    return found


def _mirrored(rng: np.random.Generator, n: int, steps: int) -> Floats:
    half = rng.random((n // 2, steps))
    found: Floats = np.stack([half, 1 - half], axis=1).reshape(n, steps)
    return found


def _mirrored_halves(rng: np.random.Generator, n: int, steps: int) -> Floats:
    half = rng.random((n // 2, steps))
    found: Floats = np.concatenate([half, 1 - half])
    return found


def _strata(rng: np.random.Generator, n: int, steps: int) -> Floats:
    columns = [(rng.permutation(n) + rng.random(n)) / n for _ in range(steps)]
    return np.stack(columns, axis=1)


def _one_number(rng: np.random.Generator, n: int, steps: int) -> Floats:
    return np.repeat(rng.random((n, 1)), steps, axis=1)


def _bent(power: float) -> Numbers:
    return lambda rng, n, steps: rng.random((n, steps)) ** power


def _all_different(rows: Rows, more: Callable[[], Rows]) -> Rows:
    found: dict[tuple[int, ...], None] = {}
    waiting = [tuple(row) for row in rows]
    for _ in range(200):
        for row in waiting:
            if len(found) < len(rows):
                found.setdefault(row)
        if len(found) == len(rows):
            return [list(row) for row in found]
        waiting = [tuple(row) for row in more()]
    return rows  # there are no more different draws than that


def _twice(rows: Rows, more: Callable[[], Rows]) -> Rows:
    return [rows[index - index % 2] for index in range(len(rows))]


def _halves_alike(rows: Rows, more: Callable[[], Rows]) -> Rows:
    half = len(rows) // 2
    return [rows[index % half if half else 0] for index in range(len(rows))]


def _of_four(rows: Rows, more: Callable[[], Rows]) -> Rows:
    return [rows[(index * index + 3 * index) % 7 % 4] for index in range(len(rows))]


SHAPED: dict[str, Stranger] = {
    "uniform inside the support": Stranger(lambda step: (step.p > 0).astype(np.float64)),
    "tokens under 3 % never": Stranger(lambda step: np.where((step.p >= 0.03) | _best(step.p), step.p, 0.0)),
    "20 % moved to the best token": Stranger(with_share(0.2, lambda p: _best(p).astype(np.float64))),
    "5 % moved to the last token": Stranger(with_share(0.05, _last)),
    "first token greedy": Stranger(only_first(lambda step: _best(step.p).astype(np.float64))),
    "first token at T = 1": Stranger(only_first(at_temperature_1)),
    "EOS at half of its probability": Stranger(eos_times(0.5)),
    "EOS at a tenth of its probability": Stranger(eos_times(0.1)),
    "EOS never first": Stranger(only_first(eos_times(0.0))),
    "greedy where it is sure": Stranger(greedy_where_sure),
    "a hidden top_p of 0.99": Stranger(nucleus(0.99)),
    "u ** 1.1": Stranger(numbers=_bent(1.1)),
    "u ** 1.1 by id": Stranger(numbers=_bent(1.1), by_id=True),
}
DEPENDENT: dict[str, Stranger] = {
    "one random number for a draw": Stranger(numbers=_one_number),
    "one random number for a draw, by id": Stranger(numbers=_one_number, by_id=True),
    "antithetic pairs": Stranger(numbers=_mirrored, unit=2),
    "antithetic halves": Stranger(numbers=_mirrored_halves, unit=0),
    "antithetic pairs, by id": Stranger(numbers=_mirrored, unit=2, by_id=True),
    "stratified": Stranger(numbers=_strata, unit=0),
    "stratified, by id": Stranger(numbers=_strata, unit=0, by_id=True),
    "every draw twice": Stranger(edit=_twice, unit=0),
    "the second half is the first": Stranger(edit=_halves_alike, unit=0),
    "duplicates replaced": Stranger(edit=_all_different, unit=0),
    "four different seeds": Stranger(edit=_of_four, unit=0),
}


def with_greedy(rows: Rows, greedy: Sequence[int], place: int) -> Rows:
    """`rows` with a greedy draw at `place`."""
    return [*rows[:place], list(greedy), *rows[place + 1 :]]
