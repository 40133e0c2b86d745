"""Every attack of `attacks/system.py` gets through where there is no jail, and nowhere else."""

from __future__ import annotations

import functools
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.jail import walls

from .attacks.harness import ATTACKS

HARNESS = Path(__file__).parent / "attacks" / "harness.py"
NOBODY = "65534"
ROOT = Path(__file__).parent.parent.parent
# What a wall cannot hide. Only a file system of one's own hides whether, and how large, a file is whose path is known.
KNOWN = {"sees_the_size_of_a_known_file": {"unshare", "none"}}
ONLY_X86 = {"calls_the_32_bit_kernel"}
ATTACKERS = [(user, wall) for wall in walls.WALLS for user in ("self", "nobody")]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the jail is Linux's")


@functools.cache
def run(user: str, *arguments: str) -> dict[str, tuple[bool, str]]:
    """Which attacks got through, and what became of each; `user` grades."""
    command = [*(as_nobody() if user == "nobody" else []), sys.executable, str(HARNESS), *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    return {name: tuple(found) for name, found in json.loads(done.stdout).items()}


def as_nobody() -> list[str]:
    """What goes in front of a command; where Python or the project lies in a private folder, they are shown without it."""
    needed = [Path(sys.base_prefix).resolve(), ROOT.resolve()]
    private = {folder for path in needed for folder in path.parents if not folder.stat().st_mode & 0o001}
    view = ["bwrap", "--dev-bind", "/", "/"]
    for folder in sorted(private):
        view += ["--tmpfs", str(folder)]
    # The whole of what lies right below the private folder: an installation of Python may point to its neighbours.
    shown = {
        folder / path.relative_to(folder).parts[0] for folder in private for path in needed if folder in path.parents
    }
    for path in sorted(shown):
        view += ["--ro-bind", str(path), str(path)]
    become = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]
    return [*view, "--cap-add", "ALL", "--", *become] if private else become


def skip_unless_possible(user: str, wall: str) -> None:
    if not walls.is_available(wall):
        pytest.skip(f"this machine cannot put up {wall}")
    if user == "nobody" and (os.getuid() != 0 or not all(map(shutil.which, ("setpriv", as_nobody()[0])))):
        pytest.skip("only root can become nobody, with setpriv and, where Python is root's own, bwrap")


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize(("user", "wall"), ATTACKERS)
def test_no_attack_gets_through(user: str, wall: str, name: str):
    """As root and as nobody, behind every wall that this machine offers."""
    skip_unless_possible(user, wall)
    through, how = run(user, wall)[name]
    assert through is (wall in KNOWN.get(name, set())), how


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_succeeds_without_a_jail(name: str):
    """Else it would prove nothing that it fails in one."""
    if os.getuid() != 0:
        pytest.skip("some need root")
    if name in ONLY_X86 and platform.machine() != "x86_64":
        pytest.skip("x86_64 only")
    through, how = run("self", "none", "unjailed")[name]
    assert through, how
