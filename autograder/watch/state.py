"""What watch mode knows, runs and shows, as plain data; every event makes a new state.

Nothing here reads a file, starts a process or looks at a clock. `State.run` says what should be running;
the session makes it so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from autograder.messages import Language, Message
from autograder.watch.assignment import HINT_LEVELS


class Status(str, Enum):
    """How far an exercise is."""

    UNKNOWN = "unknown"  # written, not checked yet
    UNWRITTEN = "unwritten"
    TO_FIX = "to_fix"
    PASSED = "passed"  # its public checks
    WRITTEN = "written"  # prose, which a person reads


SETTLED = (Status.PASSED, Status.WRITTEN)


@dataclass(frozen=True)
class Seen:
    """One check in the latest run; `state` is waiting, pass, fail or unwritten. `cause`: the root cause, if it fails for one."""

    id: str
    title: str
    state: str = "waiting"
    message: str = ""
    printed: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Progress:
    """One exercise. `trouble` says why its latest run brought no verdicts, e.g. that the checks' file is missing."""

    name: str
    title: Message
    file: str
    is_prose: bool = False
    status: Status = Status.UNKNOWN
    checks: tuple[Seen, ...] = ()
    trouble: str = ""

    @property
    def first_open(self) -> Seen | None:
        """The first check that did not pass, in the order of the file."""
        return next((one for one in self.checks if one.state in ("fail", "unwritten")), None)


@dataclass(frozen=True)
class Run:
    """A run of one exercise's checks; `number` tells runs apart."""

    name: str
    number: int


@dataclass(frozen=True)
class State:
    """All of it. `at` is the exercise at hand (None while the first open one is being looked for)."""

    exercises: tuple[Progress, ...]
    language: Language
    at: int | None = None
    run: Run | None = None
    waiting: tuple[str, ...] = ()
    n_runs: int = 0
    hint_level: int = 0
    hint_of: str = ""  # the check that the hint is about; empty for an exercise that has not been run
    shows_keys: bool = False
    stopped: bool = False
    quits: bool = False

    @property
    def current(self) -> Progress | None:
        return None if self.at is None else self.exercises[self.at]

    @property
    def all_settled(self) -> bool:
        return all(one.status in SETTLED for one in self.exercises)


def begin(exercises: Sequence[Progress], language: Language, at: str | None = None) -> State:
    """The state at the start: everything written waits for a run, the exercise `at` first."""
    state = State(tuple(exercises), language, at=_index(exercises, at) if at else None)
    unknown = [one.name for one in exercises if one.status is Status.UNKNOWN]
    first = [name for name in unknown if name == at]
    return _found_open(_next_run(replace(state, waiting=(*first, *(name for name in unknown if name != at)))))


def saved(state: State, fresh: Progress) -> State:
    """The answer of an exercise was saved: it is the one at hand, and is run at once. `fresh`: it, as now on disk."""
    at = _index(state.exercises, fresh.name)
    old = state.exercises[at]
    kept = fresh if fresh.is_prose else replace(old, file=fresh.file)
    moved = state if state.at == at else replace(state, hint_level=0)
    moved = replace(_with(moved, kept), at=at, shows_keys=False)
    return moved if fresh.is_prose else _run_now(moved, fresh.name)


def collected(state: State, number: int, checks: Sequence[tuple[str, str]]) -> State:
    """The run `number` found these checks (id, title)."""
    if state.run is None or state.run.number != number:
        return state
    one = state.exercises[_index(state.exercises, state.run.name)]
    return _with(state, replace(one, checks=tuple(Seen(id, title) for id, title in checks), trouble=""))


def checked(state: State, number: int, seen: Seen) -> State:
    """A check of the run `number` has its verdict. One with several cases passes if they all do."""
    if state.run is None or state.run.number != number:
        return state
    one = state.exercises[_index(state.exercises, state.run.name)]
    checks = tuple(
        replace(seen, title=old.title) if old.id == seen.id and old.state in ("waiting", "pass") else old
        for old in one.checks
    )
    return _with(state, replace(one, checks=checks))


def ended(state: State, number: int, trouble: str = "") -> State:
    """The run `number` is over; `trouble` says why it brought no verdict on every check."""
    if state.run is None or state.run.number != number:
        return state
    one = state.exercises[_index(state.exercises, state.run.name)]
    if not trouble and any(check.state == "waiting" for check in one.checks):
        trouble = "?"
    done = _with(state, replace(one, status=_status(one, trouble), trouble=trouble))
    if _open_check(done) != done.hint_of:
        done = replace(done, hint_level=0)
    return _found_open(_next_run(replace(done, run=None)))


