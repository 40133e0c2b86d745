"""`Student`: a submission's functions as the checks see them, in process or in the jail.

    student.top_p_filter(PROBS, 0.8)     a value of plain data, or an `Outcome` exception

Both implementations pass arguments and results through the same wire format, so a check cannot
tell them apart: tests/grading/test_student_conformance.py runs on both.
"""

from __future__ import annotations

import copy
import shutil
import signal
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import msgpack

from autograder.disclosure import told_reason, told_status
from autograder.errors import CheckFailed, LimitReached, MissingFunction, Outcome, StudentRaised, Unwritten
from autograder.grading import by_hand_apart
from autograder.grading.by_hand import Sources, first_use, forbidden
from autograder.grading.claims import own_line
from autograder.grading.oddities import shadows
from autograder.grading.spent import Spent
from autograder.jail import channel, refusals, replies, wire
from autograder.jail.barred import names_of
from autograder.jail.families import families_of
from autograder.jail.modules import describe_exception
from autograder.jail.pool import START_TIMEOUT_S, ChildProcess, Ending, Limits, Zygote, reached_cpu_limit
from autograder.jail.refusals import Use
from autograder.jail.replies import Missing, Odd, Raised, Reply, Unsendable, Value
from autograder.jail.witness import KINDS
from autograder.server.sessions import Quota
from autograder.server.start import ended, waiting_for_server
from autograder.shared import SharedObjects, refused_methods

# Exceptions by which Python and torch say that memory ran out.
_OUT_OF_MEMORY_TEXTS = ("not enough memory", "can't allocate memory", "cannot allocate memory", "out of memory")


# In the place of a result that was too much to keep: it is like no mistake's.
FORGOTTEN = wire.Opaque("forgotten", "…")


class _IdleError(Exception):
    """The student's process does nothing while its answer is awaited."""


class Backend(Protocol):
    """Where the student's module lives."""

    sources: Sources
    odd: set[str]  # what the student's code did under a rule, see `oddities`

    def call(
        self,
        function: str,
        arguments: tuple[object, ...],
        keywords: Mapping[str, object],
        *,
        refused: Mapping[str, str],
    ) -> tuple[Any, Sequence[str]]:
        """The result as plain data, and the names or positions (from 1) of the arguments that the function changed.

        `refused`: see `jail.refusals.refused`. Raises: Outcome.
        """

    def first_use(self, function: str, names: frozenset[str]) -> Use | None:
        """See `by_hand.first_use`. Raises: Withheld if the source cannot be read."""

    def take_file(self, name: str) -> Any:
        """The bytes of a file in the student's scratch folder, which is then gone; None without one. Raises: Outcome."""

    def remembers(self) -> bool:
        """Whether there is room to keep the last result for the diagnosis."""

    def close(self) -> None:
        """Let go of the process, if there is one."""


@dataclass(frozen=True)
class Call:
    """One call that a check made: what went in, and the value or the exception that came out.

    Of an exception: the names of its class and bases, what it said, the line of the student's file (0 if unknown), and
    whether it was raised while that file was imported.
    """

    function: str
    arguments: object
    value: object
    raised: tuple[str, ...] = ()
    text: str = ""
    line: int = 0
    importing: bool = False


