"""The committed lock names versions and hashes, and no address."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def committed_lock() -> str:
    """uv.lock as git holds it: uv expands the file in the working tree whenever it runs."""
    shown = subprocess.run(["git", "show", ":uv.lock"], cwd=ROOT, capture_output=True, check=False)
    if shown.returncode:
        pytest.skip("not a git checkout: what is committed cannot be read")
    return shown.stdout.decode()


def test_the_committed_lock_holds_no_address(committed_lock: str):
    """Run `python tools/strip_lock.py` before committing uv.lock."""
    assert "://" not in committed_lock


def test_the_committed_lock_pins_every_file_by_hash(committed_lock: str):
    """What was stripped is only the address."""
    files = [line for line in committed_lock.splitlines() if "filename = " in line]
    assert len(files) > 100
    assert all("hash = " in line for line in files)
