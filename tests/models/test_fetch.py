"""Downloading on demand from a hub of the tests' own, and what is said when it refuses, is away, or does not have it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import ModelError
from autograder.models import fetch as fetching
from autograder.models import find_source, load, model_path
from autograder.models.fetch import fetch, plan_fetch

from .fake_hub import COMMIT, FakeHub, files_of, running


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A HF_HOME of the test's own, and nobody logged in."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    return tmp_path


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """It serves tiny-base, with a pickled copy of the weights and a folder of another format beside."""
    files = files_of(Path(model_path("tiny-base")))
    with running(files | {"pytorch_model.bin": b"pickle" * 100, "original/consolidated.00.safetensors": b"x"}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def refused(monkeypatch: pytest.MonkeyPatch, status: int, code: str) -> ModelError:
    with running({}, (status, code)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        with pytest.raises(ModelError) as caught:
            plan_fetch("org/model")
    assert caught.value.message.ja != caught.value.message.en
    return caught.value


def test_a_fetched_model_loads_by_its_id(hub: FakeHub, home: Path) -> None:
    """Config, tokenizer and safetensors; no pickle. A second download brings nothing."""
    plan = plan_fetch("org/model")
    assert plan.commit == COMMIT
    assert plan.n_bytes == plan.n_missing == sum(len(hub.files[name]) for name in plan.files)
    assert not {"pytorch_model.bin", "original/consolidated.00.safetensors"} & set(plan.files)
    folder = fetch(plan)
    assert sorted(file.name for file in folder.iterdir()) == sorted(plan.files)
    assert find_source("org/model").revision == COMMIT
    assert load("org/model").tokenizer("a")["input_ids"] == load("tiny-base").tokenizer("a")["input_ids"]
    before = hub.sent
    assert plan_fetch("org/model").n_missing == 0
    fetch(plan_fetch("org/model"))
    assert hub.sent == before


def test_a_download_that_breaks_off_is_finished(hub: FakeHub) -> None:
    """The whole model is there in the end."""
    hub.cut_after = 10_000
    folder = fetch(plan_fetch("org/model"))
    assert hub.cut_after is None
    assert all((folder / name).read_bytes() == hub.files[name] for name in plan_fetch("org/model").files)


def test_the_command_asks_first_and_pins_the_revision(hub: FakeHub) -> None:
    """Without a terminal it wants --yes; with it, the folder goes to standard output, what pins it to standard error."""
    asked = CliRunner().invoke(app, ["models", "fetch", "org/model"])
    assert asked.exit_code == 2
    assert "2.6 MiB" in asked.stderr
    assert "--yes" in asked.stderr
    assert hub.sent == 0
    done = CliRunner().invoke(app, ["models", "fetch", "org/model", "--yes"])
    assert done.exit_code == 0
    assert done.stdout.strip().endswith(f"models--org--model/snapshots/{COMMIT}")
    assert f"    source: org/model\n    revision: {COMMIT}" in done.stderr


@pytest.mark.parametrize("name", ["tiny-chat", "no-hub-id", "./folder"])
def test_only_models_of_the_hub_can_be_fetched(name: str) -> None:
    """Exit status 2."""
    result = CliRunner().invoke(app, ["models", "fetch", name, "--yes"])
    assert result.exit_code == 2
    assert "only models of the hub can be downloaded" in result.stderr


def test_offline_means_offline(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """HF_HUB_OFFLINE keeps even this command from the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE forbids downloads"):
        plan_fetch("org/model")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, "GatedRepo", "is a gated model, and nobody is logged in on this machine"),
        (
            401,
            "RepoNotFound",
            "the hub has no model org/model. Check the spelling, capitals included. If it is private",
        ),
        (401, "", "not valid or has expired"),
        (503, "", r"refused to send org/model \(HTTP 503\)"),
    ],
)
def test_each_refusal_has_its_own_words(monkeypatch: pytest.MonkeyPatch, status: int, code: str, said: str) -> None:
    """As the hub reports them in its headers."""
    with pytest.raises(ModelError, match=said):
        raise refused(monkeypatch, status, code)


def test_a_gated_model_without_access_leads_to_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """For someone who is logged in; the token itself is never shown."""
    monkeypatch.setattr("huggingface_hub.get_token", lambda: "hf_secret")
    error = refused(monkeypatch, 403, "GatedRepo")
    assert "this account has no access yet. Accept its terms" in error.message.en
    assert "/org/model" in error.message.en
    assert "hf_secret" not in str(error)


def test_an_unknown_revision_is_said(hub: FakeHub) -> None:
    """With where to look it up."""
    with pytest.raises(ModelError, match="org/model has no revision v9"):
        plan_fetch("org/model", "v9")


def test_a_model_of_pickles_is_refused(hub: FakeHub) -> None:
    """Before anything is downloaded."""
    del hub.files["model.safetensors"]
    with pytest.raises(ModelError, match="has no safetensors weights"):
        plan_fetch("org/model")


def test_no_network_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here: nobody listens."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="the hub does not answer"):
        plan_fetch("org/model")


def test_too_little_disk_is_said_before_the_download(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is needed and what is there."""
    plan, usage = plan_fetch("org/model"), shutil.disk_usage("/")
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: usage._replace(free=1 << 20))
    with pytest.raises(ModelError, match=r"needs another 2\.6 MiB, 1\.0 MiB are free"):
        fetch(plan)
    assert hub.sent == 0


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "the disk .* became full"), (errno.EACCES, "cannot be written to")]
)
def test_a_disk_that_fails_on_the_way_is_said(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    """Full, or not ours to write to."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    plan = plan_fetch("org/model")
    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    with pytest.raises(ModelError, match=said):
        fetch(plan)