class Student:
    """The functions of one submission; unknown names are looked up in the student's module when called."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._calls: list[Call] = []
        self._refused: tuple[str, ...] = ()
        self._may_change_arguments = True

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*arguments: object, **keywords: object) -> Any:
            given = (arguments, dict(keywords))
            try:
                value = self._call(name, arguments, keywords)
            except StudentRaised as error:
                self._calls.append(Call(name, given, None, error.type_names, error.text, error.line, error.importing))
                raise
            except Outcome as outcome:
                self._calls.append(Call(name, given, None, (type(outcome).__name__,)))
                raise
            self._calls.append(Call(name, given, value if self._backend.remembers() else FORGOTTEN))
            return value

        call.__name__ = name
        return call

    def _call(self, name: str, arguments: tuple[object, ...], keywords: Mapping[str, object]) -> Any:
        refused = {one: one for one in self._refused} | refused_methods([*arguments, *keywords.values()])
        if refused:
            self._backend.odd |= shadows(self._backend.sources.texts)
        use = self._backend.first_use(name, frozenset(refused)) if refused else None
        if use is not None:
            raise forbidden(name, replace(use, name=refused[use.name]))
        value, changed = self._backend.call(name, arguments, keywords, refused=refused)
        known = {*map(str, range(1, len(arguments) + 1)), *keywords}
        for argument in known.intersection(changed) if not self._may_change_arguments else ():
            raise _changed(name, argument)
        return value

    def _by_hand(self, names: tuple[str, ...]) -> Student:
        """For `autograder.checks.by_hand`: the same student, whose calls are recorded with ours."""
        view = copy.copy(self)
        view._refused = (*self._refused, *names)
        return view

    def _unchanging(self) -> Student:
        """For `autograder.checks.unchanging`: the same student, whose calls are recorded with ours."""
        view = copy.copy(self)
        view._may_change_arguments = False
        return view

    def _take_file(self, name: str) -> Any:
        """For `autograder.checks.take_file`: every name without an underscore belongs to the student."""
        data = self._backend.take_file(name)
        self._calls.append(Call("take_file", name, data if self._backend.remembers() else FORGOTTEN))
        return data


def calls_of(student: Student) -> tuple[Call, ...]:
    """Every call made so far, in order."""
    return tuple(student._calls)


class LocalBackend:
    """The student's module in this process: print, `--pdb` and the debugger work."""

    def __init__(
        self, load: Callable[[], ModuleType], files: frozenset[str], shared: SharedObjects, sources: Sources
    ) -> None:
        self._load, self._files, self._shared, self.sources = load, files, shared, sources
        self.odd: set[str] = set()
        self._remove_scratch: weakref.finalize[..., Any] | None = None
        self._scratch = Path()

    def call(
        self,
        function: str,
        arguments: tuple[object, ...],
        keywords: Mapping[str, object],
        *,
        refused: Mapping[str, str],
    ) -> tuple[Any, Sequence[str]]:
        given = wire.encode((arguments, dict(keywords)), self._shared)
        positional, named = wire.decode(given, self._shared, scratch=self._scratch_folder)
        uses: list[Use] = []
        module: ModuleType | None = None
        try:
            module = self._load()
            own = [module, *(sys.modules[name] for name in self.sources.texts if name in sys.modules)]
            with refusals.refused(refused, own, tell=uses.append, files=self._files):
                target = getattr(module, function, None)
                if not callable(target):
                    raise _missing(function)
                before = wire.argument_texts(positional, named, self._shared)
                value = target(*positional, **named)
                changed = wire.changed_arguments(before, wire.argument_texts(positional, named, self._shared))
        except Outcome:
            raise
        except (Exception, SystemExit) as error:
            if uses:
                raise forbidden(function, uses[0]) from error
            described = describe_exception(error, self._files, importing=module is None)
            # The student's own frames stay on the traceback, so that `--pdb` opens where it happened.
            raise _student_raised(function, described, Limits()).with_traceback(error.__traceback__) from error
        if uses:  # and swallowed
            raise forbidden(function, uses[0])
        try:
            return wire.decode(wire.encode(value, self._shared), self._shared), changed
        except wire.WireError as error:
            raise _unsendable(function, str(error)) from error

    def first_use(self, function: str, names: frozenset[str]) -> Use | None:
        return first_use(self.sources, function, names)

    def take_file(self, name: str) -> Any:
        try:
            return wire.taken_file(self._scratch_folder(), name)
        except wire.WireError as error:
            raise _unsendable(name, str(error)) from error

    def remembers(self) -> bool:
        return True

    def close(self) -> None:
        if self._remove_scratch is not None:
            self._remove_scratch()
            self._remove_scratch = None

    def _scratch_folder(self) -> Path:
        if self._remove_scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="autograder-scratch-"))
            self._remove_scratch = weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
        return self._scratch


