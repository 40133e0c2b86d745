"""Writing `secret.json` of a course, from which hidden checks draw their inputs (`course/inputs.py` reads it)."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path

from autograder.course.inputs import FILE, InputsSecret, read_secret
from autograder.reports.files import write_atomic


def ensure_secret(root: Path) -> Path | None:
    """Give the course at `root` a random secret if it has none. Returns: the file if it was written now."""
    if read_secret(root).secret:
        return None
    return _write(root, InputsSecret(secrets.token_hex(32)))


def record_release(root: Path, unit: str, number: int) -> Path:
    """From now on hidden checks of `unit` are asked with the inputs of its release `number`. Returns: the file."""
    known = read_secret(root)
    return _write(root, replace(known, releases={**known.releases, unit: number}))


def _write(root: Path, known: InputsSecret) -> Path:
    content = {"secret": known.secret, "releases": dict(sorted(known.releases.items()))}
    write_atomic(root / FILE, json.dumps(content, indent=2) + "\n")
    return root / FILE
