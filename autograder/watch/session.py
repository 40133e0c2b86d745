"""The loop of watch mode: saves, keys and answers of the warm process come in, the screen goes out."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from autograder.errors import SettingsError
from autograder.messages import Language
from autograder.watch import state as states
from autograder.watch.assignment import Assignment
from autograder.watch.checker import CAN_FORK, Broken, Checker, Ready
from autograder.watch.keys import has_keys, single_keys
from autograder.watch.screen import plain_result, plain_start, terminal_screen
from autograder.watch.state import Progress, Run, Seen, State, Status
from autograder.watch.warm import Job


@dataclass(frozen=True)
class Saved:
    """A file of the assignment folder was written."""

    file: str


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


def progress_of(assignment: Assignment, name: str) -> Progress:
    """What can be told of an exercise without running it."""
    given = assignment.named(name)
    answer = assignment.answer_file(given)
    written = assignment.is_written(given, answer)
    status = Status.UNWRITTEN if not written else Status.WRITTEN if given.is_prose else Status.UNKNOWN
    return Progress(given.name, given.title, answer.name, given.is_prose, status)


def watch(assignment: Assignment, language: Language, *, at: str | None = None, fork: bool = CAN_FORK) -> None:
    """Check at every save until `q`, or an interrupt.

    Raises: SettingsError if the process that runs the checks cannot be started.
    """
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    on_terminal = has_keys()
    exercises = [progress_of(assignment, given.name) for given in assignment.exercises]
    state = states.begin(exercises, language, at)
    shown: _Terminal | _Pipe = _Terminal(assignment) if on_terminal else _Pipe(assignment)
    keys = single_keys(lambda key: events.put(Pressed(key))) if on_terminal else nullcontext()
    checker = Checker(events.put, fork=fork)
    try:
        with _saves(assignment, events.put), keys:
            _Session(assignment, checker, shown, events.get).go_on(state, lambda one: one.quits)
    finally:
        checker.close()


def first_open(assignment: Assignment, language: Language, name: str | None = None) -> Progress:
    """The exercise `name`, checked now; without a name the first that does not pass, or the last if all pass.

    Nothing is run that is still as it was handed out.

    Raises: SettingsError if the process that runs the checks cannot be started.
    """
    names = [name] if name else [given.name for given in assignment.exercises]
    state = states.begin([progress_of(assignment, one) for one in names], language, name)
    if state.run is not None:
        events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        checker = Checker(events.put)
        try:
            session = _Session(assignment, checker, _Silent(), events.get)
            state = session.go_on(state, lambda one: one.current is not None and one.current.status != Status.UNKNOWN)
        finally:
            checker.close()
    assert state.current is not None
    return state.current


class _Session:
    """Owns what is running; the state says what should be."""

    def __init__(
        self,
        assignment: Assignment,
        checker: Checker,
        shown: _Terminal | _Pipe | _Silent,
        next_event: Callable[..., Any],
    ) -> None:
        self._assignment, self._checker, self._shown, self._next_event = assignment, checker, shown, next_event
        self._running: Run | None = None
        self._since_s = 0.0
        self._ready = False

    def go_on(self, state: State, until: Callable[[State], bool]) -> State:
        """Follow events for as long as the state is not as wanted. Returns: the state that is."""
        self._shown.begin(state)
        while not until(state):
            self._make_so(state)
            self._shown.show(state, ready=self._ready, running_s=time.monotonic() - self._since_s)
            try:
                event = self._next_event(timeout=1.0 if state.run and self._ready else None)
            except queue.Empty:
                continue
            state = self._after(state, event)
        return state

    def _make_so(self, state: State) -> None:
        """Start or stop, so that what runs is what the state says."""
        if state.run == self._running:
            return
        self._running, self._since_s = state.run, time.monotonic()
        if state.run is None:
            self._checker.stop()
            return
        given = self._assignment.named(state.run.name)
        answer = self._assignment.answer_file(given)
        file = next(one.file for one in state.exercises if one.name == given.name)
        answer = answer.with_name(file) if answer.with_name(file).exists() else answer
        self._checker.check(
            Job(state.run.number, str(self._assignment.folder), given.name, str(answer), state.language)
        )

    def _after(self, state: State, event: Any) -> State:
        match event:
            case Ready():
                self._ready, self._since_s = True, time.monotonic()
            case Broken(said=said):
                raise SettingsError(
                    ja=f"チェックを動かすプロセスが止まりました。`autograder doctor` で確かめてください。\n{said}",
                    en=f"The process that runs the checks ended. `autograder doctor` may say why.\n{said}",
                )
            case Pressed(key=key):
                return states.key(state, key)
            case Saved(file=file):
                return self._saved(state, file)
            case {"run": int(number), "collected": list(checks)}:
                return states.collected(state, number, [(id, title) for id, title in checks])
            case {"run": int(number), "check": str(check), "state": str(verdict), **rest}:
                seen = Seen(check, "", verdict, str(rest["message"]), str(rest["printed"]), str(rest["cause"]))
                return states.checked(state, number, seen)
            case {"run": int(number), "ended": True, "trouble": str(trouble)}:
                self._shown.finished(state, states.ended(state, number, trouble), number)
                return states.ended(state, number, trouble)
        return state

    def _saved(self, state: State, file: str) -> State:
        """A file of no exercise is a neighbour that the one at hand may import."""
        name = self._assignment.exercise_of(file) or (state.current.name if state.current else None)
        if name is None:
            return state
        fresh = progress_of(self._assignment, name)
        if self._assignment.exercise_of(file) and file.endswith((".py", ".ipynb")) and not file.startswith("test_"):
            fresh = replace(fresh, file=file)
        return states.saved(state, fresh)


class _Terminal:
    """Draws the whole screen anew at every event."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._console = Console(highlight=False)

    def begin(self, state: State) -> None:
        pass

    def show(self, state: State, *, ready: bool, running_s: float) -> None:
        width = self._console.width
        screen = terminal_screen(state, self._assignment, ready=ready, running_s=running_s, width=width)
        with self._console.capture() as capture:
            self._console.print(screen)
        # One write, so that nothing flickers: home, the lines each cleared to their end, the rest cleared.
        lines = capture.get().split("\n")
        sys.stdout.write("\x1b[H\x1b[J" + "\x1b[K\n".join(lines))
        sys.stdout.flush()

    def finished(self, before: State, after: State, number: int) -> None:
        pass