class JailedBackend:
    """The student's module in a fresh jailed process, started at the first call, and anew where another set of functions is
    refused than before: what a process may not do it may not do for its whole life.

    `cpu_s`: CPU seconds that its processes took, counted when each has ended.
    """

    def __init__(
        self,
        zygote: Zygote,
        *,
        module: str,
        sources: Mapping[str, str],
        shared: SharedObjects,
        limits: Limits,
        seed: int,
        spent: Spent | None = None,
    ) -> None:
        self._zygote, self._shared, self._limits = zygote, shared, limits
        self._spent = spent or Spent()
        self.sources = Sources(module, dict(sources))
        self._setup = {
            "module": module,
            "sources": self.sources.texts,
            "seed": seed,
            "limits": {"cpu_s": limits.cpu_s, "memory_mib": limits.memory_mib, "file_mib": limits.file_mib},
            "jailed": zygote.jailed,
        }
        self._child: ChildProcess | None = None
        self._refused: dict[str, str] = {}
        self.odd: set[str] = set()
        self._over: LimitReached | None = None
        self.cpu_s = 0.0

    def call(
        self,
        function: str,
        arguments: tuple[object, ...],
        keywords: Mapping[str, object],
        *,
        refused: Mapping[str, str],
    ) -> tuple[Any, Sequence[str]]:
        if refused != self._refused:
            self.close()
        self._refused = dict(refused)
        sent = wire.encode((arguments, dict(keywords)), self._shared)
        return self._ask(function, {"function": function, "arguments": sent, "refused": self._refused})

    def first_use(self, function: str, names: frozenset[str]) -> Use | None:
        def ask(reader: str, arguments: tuple[object, ...]) -> Any:
            apart = JailedBackend(
                self._zygote,
                module=by_hand_apart.MODULE,
                sources={**self.sources.texts, by_hand_apart.MODULE: by_hand_apart.TEXT},
                shared=SharedObjects(),
                limits=by_hand_apart.LIMITS,
                seed=0,
            )
            try:
                return apart.call(reader, arguments, {}, refused={})[0]
            finally:
                apart.close()

        return by_hand_apart.first_use_apart(ask, self.sources, function, names)

    def take_file(self, name: str) -> Any:
        data, _ = self._ask(name, {"take": name})
        if data is None or isinstance(data, bytes):
            return data
        raise _unsendable(name, "malformed reply")

    def _ask(self, function: str, request: Mapping[str, object]) -> tuple[Any, Sequence[str]]:
        if self._over is not None:
            raise self._over
        try:
            reply = self._exchange(self._child or self._start(), msgpack.packb(request))
        except _IdleError:
            self._over = self._end(function, stopped=_idle(function, self._limits))
            raise self._over from None
        except channel.DeadlineError:
            self._over = self._end(function, stopped=self._spent.reached(function, self._limits))
            raise self._over from None
        except channel.ChannelClosedError:
            self._over = self._end(function)
            raise self._over from None
        except wire.WireError as error:
            self._over = self._end(function)
            raise _unsendable(function, str(error)) from None
        return self._read(function, reply)

    def _exchange(self, child: ChildProcess, request: bytes) -> Reply:
        """The answer to `request`; what it takes is spent, but for waiting for the model server.

        Raises: DeadlineError if the check or the submission has no time left, _IdleError, ChannelClosedError, WireError.
        """
        started_s = time.monotonic()
        self._deadline_s = started_s + self._spent.left_s(self._limits)
        waited_s = -self._deadline_s
        try:
            channel.send(child.sock, request, deadline_s=self._deadline_s)
            return self._receive(child)
        finally:
            waited_s += self._deadline_s
            self._spent.add(time.monotonic() - started_s - waited_s)

    def _receive(self, child: ChildProcess) -> Reply:
        """The reply; what is told before it is noted."""
        for _ in range(len(KINDS) + 1):  # each kind is told once
            self._await(child)
            reply = replies.decode(channel.receive(child.sock, deadline_s=self._deadline_s))
            if not isinstance(reply, Odd):
                return reply
            self.odd.add(reply.kind)
        raise wire.WireError("malformed reply")

    def _await(self, child: ChildProcess) -> None:
        """Wait until an answer begins. What the process waits for the model server puts the deadline off.

        Raises: DeadlineError, or long before that _IdleError if the process sleeps instead.
        """
        period_s, last_s = self._limits.idle_s / 4, -1.0
        awake_s = time.monotonic()
        while not channel.wait(child.sock, min(period_s, self._deadline_s - time.monotonic())):
            now_s = time.monotonic()
            used_s, running = self._zygote.progress(child)
            waits, waited_s = waiting_for_server(child.beats)
            self._deadline_s += waited_s
            if running or used_s > last_s or waits:
                awake_s, last_s = now_s, used_s
            if now_s >= self._deadline_s:
                raise channel.DeadlineError
            if now_s - awake_s >= self._limits.idle_s:
                raise _IdleError

    def remembers(self) -> bool:
        return self._spent.remembers()

    def close(self) -> None:
        if self._child is not None:
            self.cpu_s += self._zygote.end(self._child).cpu_s
            self._child = None

    def _start(self) -> ChildProcess:
        """Fork and confine the process; the student's time starts afterwards."""
        self._child = self._zygote.spawn(self._limits)
        deadline_s = time.monotonic() + START_TIMEOUT_S
        channel.send(self._child.sock, msgpack.packb(self._setup), deadline_s=deadline_s)
        channel.receive(self._child.sock, deadline_s=deadline_s)
        return self._child

    def _end(self, function: str, *, stopped: LimitReached | None = None) -> LimitReached:
        """End the process, and say why: for its CPU time, else as `stopped` says, else by how it ended."""
        assert self._child is not None
        child, self._child = self._child, None
        self._require_server()
        ending = self._zygote.end(child)
        self.cpu_s += ending.cpu_s
        return _limit_reached(function, ending, self._limits, stopped)

    def _require_server(self) -> None:
        """Raises: ModelError if the model server has ended: what the student's process then says is not its fault."""
        server = self._zygote.server
        if server is not None and not server.is_alive():
            raise ended()

    def _words(self) -> set[str]:
        """What the last call may be said to have used."""
        return {*self._refused.values(), *names_of(families_of(self._refused))}

    def _read(self, function: str, reply: Reply) -> tuple[Any, Sequence[str]]:
        self._require_server()
        match reply:
            case Value(data, changed):
                self._spent.received(len(data))
                try:
                    return wire.decode(data, self._shared), changed
                except wire.WireError as error:
                    raise _unsendable(function, str(error)) from None
            case Missing():
                raise _missing(function)
            case Use(name, line, line_text) if name in self._words():
                self.close()
                raise forbidden(function, Use(name, *own_line(self.sources, line, line_text)))
            case Unsendable(reason):
                raise _unsendable(function, reason)
            case Raised(line=line, line_text=line_text):
                line, line_text = own_line(self.sources, line, line_text)
                raise _student_raised(function, replace(reply, line=line, line_text=line_text), self._limits)
        raise _unsendable(function, "malformed reply")


