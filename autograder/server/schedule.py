"""Whose turn it is: which waiting sequences the next passes compute, and in which batches.

Sessions take turns, those first that have had the least. A session with many sequences gets what the others leave
over, and nobody waits for the sequences of another. Sequences that begin alike wait for the first of them, whose
beginning they then use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.server.rows import Keys, Place, Slots
from autograder.server.sessions import Job, Session

# A sequence keeps its slot for so many passes after its last one while others wait, and those wait no longer than that.
PATIENCE, LONGEST_WAIT = 32, 256
# So many common first tokens tell sequences that begin alike, and so many more are worth the wait.
_HEAD = 8


@dataclass(frozen=True)
class Sizes:
    """The largest pass: sequences, and new tokens with their padding."""

    rows: int = 128
    tokens: int = 8192


@dataclass(frozen=True)
class Planned:
    """A sequence and the place where it will be computed."""

    session: Session
    job: Job
    place: Place

    @property
    def n_new(self) -> int:
        """How many tokens have to be computed."""
        return len(self.job.row.keys) - self.place.known


def in_turn(sessions: Iterable[Session], model: int) -> Iterator[tuple[Session, Job]]:
    """The waiting sequences of one model, one of each session in turn."""
    queues = [
        (one, [job for job in one.waiting if job.model == model])
        for one in sorted(sessions, key=lambda session: session.served)
    ]
    for turn in range(max((len(jobs) for _, jobs in queues), default=0)):
        for session, jobs in queues:
            if turn < len(jobs):
                yield session, jobs[turn]


def plan(sessions: Sequence[Session], model: int, slots: Slots, sizes: Sizes, now: int) -> list[Planned]:
    """What is computed next of one model; empty only if nothing waits. Nobody's slot is used twice."""
    found = _plan(sessions, model, slots, sizes, now, PATIENCE)
    return found or _plan(sessions, model, slots, sizes, now, 0)


def _plan(
    sessions: Sequence[Session], model: int, slots: Slots, sizes: Sizes, now: int, patience: int
) -> list[Planned]:
    chosen: list[Planned] = []
    taken: set[int] = set()
    begun: dict[bytes, Keys] = {}  # what the chosen ones begin with
    n_tokens = 0
    for session, job in in_turn(sessions, model):
        keys, at_most = job.row.keys, len(job.row.keys) - job.n_kept
        head = keys[:_HEAD].tobytes()
        if head in begun and min(common(keys, begun[head]), at_most) >= slots.known(keys[:at_most]) + _HEAD:
            continue
        spared = 0 if now - job.since >= LONGEST_WAIT else patience
        place = slots.find(job.row, at_most=at_most, taken=taken, patience=spared, hint=job.source.slot)
        if place is None:
            continue
        planned = Planned(session, job, place)
        if chosen and n_tokens + planned.n_new > sizes.tokens:
            continue
        chosen.append(planned)
        # Where it comes from stays as it is as well, until it is copied.
        taken |= {place.slot} if place.copied_from is None else {place.slot, place.copied_from}
        n_tokens += planned.n_new
        if planned.n_new > _HEAD:
            begun.setdefault(head, keys)
        if len(chosen) == sizes.rows:
            break
    return chosen


def common(one: Keys, other: Keys) -> int:
    """How many first numbers two sequences share."""
    n = min(len(one), len(other))
    different = np.flatnonzero(one[:n] != other[:n])
    return int(different[0]) if len(different) else n


def batches(chosen: Sequence[Planned], sizes: Sizes) -> list[list[Planned]]:
    """`chosen` in passes of about equal length: single steps together, then beginnings, then those of which many logits are wanted."""

    def kind(one: Planned) -> tuple[bool, bool, int]:
        return one.job.n_kept > 1, one.n_new > 1, one.n_new

    groups: list[list[Planned]] = []
    for one in sorted(chosen, key=kind):
        last = groups[-1] if groups else []
        fits = (
            last
            and kind(last[0])[:2] == kind(one)[:2]
            and one.n_new <= 2 * last[0].n_new + _HEAD
            and one.n_new * (len(last) + 1) <= sizes.tokens
        )
        if fits:
            last.append(one)
        else:
            groups.append([one])
    return groups
