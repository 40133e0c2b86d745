"""What the doctor says of this machine, and of one where something is amiss."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import doctor
from autograder.cli import app
from autograder.doctor import examine
from autograder.grading import pool
from autograder.jail import confine, walls


def states(**environment: str) -> dict[str, str]:
    return {finding.about: finding.state for finding in examine(environment)}


def test_all_is_well_here():
    """Everything that the tests need is there, and what is said can be read by programs."""
    result = CliRunner().invoke(app, ["doctor", "--json"])
    found = {one["about"]: one for one in json.loads(result.stdout)}
    assert result.exit_code == 0
    assert {found[name]["state"] for name in ("torch", "transformers", "tiny-chat", "tiny-base", "CPU")} == {"ok"}
    assert all(one["advice"] is None for one in found.values() if one["state"] == "ok")
    assert all(one["advice"]["ja"] and one["advice"]["en"] for one in found.values() if one["state"] != "ok")


def test_a_missing_package_is_a_problem_only_where_all_need_it(monkeypatch: pytest.MonkeyPatch):
    """Otherwise the extra that brings it is named."""

    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    findings = {finding.about: finding for finding in doctor._packages({})}
    assert (findings["sacrebleu"].state, findings["nbgrader"].state) == ("problem", "note")
    assert findings["nbgrader"].advice is not None
    assert "textgen-autograder[nbgrader]" in findings["nbgrader"].advice.en


def test_the_folder_of_the_hub_is_looked_at(tmp_path: Path):
    """A shared folder as the tutorial sets it, with what lies there; a path that leads nowhere is a problem."""
    (tmp_path / "hub" / "models--meta-llama--Llama-2-7b-chat-hf").mkdir(parents=True)
    (finding,) = doctor._hub({"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"})
    assert finding.state == "ok"
    assert finding.found == f"{tmp_path / 'hub'}: 1 models, HF_HUB_OFFLINE"
    (finding,) = doctor._hub({"HF_HOME": str(tmp_path / "gone")})
    assert (finding.about, finding.state) == ("HF_HOME", "problem")


@pytest.mark.parametrize(
    ("lacking", "wall", "state"), [([], "bwrap", "ok"), ([], "none", "note"), (["Landlock"], "none", "note")]
)
def test_the_jail_is_looked_at(monkeypatch: pytest.MonkeyPatch, lacking: list[str], wall: str, state: str):
    """Without Landlock or seccomp one can learn, but not grade."""
    monkeypatch.setattr(confine, "missing", lambda: lacking)
    monkeypatch.setattr(walls, "best_wall", lambda: wall)
    (finding,) = doctor._jail({})
    assert finding.state == state
    assert all(name in finding.found for name in lacking)


def test_a_problem_ends_the_command_with_1_and_what_to_do(monkeypatch: pytest.MonkeyPatch):
    """Here: no memory left."""
    monkeypatch.setattr(pool, "free_mib", lambda: 100)
    result = CliRunner().invoke(app, ["doctor"], env={"AUTOGRADER_LANG": "en"})
    assert result.exit_code == 1
    assert "✗ memory" in result.stdout
    assert "Close other programs." in result.stdout