def _missing(function: str) -> MissingFunction:
    return MissingFunction(
        ja=f"関数 {function} がありません。配られたファイルにある名前と引数を変えずに残してください。",
        en=f"there is no function {function}. Keep the name and the arguments of the file that you were given.",
    )


def _changed(function: str, argument: str) -> CheckFailed:
    """`argument`: a position from 1, or the name of a keyword."""
    ja, en = (f"{argument} 番目の引数", f"argument {argument}") if argument.isdecimal() else (argument, argument)
    return CheckFailed(
        ja=f"{function}: 渡した {ja} が、呼び出しのあとで変わっていました。受け取ったリストやテンソルを書き換えず、コピー（sorted(…)、list(…)、.clone() など）を変えてください。",
        en=f"{function}: {en} was no longer what had been passed after the call. Change a copy (sorted(…), list(…), .clone()), not the list or tensor that you are given.",
    )


def _unsendable(function: str, reason: str) -> LimitReached:
    because_ja, because_en = told_reason(reason)
    return LimitReached(
        kind="nonsense",
        ja=f"{function}: 返された値を受け取れませんでした{because_ja}。説明にある型と大きさの値を返してください。",
        en=f"{function}: the returned value could not be taken over{because_en}. Return a value of the type and size that the text asks for.",
    )


def _student_raised(function: str, raised: Raised, limits: Limits) -> Outcome:
    names, text = raised.types, raised.text
    if "NotImplementedError" in names and not text:
        return Unwritten(ja="まだ書かれていません。", en="Not written yet.")
    if "MemoryError" in names or any(part in text.lower() for part in _OUT_OF_MEMORY_TEXTS):
        return _memory_reached(function)
    if raised.limit in _REFUSALS:
        return _refused(function, raised.limit, limits)
    return StudentRaised(
        function=function,
        type_names=names,
        text=text,
        line=raised.line,
        line_text=raised.line_text,
        importing=raised.importing,
    )


def _memory_reached(function: str) -> LimitReached:
    return LimitReached(
        kind="memory",
        ja=f"{function}: メモリの上限を超えました。大きなリストやテンソルを作り続けていないか確かめてください。",
        en=f"{function}: ran out of memory. Look for a list or tensor that keeps growing.",
    )


