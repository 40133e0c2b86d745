"""From what hidden checks draw their inputs: a secret of the course, and the release of each unit that is in use.

    solutions/secret.json    {"secret": 64 hex digits, "releases": {"u02_sampling": 2}}

The key of a unit is HMAC-SHA256 of its name and its release's number under the secret. So every release asks with
inputs of its own, all students of a release are asked the same, and whoever has the same `solutions/` asks the same,
on any machine. What leaks of one release says nothing of the next. The number is that of the latest release of this
course (0 before the first); what a receipt claims plays no part.

Without the file the key is empty and inputs follow from the names of checks alone: `autograder build` and
`autograder release` write it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.exercise import Unit

FILE = "secret.json"
_SECRET = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class InputsSecret:
    """The secret of a course (empty where there is none yet), and unit → number of its latest release."""

    secret: str = field(default="", repr=False)
    releases: Mapping[str, int] = field(default_factory=dict)

    def key(self, unit: str, release: int | None = None) -> str:
        """The key of a unit's hidden inputs in 64 hex digits, for its latest release or another; empty without a secret."""
        if not self.secret:
            return ""
        number = self.releases.get(unit, 0) if release is None else release
        return hmac.new(bytes.fromhex(self.secret), f"{unit}\0{number}".encode(), hashlib.sha256).hexdigest()


def read_secret(root: Path) -> InputsSecret:
    """What `secret.json` of the course at `root` says. Raises: CourseError if it is not as described above."""
    path = root / FILE
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        secret, releases = content["secret"], content["releases"]
    except FileNotFoundError:
        return InputsSecret()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path) from error
    numbers = isinstance(releases, dict) and all(type(one) is int and one >= 0 for one in releases.values())
    if not (isinstance(secret, str) and _SECRET.fullmatch(secret) and numbers):
        raise _unreadable(path)
    return InputsSecret(secret, releases)


def of_release(root: Path, unit: Unit, number: int) -> Unit:
    """`unit` with the hidden inputs of its release `number`."""
    key = read_secret(root).key(unit.id, number)
    return replace(unit, exercises=tuple(replace(one, inputs_key=key) for one in unit.exercises))


def _unreadable(path: Path) -> CourseError:
    return CourseError(
        ja=f'{path}: 読めません。{{"secret": 64 桁の 16 進数, "releases": {{単元: 版の番号}}}} のはずです。リポジトリから戻すか、'
        "消して `autograder build` で作り直してください（非公開チェックの入力が変わります）。",
        en=f'{path}: cannot be read. Expected {{"secret": 64 hex digits, "releases": {{unit: number}}}}. Take it back from the repository, '
        "or remove it and let `autograder build` write another one (the inputs of hidden checks change).",
    )
