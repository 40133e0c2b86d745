"""What the doctor says of this machine, and of one where something is amiss."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
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
    finding, *_ = doctor._hub({"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"})
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


def test_little_disk_for_models_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the cache is, not where one works; a folder that is still to be made counts by the one above it."""
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage._replace(free=(3 << 30) * (path == tmp_path)))
    *_, finding = doctor._hub({"HF_HUB_CACHE": str(tmp_path / "not" / "yet")})
    assert (finding.about, finding.state, finding.found) == ("hub disk", "note", "3.0 GiB free")


def test_the_login_is_told_without_the_token(tmp_path: Path):
    """From the environment, from a file, none; a file that others may read is a problem."""
    home = {"HF_HOME": str(tmp_path)}
    (none,) = doctor._login(home)
    assert (none.state, none.found) == ("note", "–")
    (named,) = doctor._login({**home, "HF_TOKEN": "hf_secret"})
    assert (named.state, named.found) == ("ok", "HF_TOKEN")
    (tmp_path / "token").write_text("hf_secret")
    (tmp_path / "token").chmod(0o644)
    (open_to_all,) = doctor._login(home)
    assert open_to_all.state == "problem"
    assert open_to_all.advice is not None
    assert f"chmod 600 {tmp_path / 'token'}" in open_to_all.advice.en
    (tmp_path / "token").chmod(0o600)
    (kept,) = doctor._login(home)
    assert (kept.state, kept.found) == ("ok", str(tmp_path / "token"))
    assert not any("hf_secret" in f"{one}" for one in (none, named, open_to_all, kept))


@pytest.mark.parametrize(
    ("capability", "free_gib", "state", "said"),
    [((9, 0), 70, "ok", "70 of 80 GiB free, float16, bfloat16"), ((7, 5), 10, "note", "10 of 80 GiB free, float16")],
)
def test_a_gpu_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], free_gib: int, state: str, said: str
):
    """As the driver would describe it: free memory, number formats, and whether somebody else uses it."""
    described = SimpleNamespace(name="Card", major=capability[0], minor=capability[1])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: described)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda number: (free_gib << 30, 80 << 30))
    _, finding = doctor._devices({})
    assert (finding.about, finding.state, finding.found) == ("cuda:0", state, f"Card, {said}")


def test_a_driver_without_a_gpu_for_torch_is_a_note(monkeypatch: pytest.MonkeyPatch):
    """Often a torch for the CPU on a machine with a GPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    _, finding = doctor._devices({})
    assert finding.state == "note"
    assert finding.advice is not None
    assert "CUDA build of torch" in finding.advice.en


def test_the_model_that_is_asked_for_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Size, number format and place; what keeps it from being loaded is a problem, and the command ends with 1."""
    result = CliRunner().invoke(app, ["doctor", "--dtype", "bf16", "--json"])
    found = {one["about"]: one for one in json.loads(result.stdout)}["model tiny-chat"]
    assert (found["state"], found["found"].split(", ")[1:3]) == ("ok", ["bfloat16", "cpu"])
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["doctor", "--model", "org/model"], env={"AUTOGRADER_LANG": "en"})
    assert result.exit_code == 1
    assert "autograder models fetch org/model" in result.stdout


def test_files_that_stand_before_libraries_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Python's own modules and installed packages; a folder that is no package, and any other file, is harmless."""
    for name in ("random.py", "token.py", "torch.py", "top_p.py", "sys.py", "numpy/__init__.py", "typing/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = {finding.about: finding for finding in doctor._shadows({})}
    assert found.keys() == {"./random.py", "./token.py", "./torch.py", "./numpy/"}
    assert all(finding.state == "note" and finding.advice is not None for finding in found.values())
    assert "`import torch`" in found["./torch.py"].advice.en  # type: ignore[union-attr]