# What the jail refuses, by the name that the student's process gives it: what happened, and what to do.
_REFUSALS = {
    "output": (
        "画面への出力が {mib} MiB を超えました。ループの中の print を消してください。",
        "printed more than {mib} MiB. Remove the print inside the loop.",
    ),
    "files": (
        "書き込んだファイルが大きすぎるか多すぎます（1 つ {mib} MiB まで）。ループの中でファイルを書いていないか確かめてください。",
        "wrote files that are too large (over {mib} MiB each) or too many. Look for a loop that writes files.",
    ),
    "open files": (
        "開いたままのファイルが多すぎます。with を使って、読み書きが終わったら閉じてください。",
        "left too many files open. Use `with`, so that each is closed when you are done.",
    ),
    "processes": (
        "採点中は別のプロセスを起動できず、スレッドの数にも上限があります。subprocess や multiprocessing を使わずに書いてください。",
        "other processes cannot be started while grading, and threads are limited. Write it without subprocess or multiprocessing.",
    ),
    "network": (
        "採点中はネットワークを使えません。渡されたモデルとトークナイザを使ってください。",
        "there is no network while grading. Use the model and the tokenizer that your function is given.",
    ),
    "model calls": (
        f"モデルを呼び出した回数が上限（{Quota().calls} 回）を超えました。終わらないループがないか確かめてください。",
        f"called the model more than {Quota().calls} times. Look for a loop that never ends.",
    ),
    "model tokens": (
        f"モデルに渡したトークンが合わせて上限（{Quota().tokens} 個）を超えました。終わらないループや、多すぎる生成がないか確かめてください。",
        f"gave the model more than {Quota().tokens} tokens in all. Look for a loop that never ends, or for too much generation.",
    ),
    "model batch": (
        f"一度にモデルに渡した文が多すぎます（{Quota().batch} 個まで）。いくつかに分けて渡してください。",
        f"gave the model too many sequences at once (at most {Quota().batch}). Give them in several parts.",
    ),
    "model length": (
        "モデルに渡した文が、採点で使える長さを超えました。プロンプトと生成するトークンの数を確かめてください。",
        "gave the model a sequence that is longer than grading allows. Check the prompt and how many tokens are generated.",
    ),
    "model caches": (
        f"past_key_values をためすぎました（{Quota().caches} 文まで）。いらなくなったものを変数やリストに残さないでください。",
        f"kept too many past_key_values (at most {Quota().caches} sequences). Do not keep those that are done in a list.",
    ),
    "model logits": (
        f"一度に求めた logits が大きすぎます（{Quota().logits_mib} MiB まで）。文を分けて渡すか、logits_to_keep で要る分だけを求めてください。",
        f"asked for too many logits at once (at most {Quota().logits_mib} MiB). Give fewer sequences, or ask for what you need by logits_to_keep.",
    ),
}


def _refused(function: str, kind: str, limits: Limits) -> LimitReached:
    ja, en = (text.format(mib=limits.file_mib) for text in _REFUSALS[kind])
    return LimitReached(kind=kind, ja=f"{function}: {ja}", en=f"{function}: {en}")


def _idle(function: str, limits: Limits) -> LimitReached:
    return LimitReached(
        kind="wall",
        ja=f"{function}: 待っても答えがありませんでした（計算もせず {limits.idle_s:g} 秒）。sleep や入力待ちがないか確かめてください。",
        en=f"{function}: gave no answer for {limits.idle_s:g} s without computing. Look for a sleep or a wait for input.",
    )


def _limit_reached(function: str, ending: Ending, limits: Limits, stopped: LimitReached | None) -> LimitReached:
    if reached_cpu_limit(ending, limits):
        return LimitReached(
            kind="cpu",
            ja=f"{function}: 計算時間の上限（{limits.cpu_s} 秒）を超えました。終わらないループがないか確かめてください。",
            en=f"{function}: used up its {limits.cpu_s} s of computing time. Look for a loop that never ends.",
        )
    if stopped is not None:
        return stopped
    if ending.stopped_for in _REFUSALS:
        return _refused(function, ending.stopped_for, limits)
    if ending.exit == -signal.SIGKILL:  # by the zygote or the kernel, for want of memory
        return _memory_reached(function)
    if ending.exit == -signal.SIGSYS:
        return LimitReached(
            kind="died",
            ja=f"{function}: 採点中には許されない操作（システムコール）をしたので、止められました。",
            en=f"{function}: was stopped for an operation (a system call) that is not allowed while grading.",
        )
    how = f"signal {-ending.exit}" if ending.exit < 0 else f"exit status {told_status(ending.exit)}"
    return LimitReached(
        kind="died",
        ja=f"{function}: 実行中のプロセスが途中で終わりました（{how}）。os._exit や強制終了につながる処理がないか確かめてください。",
        en=f"{function}: its process ended before it answered ({how}). Look for os._exit or anything that kills the process.",
    )
