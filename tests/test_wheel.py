"""What is published: the engine and the models, and nothing of `solutions/`."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from autograder.audit.shipping import leaks, secret_lines
from autograder.exercise import Course

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of the wheel and of the source distribution."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(out)], cwd=ROOT, check=True)
    files: dict[str, bytes] = {}
    for wheel in out.glob("*.whl"):
        with zipfile.ZipFile(wheel) as opened:
            files |= {f"wheel/{name}": opened.read(name) for name in opened.namelist()}
    for source in out.glob("*.tar.gz"):
        with tarfile.open(source) as opened:
            members = [member for member in opened.getmembers() if member.isfile()]
            files |= {f"sdist/{one.name}": opened.extractfile(one).read() for one in members}  # type: ignore[union-attr]
    return files


def test_the_models_and_templates_are_in_the_wheel(packed: dict[str, bytes]):
    """A student installs one wheel and needs no download."""
    for name in ("models/tiny-chat/model.safetensors", "models/tiny-base/tokenizer.json", "checks.ini"):
        assert f"wheel/autograder/{name}" in packed
    assert any(name.startswith("wheel/autograder/reports/templates/") for name in packed)


def test_nothing_secret_is_published(packed: dict[str, bytes], course: Course):
    """No file of `solutions/` by name, and no telling line of one by content."""
    assert not [
        name
        for name in packed
        if "solutions" in name
        or (name.endswith(("checks_hidden.py", "mistakes.py")) and not name.endswith("autograder/mistakes.py"))
    ]
    texts = {
        name: data.decode("utf-8", "replace") for name, data in packed.items() if not name.endswith(".safetensors")
    }
    assert leaks(secret_lines(course), texts) == []


def test_a_leak_would_be_seen(course: Course):
    """The scan finds a secret line wherever it stands."""
    secrets = secret_lines(course)
    assert len(secrets) > 200
    line, where = next(iter(secrets.items()))
    (problem,) = leaks(secrets, {"statement.md": f"text\n    {line}\n"})
    assert "statement.md:2" in problem.en
    assert where in problem.en
