"""A model of the hub's cache works in the jail, and nothing else of HF_HOME can be read there: not the login token."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import JailError
from autograder.jail import walls
from autograder.jail.pool import Zygote, _readable
from autograder.models import find_source, load, model_path
from autograder.shared import SharedObjects

from .conftest import ask

COMMIT = "b24fabdb585e3d4a0d5c2d3c64e6b1a0f5c1d2e3"
SOURCE = """
import os

def reads(path):
    with open(path) as file:
        return file.read()

def finds_a_secret(folder):
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found.append(open(os.path.join(place, name), errors="replace").read())
            except OSError:
                pass
    return any("hf_secret" in text for text in found)

def environment():
    return [name for name in os.environ if "TOKEN" in name.upper() and name != "TOKENIZERS_PARALLELISM"]

def continues(model, tokenizer, text):
    ids = tokenizer(text, return_tensors="pt")
    return tokenizer.decode(model.generate(**ids, max_new_tokens=8, do_sample=False)[0], skip_special_tokens=True)
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the jail is Linux's")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """HF_HOME with a login, one model for grading, and another one that is nobody's business."""
    home = tmp_path_factory.mktemp("hf")
    for name in ("org/tiny", "org/private"):
        store = home / "hub" / ("models--" + name.replace("/", "--"))
        snapshot = store / "snapshots" / COMMIT
        for folder in (store / "blobs", store / "refs", snapshot):
            folder.mkdir(parents=True)
        for file in Path(model_path("tiny-base")).iterdir():
            shutil.copy(file, store / "blobs" / f"blob-{file.name}")
            (snapshot / file.name).symlink_to(f"../../blobs/blob-{file.name}")
        (store / "refs" / "main").write_text(COMMIT)
    (home / "hub" / "models--org--private" / "secret.txt").write_text("hf_secret")
    (home / "token").write_text("hf_secret")
    (home / "stored_tokens").write_text("[me]\nhf_token = hf_secret\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HF_HUB_CACHE", raising=False)
        patch.setenv("HF_HOME", str(home))
        patch.setenv("HF_TOKEN", "hf_secret")
        yield home


@pytest.fixture(scope="module", params=["bwrap", "none"])
def zygote(home: Path, request: pytest.FixtureRequest) -> Iterator[Zygote]:
    """It holds the cached model."""
    if not walls.is_available(request.param):
        pytest.skip(f"this machine cannot put up {request.param}")
    with Zygote(["org/tiny"], wall=request.param) as zygote:
        yield zygote


def test_the_cached_model_works_in_the_jail(zygote: Zygote) -> None:
    """Loaded from the same snapshot on both sides; its files may be read."""
    lm = load("org/tiny")
    text = ask(zygote, SOURCE, "continues", lm.model, lm.tokenizer, "Once upon a time", shared=SharedObjects([lm]))
    assert isinstance(text, str)
    assert text.startswith("Once upon a time")
    assert "model_type" in str(ask(zygote, SOURCE, "reads", str(Path(lm.path) / "config.json")))


@pytest.mark.parametrize("name", ["token", "stored_tokens", "hub/models--org--private/secret.txt"])
def test_nothing_else_of_the_hubs_folder_can_be_read(zygote: Zygote, home: Path, name: str) -> None:
    """By its known path; without a jail the same code reads it."""
    assert ask(zygote, SOURCE, "reads", str(home / name)) is None
    program = f"{SOURCE}\nprint(reads({str(home / name)!r}))"
    bare = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "hf_secret" in bare.stdout


def test_no_search_finds_the_token(zygote: Zygote, home: Path) -> None:
    """Not in the folder, not in the environment; without a jail both do."""
    assert ask(zygote, SOURCE, "finds_a_secret", str(home)) is False
    assert ask(zygote, SOURCE, "environment") == []
    program = f"{SOURCE}\nprint(finds_a_secret({str(home)!r}), environment())"
    bare = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert bare.stdout.split(maxsplit=1) == ["True", "['HF_TOKEN']\n"]


def test_a_token_inside_a_readable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a model's folder is HF_HOME, too: nothing is graded until that is changed."""
    for file in Path(model_path("tiny-base")).iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    folder = Path(find_source(str(tmp_path)).folder)
    assert tmp_path in _readable([folder])
    (tmp_path / "token").write_text("hf_secret")
    with pytest.raises(JailError, match=r"the login token of the hub .* which student processes may read"):
        _readable([folder])
