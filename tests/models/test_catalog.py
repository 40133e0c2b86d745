"""The settings file of models: what it may say, and where it says what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import SettingsError
from autograder.models import Catalog, Entry, find_catalog, read_catalog

COMMIT = "f5db02db724555f92da89c216ac04704f23d4590"


def written(folder: Path, text: str) -> Path:
    path = folder / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_setting_is_read(tmp_path: Path) -> None:
    """A hub model with all settings, a template from a file beside, a folder relative to the file."""
    (tmp_path / "chat.jinja").write_text("{{ messages }}", encoding="utf-8")
    (tmp_path / "mine").mkdir()
    text = f"""
models:
  llama:
    source: meta-llama/Llama-2-7b-chat-hf
    revision: {COMMIT}
    dtype: fp16
    device: cuda:1
    chat_template: chat.jinja
    pad_token: "</s>"
    trust_remote_code: false
  mine: {{source: mine, chat_template: "{{{{ messages[0] }}}}"}}
"""
    found = read_catalog(written(tmp_path, text))
    assert found.entries == (
        Entry("llama", "meta-llama/Llama-2-7b-chat-hf", COMMIT, "float16", "cuda:1", "{{ messages }}", "</s>"),
        Entry("mine", str(tmp_path / "mine"), chat_template="{{ messages[0] }}"),
    )
    assert found.find("llama") is found.find("meta-llama/Llama-2-7b-chat-hf") is found.entries[0]
    assert found.find("tiny-chat") is None


@pytest.mark.parametrize("text", ["", "models:\n"])
def test_an_empty_file_names_nothing(tmp_path: Path, text: str) -> None:
    """It is no error."""
    assert read_catalog(written(tmp_path, text)) == Catalog()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("models:\n  a: {source: o/m\n", 3, "not valid YAML"),
        ("model:\n  a: {source: o/m}\n", 1, "expected only `models`"),
        ("- a\n", 1, "expected `models:`"),
        ("models:\n  - a\n", 2, "expected name: settings here"),
        ("models:\n  tiny-chat: {source: o/m}\n", 2, "none of tiny-chat"),
        ("models:\n  a: {}\n", 2, "a has no source"),
        ("models:\n  a:\n    source: nowhere\n", 3, "expected a hub id (organisation/model) or a folder"),
        (
            "models:\n  a:\n    source: o/m\n    dtype: int8\n",
            4,
            "expected one of float32, float16, bfloat16, got int8",
        ),
        ("models:\n  a:\n    source: o/m\n    device: gpu\n", 4, "expected cpu, cuda or cuda:1, got gpu"),
        ("models:\n  a:\n    source: o/m\n    revision: 'a b'\n", 4, "expected a commit, a branch or a tag"),
        ("models:\n  a:\n    source: o/m\n    revison: main\n", 4, "revison: no such setting; expected one of source"),
        ("models:\n  a:\n    source: o/m\n    source: o/n\n", 4, "source stands here twice"),
        ("models:\n  a:\n    source: o/m\n    pad_token: [1]\n", 4, "expected a single text"),
        ("models:\n  a:\n    source: o/m\n    chat_template: gone.jinja\n", 4, "gone.jinja cannot be read"),
        ("models:\n  a:\n    source: o/m\n    trust_remote_code: true\n", 4, "is never run"),
        ("models:\n  a:\n    source: .\n    revision: main\n", 4, "a folder has none"),
    ],
)
def test_what_is_not_in_order_is_said_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    """In both languages."""
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        read_catalog(path)
    message = caught.value.message
    assert message.en.startswith(f"{path}:{line}: ")
    assert said in message.en
    assert message.ja.startswith(f"{path}:{line}: ")
    assert message.ja != message.en


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """Missing, or not text."""
    (tmp_path / "models.yaml").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "models.yaml", tmp_path / "gone.yaml"):
        with pytest.raises(SettingsError, match="cannot be read"):
            read_catalog(path)


def test_the_first_folder_with_a_file_counts(tmp_path: Path) -> None:
    """None without one."""
    (tmp_path / "b").mkdir()
    assert find_catalog(tmp_path, tmp_path / "b") is None
    path = written(tmp_path / "b", "")
    assert find_catalog(tmp_path, tmp_path / "b") == path