def key(state: State, pressed: str) -> State:
    """A key was pressed; what no key stands for changes nothing."""
    if pressed == "?":
        return replace(state, shows_keys=not state.shows_keys)
    act = _KEYS.get(pressed)
    return act(replace(state, shows_keys=False)) if act else state


def _status(one: Progress, trouble: str) -> Status:
    if not trouble and one.checks and all(check.state == "pass" for check in one.checks):
        return Status.PASSED
    if not trouble and one.checks and all(check.state == "unwritten" for check in one.checks):
        return Status.UNWRITTEN
    return Status.TO_FIX


def _run_now(state: State, name: str) -> State:
    """`name` runs next; what it interrupts is run afterwards."""
    interrupted = [state.run.name] if state.run and state.run.name != name else []
    rest = [one for one in (*interrupted, *state.waiting) if one != name]
    return _next_run(replace(state, run=None, waiting=(name, *dict.fromkeys(rest))))


def _next_run(state: State) -> State:
    if state.run or not state.waiting:
        return state
    run = Run(state.waiting[0], state.n_runs + 1)
    one = state.exercises[_index(state.exercises, run.name)]
    waits = tuple(replace(check, state="waiting", message="", printed="") for check in one.checks)
    state = _with(state, replace(one, checks=waits, trouble=""))
    return replace(state, run=run, waiting=state.waiting[1:], n_runs=run.number, stopped=False)


def _found_open(state: State) -> State:
    """At the start: the first exercise that does not pass is at hand as soon as it is known."""
    if state.at is not None:
        return state
    for number, one in enumerate(state.exercises):
        if one.status is Status.UNKNOWN:
            return state
        if one.status not in SETTLED:
            return replace(state, at=number)
    return replace(state, at=len(state.exercises) - 1)


def _more_of_a_hint(state: State) -> State:
    one = state.current
    if one is None or one.status not in (Status.TO_FIX, Status.UNWRITTEN):
        return state
    if not state.hint_level and state.run and state.run.name == one.name:  # which check it is about is not known yet
        return state
    of = state.hint_of if state.hint_level else _open_check(state)
    return replace(state, hint_level=min(HINT_LEVELS, state.hint_level + 1), hint_of=of)


def _open_check(state: State) -> str:
    check = state.current.first_open if state.current else None
    return check.id if check else ""


def _next(state: State) -> State:
    """The next exercise; from one that passes, the next that does not."""
    at, n = state.at or 0, len(state.exercises)
    if state.exercises[at].status in SETTLED:
        ahead = [(at + step) % n for step in range(1, n)]
        open_ones = [number for number in ahead if state.exercises[number].status not in SETTLED]
        return _go(state, open_ones[0] if open_ones else min(at + 1, n - 1))
    return _go(state, min(at + 1, n - 1))


def _go(state: State, at: int) -> State:
    return state if at == state.at else replace(state, at=at, hint_level=0)


def _again(state: State) -> State:
    one = state.current
    return state if one is None or one.is_prose else _run_now(state, one.name)


def _all(state: State) -> State:
    names = tuple(one.name for one in state.exercises if not one.is_prose and one.status is not Status.UNWRITTEN)
    return _next_run(replace(state, run=None, waiting=names))


def _other_language(state: State) -> State:
    turn: dict[Language, Language] = {"ja": "en", "en": "both", "both": "ja"}
    return _again(replace(state, language=turn[state.language]))


def _stop(state: State) -> State:
    return replace(state, run=None, waiting=(), stopped=True) if state.run else state


_KEYS: dict[str, Callable[[State], State]] = {
    "h": _more_of_a_hint,
    "n": _next,
    "p": lambda state: _go(state, max((state.at or 0) - 1, 0)),
    "r": _again,
    "a": _all,
    "s": _stop,
    "l": _other_language,
    "q": lambda state: replace(state, quits=True),
}


def _with(state: State, one: Progress) -> State:
    exercises = tuple(one if old.name == one.name else old for old in state.exercises)
    return replace(state, exercises=exercises)


def _index(exercises: Sequence[Progress], name: str) -> int:
    return next(number for number, one in enumerate(exercises) if one.name == name)
