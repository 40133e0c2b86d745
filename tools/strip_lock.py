"""Rewrite uv.lock without addresses: `python tools/strip_lock.py`, before every commit that touches it.

Versions and hashes stay; uv rebuilds the full lock from them when it next runs. Addresses differ
between networks and do not belong into the repository.
"""

from __future__ import annotations

import re
from pathlib import Path

LOCK = Path(__file__).parent.parent / "uv.lock"


def stripped(lock: str) -> str:
    """`lock` with file names for addresses, a plain word for the registry, and no [options] table."""
    lock = re.sub(r'url = "[^"]*/([^"/]+)"', r'filename = "\1"', lock)
    lock = re.sub(r'registry = "[^"]*"', 'registry = "registry"', lock)
    return re.sub(r"^\[options\]\n(?:(?!\[).*\n)*", "", lock, flags=re.MULTILINE)


if __name__ == "__main__":
    LOCK.write_text(stripped(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
