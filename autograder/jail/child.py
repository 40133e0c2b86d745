"""The student's process: confine itself, import the student's file, answer calls until the channel closes.

Everything that it says is a claim. It never sees a check, an expected value or another submission.
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import resource
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgpack

from autograder.jail import channel, confine, replies, walls, wire
from autograder.jail.modules import describe_exception, file_name, load
from autograder.jail.refusals import Rule, Use, refused
from autograder.jail.replies import Missing, Odd, Reply, Unsendable, Value
from autograder.shared import ModelLimitError, SharedObjects

# All the modules of a submission, which `grading.files` bounds, and a little more.
MAX_SETUP_BYTES = 256 << 20
_MISSING = object()  # there is no such function


def serve(
    sock: socket.socket,
    scratch: Path,
    readable: tuple[Path, ...],
    mapped: Mapping[str, int],
    shared: SharedObjects,
    *,
    keep: Sequence[int],
) -> None:
    """Confine this process, which maps `mapped`, and answer the trusted side over `sock`; returns when it hangs up.

    Of its open files only `keep` stay open.
    """
    try:
        # From the trusted side, and as large as a submission may be: the bounds of what crosses the other way are not its.
        setup = msgpack.unpackb(channel.receive(sock, max_bytes=MAX_SETUP_BYTES))
    except channel.ChannelClosedError:
        return
    limits: Mapping[str, int] = setup["limits"]
    _leave_the_parents_world(keep, scratch)
    readable, writable = (*map(Path, walls.SYSTEM), *readable), (scratch, *map(Path, walls.DEVICES))
    confine.confine(limits, mapped, readable, writable, jailed=setup["jailed"])
    _seed(setup["seed"])
    sources: dict[str, str] = setup["sources"]
    files = frozenset(file_name(name) for name in sources)
    channel.send(sock, msgpack.packb({"ready": True}))
    told: list[Use] = []
    odd: set[str] = set()

    def tell(what: Use | str) -> None:
        """At once: what has crossed nobody takes back. The first use is the reply; of odd things each kind is told once."""
        if isinstance(what, Use):
            told.append(what)
            if len(told) == 1:
                channel.send(sock, replies.encode(what))
        elif not told and what not in odd:
            odd.add(what)
            channel.send(sock, replies.encode(Odd(what)))

    module: ModuleType | None = None
    rule: Rule | None = None
    while True:
        try:
            request = wire.unpack(channel.receive(sock))
        except channel.ChannelClosedError:
            return
        changed: list[str] = []
        labels = request.get("refused", {})
        try:
            if module is None:
                rule = rule or Rule(labels, files, tell)
                module = load(setup["module"], sources, rule.count)
                rule.is_importing = False
            own = [module, *(sys.modules[name] for name in sources if name in sys.modules)]
            with refused(labels, own, tell=tell, tell_odd=tell, files=files, bar=False):
                answer = _answer(module, request, shared, scratch, changed)
            missing = answer is _MISSING
            reply: Reply = Missing() if missing else Value(wire.encode(answer, shared), tuple(changed))
        except wire.WireError as error:
            reply = Unsendable(str(error))
        except BaseException as error:  # SystemExit and KeyboardInterrupt of student code included
            reply = describe_exception(error, files, limit=_limit_behind(error, limits), importing=module is None)
        # A use is told whatever became of it: a swallowed exception hides nothing.
        if not told:
            channel.send(sock, replies.encode(reply))
        told.clear()


def _answer(
    module: ModuleType, request: dict[str, Any], shared: SharedObjects, scratch: Path, changed: list[str]
) -> Any:
    """The value of a call, or the bytes of a file that the student's code wrote; `changed` then names changed arguments."""
    if "take" in request:
        return wire.taken_file(scratch, request["take"])
    function = getattr(module, request["function"], None)
    if not callable(function):
        return _MISSING
    arguments, keywords = wire.decode(request["arguments"], shared, scratch=lambda: scratch)
    before = wire.argument_texts(arguments, keywords, shared)
    value = function(*arguments, **keywords)
    changed += wire.changed_arguments(before, wire.argument_texts(arguments, keywords, shared))
    return value


def _limit_behind(error: BaseException, limits: Mapping[str, int]) -> str:
    """Which limit of the jail made the system refuse what raised `error`; empty if none did."""
    if isinstance(error, ModelLimitError):
        return f"model {error.kind}"
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "processes"
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EFBIG:
        return "output" if os.fstat(1).st_size >= limits["file_mib"] << 20 else "files"
    return {
        errno.ENOSPC: "files",
        errno.EMFILE: "open files",
        errno.EAGAIN: "processes",
        errno.ENETUNREACH: "network",
    }.get(number or 0, "")


def _leave_the_parents_world(keep: Sequence[int], scratch: Path) -> None:
    """Own session, own folder, no file of the zygote left open; what is printed goes to a file without a name."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    name = os.path.join(scratch, "printed")
    printed = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    os.unlink(name)
    os.dup2(null, 0)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    borders = [2, *sorted(keep), resource.getrlimit(resource.RLIMIT_NOFILE)[1]]
    for before, after in itertools.pairwise(borders):
        os.closerange(before + 1, after)
    os.chdir(scratch)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = None
    sys.stdin = open(0)  # noqa: SIM115 (lives as long as the process)


def _seed(seed: int) -> None:
    """Seed every generator that the zygote has loaded: all student processes inherit one state."""
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(seed)
    if torch is not None:
        # After a fork torch makes its thread pool anew at the first use; two loading threads that got there at once
        # would find none ("Invalid thread pool!"). Here there is only one thread yet.
        torch.set_num_threads(1)
        torch.default_generator.manual_seed(seed)  # torch.manual_seed looks for accelerators first
