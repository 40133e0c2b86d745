"""Runs the attacks of `system.py` behind one wall and prints, as JSON, which got through: `harness.py WALL [unjailed]`.

A program of its own, so that it can be run by any user; the tests start it.
"""

from __future__ import annotations

import ast
import ctypes
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

from autograder.errors import Outcome
from autograder.grading.student import JailedBackend, Student
from autograder.jail.pool import Limits, Zygote
from autograder.shared import SharedObjects

SYSTEM = Path(__file__).with_name("system.py")
SOURCE = SYSTEM.read_text(encoding="utf-8")
ATTACKS = [
    node.name
    for node in ast.parse(SOURCE).body
    if isinstance(node, ast.FunctionDef) and [argument.arg for argument in node.args.args] == ["w"]
]
LIMITS = Limits(cpu_s=5, wall_s=20.0, memory_mib=200, file_mib=8)
NO_LIMITS = Limits(cpu_s=60, wall_s=60.0, memory_mib=1 << 14, file_mib=1 << 10)


class World:
    """What there is to attack, made anew for every attack."""

    def __init__(self) -> None:
        self.told = f"secret-{uuid.uuid4()}"
        self.folder = Path(tempfile.mkdtemp(prefix="attacked-"))
        self.secret = self.folder / "secret.txt"
        self.secret.write_text(self.told)
        (self.folder / "secret_module.py").write_text(f"SECRET = {self.told!r}\n")
        self.results = self.folder / "results.json"
        self.results.write_text('{"points": 0}')
        self.marker = Path(tempfile.gettempdir()) / f"attacked-{uuid.uuid4()}"
        self.mountpoint = self.folder / "mountpoint"
        self.mountpoint.mkdir()
        self.shm = Path("/dev/shm") / f"attacked-{uuid.uuid4()}"
        self.shm.write_text(self.told)
        self.victim = subprocess.Popen(["sleep", "1000"])
        self.buffer = ctypes.create_string_buffer(self.told.encode())
        self.open_file = self.secret.open()
        self.abstract = f"attacked-{uuid.uuid4()}"
        self.sockets = {
            "tcp": _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "abstract": _bound(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract),
            "unix": _bound(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "socket")),
            "datagram": _bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(self.folder / "datagram")),
        }
        self.http = http.server.HTTPServer(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.before = self.results.stat()

    def described(self) -> dict[str, Any]:
        """For the attacker, who is told everything but may not reach it."""
        return {
            "told": self.told,
            "folder": str(self.folder),
            "secret": str(self.secret),
            "results": str(self.results),
            "marker": str(self.marker),
            "mountpoint": str(self.mountpoint),
            "shm": str(self.shm),
            "grader": os.getpid(),
            "victim": self.victim.pid,
            "address": ctypes.addressof(self.buffer),
            "open_file": self.open_file.fileno(),
            "tcp": self.sockets["tcp"].getsockname()[1],
            "udp": self.sockets["udp"].getsockname()[1],
            "http": self.http.server_address[1],
            "abstract": self.abstract,
            "unix": str(self.folder / "socket"),
            "datagram": str(self.folder / "datagram"),
        }

    def is_harmed(self) -> bool:
        """Whether anything here is no longer what it was, whatever the attacker says."""
        if self.victim.poll() is not None or self.marker.exists() or not self.results.exists():
            return True
        now = self.results.stat()
        same = (now.st_mode, now.st_uid, now.st_mtime_ns) == (
            self.before.st_mode,
            self.before.st_uid,
            self.before.st_mtime_ns,
        )
        return not same or self.results.read_text() != '{"points": 0}' or os.path.ismount(self.mountpoint)

    def close(self) -> None:
        self.victim.kill()
        self.victim.wait()
        self.open_file.close()
        self.http.shutdown()
        self.http.server_close()
        for one in self.sockets.values():
            one.close()
        if os.path.ismount(self.mountpoint):
            subprocess.run(["umount", str(self.mountpoint)], check=True)
        for path in (self.marker, self.shm):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.folder)


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"out")

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


def _bound(family: int, kind: int, address: object) -> socket.socket:
    one = socket.socket(family, kind)
    one.bind(address)  # type: ignore[arg-type]
    if kind == socket.SOCK_STREAM:
        one.listen(8)
    return one


def attack(zygote: Zygote, name: str, limits: Limits) -> tuple[bool, str]:
    """(whether `name` got through, what became of it)."""
    world = World()
    backend = JailedBackend(zygote, module="m", sources={"m": SOURCE}, shared=SharedObjects(), limits=limits, seed=1)
    try:
        value = getattr(Student(backend), name)(world.described())
        said, how = bool(value), f"returned {str(value)[:40]}"
    except Outcome as outcome:
        said, how = False, f"{type(outcome).__name__}: {outcome.message.en[:160]}"
    finally:
        backend.close()
    harmed = world.is_harmed()
    world.close()
    return said or harmed, how


def attack_bare(name: str) -> tuple[bool, str]:
    """The same in a plain process, which has not even limits."""
    world = World()
    program = f"import runpy, json; print(bool(runpy.run_path({str(SYSTEM)!r})[{name!r}]({world.described()!r})))"
    try:
        run = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=world.mountpoint, check=False
        )
    finally:
        world.close()
    return run.stdout.strip() == "True", run.stderr[-160:]


def main() -> None:
    wall, jailed = sys.argv[1], "unjailed" not in sys.argv
    limits = LIMITS if jailed else NO_LIMITS
    with Zygote([], wall=wall, jailed=jailed) as zygote:
        found = {name: attack(zygote, name, limits) for name in ATTACKS}
    if not jailed:
        found |= {name: attack_bare(name) for name, (through, _) in found.items() if not through}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