class _Pipe:
    """A line at the start and a few after each run; no keys, no colour."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment

    def begin(self, state: State) -> None:
        print(plain_start(state, self._assignment), flush=True)

    def show(self, state: State, *, ready: bool, running_s: float) -> None:
        pass

    def finished(self, before: State, after: State, number: int) -> None:
        if before.run and before.run.number == number:
            print(plain_result(after, before.run.name), flush=True)


class _Silent:
    """Shows nothing."""

    def begin(self, state: State) -> None:
        pass

    def show(self, state: State, *, ready: bool, running_s: float) -> None:
        pass

    def finished(self, before: State, after: State, number: int) -> None:
        pass


@contextmanager
def _saves(assignment: Assignment, put: Callable[[Saved], None]) -> Iterator[None]:
    """Tell every file of the folder that is written, and looks like an answer, for as long as the block lasts."""
    import watchfiles

    over = threading.Event()

    def look() -> None:
        watched = watchfiles.watch(
            assignment.folder,
            watch_filter=lambda _, path: path.endswith((".py", ".ipynb", ".md")),
            debounce=200,
            step=20,
            rust_timeout=500,
            stop_event=over,
            recursive=False,
            raise_interrupt=False,
        )
        for changes in watched:
            for file in sorted({path.replace("\\", "/").rpartition("/")[2] for _, path in changes}):
                if _is_answer(assignment, file):
                    put(Saved(file))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=2)


def _is_answer(assignment: Assignment, file: str) -> bool:
    """Statements and files of editors (`.#top_p.py`, `4913`) are none."""
    name = assignment.exercise_of(file)
    if file.startswith((".", "#", "~")):
        return False
    if file.endswith(".md"):
        return name is not None and file == f"{name}.md" and assignment.named(name).is_prose
    return file.endswith(".py") or name is not None
