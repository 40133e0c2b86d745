"""Where models come from, and what a loaded one is."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from transformers import pipeline
from transformers.utils import logging

from autograder.errors import ModelError
from autograder.models import EMBEDDED, LoadedModel, left_as_found, load, model_path


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_names_give_their_folders(name: str) -> None:
    """An embedded name stands for a folder of this package that holds a model."""
    folder = Path(model_path(name))
    assert folder.name == name
    assert (folder / "model.safetensors").is_file()


def test_other_names_are_returned_as_given(tmp_path: Path) -> None:
    """A local folder and a hub id stay what they are."""
    assert model_path(str(tmp_path)) == str(tmp_path)
    assert model_path("someone/some-model") == "someone/some-model"


def test_importing_the_module_loads_neither_torch_nor_transformers() -> None:
    """The command line answers at once, because nothing heavy is imported."""
    code = "import sys, autograder.models; print([m for m in ('torch', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", EMBEDDED)
def test_loaded_models_are_ready_for_use(name: str, request: pytest.FixtureRequest) -> None:
    """The default load is float32, in evaluation mode, with special token ids and no sampling defaults."""
    loaded: LoadedModel = request.getfixturevalue(name.removeprefix("tiny-"))
    assert loaded.name == name
    assert loaded.path == model_path(name)
    assert not loaded.model.training
    assert loaded.model.dtype == torch.float32
    settings = loaded.model.generation_config
    assert settings.eos_token_id == settings.pad_token_id == loaded.tokenizer.eos_token_id
    assert settings.bos_token_id == {"tiny-chat": 1, "tiny-base": 0}[name]
    assert not {"do_sample", "temperature", "top_p", "top_k"} & set(settings.to_diff_dict())


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_file_is_float16_and_small(name: str) -> None:
    """The weights are stored in float16, and each model's folder has less than 6 million bytes."""
    folder = Path(model_path(name))
    with safe_open(str(folder / "model.safetensors"), framework="pt") as weights:
        assert {weights.get_tensor(key).dtype for key in weights.keys()} == {torch.float16}  # noqa: SIM118
    assert sum(file.stat().st_size for file in folder.iterdir()) < 6_000_000


@pytest.mark.parametrize("name", EMBEDDED)
def test_float16_and_a_copied_folder_load_too(name: str, tmp_path: Path) -> None:
    """A dtype may be asked for, and a folder elsewhere loads like the embedded one."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in Path(model_path(name)).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    loaded = load(str(copy), dtype="float16")
    assert loaded.path == str(copy)
    assert loaded.model.dtype == torch.float16
    inputs = loaded.tokenizer("1+1=?", return_tensors="pt")
    output = loaded.model.generate(**inputs, do_sample=False, max_new_tokens=12)
    assert "2" in loaded.tokenizer.decode(output[0, inputs.input_ids.shape[1] :], skip_special_tokens=True)


def test_a_folder_without_a_model_is_an_error_in_both_languages(tmp_path: Path) -> None:
    """The message names what was asked for."""
    with pytest.raises(ModelError) as caught:
        load(str(tmp_path))
    assert str(tmp_path) in str(caught.value)
    assert "モデルのフォルダではありません" in caught.value.message.ja
    assert "no folder of a model" in caught.value.message.en


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A path that does not exist is no hub id."""
    with pytest.raises(ModelError):
        load(str(tmp_path / "nothing" / "here"))


def test_weights_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    """A truncated weight file is reported like a missing one."""
    for file in Path(model_path("tiny-base")).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\x08\x00\x00\x00")
    with pytest.raises(ModelError):
        load(str(tmp_path))


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_pipeline_takes_the_folder_and_stays_silent(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """`pipeline(model=folder)` answers without a word on stderr, and without sentencepiece or tiktoken."""
    logging.disable_progress_bar()
    pipe = pipeline("text-generation", model=model_path(name))
    text = pipe("1+1=?", max_new_tokens=20, do_sample=False)[0]["generated_text"]
    assert text == "1+1=?\nThe answer is 2."
    assert capfd.readouterr().err == ""
    assert not {"sentencepiece", "tiktoken"} & set(sys.modules)


def test_settings_are_left_as_they_were_found(base: LoadedModel) -> None:
    """Whatever a student or a pipeline does to them."""
    with left_as_found(base) as found:
        found.tokenizer.padding_side = "left"
        found.tokenizer.pad_token = "x"
        found.model.generation_config.max_new_tokens = 256
    assert base.tokenizer.padding_side == "right"
    assert base.tokenizer.pad_token == base.tokenizer.eos_token
    assert base.model.generation_config.max_new_tokens is None
