"""Models by name: folders, and the hub's cache as its client lays it out; each thing that can be amiss has its message."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import ModelError, SettingsError
from autograder.models import Catalog, Entry, LoadedModel, find_source, load, load_source, model_path, weights
from autograder.models.cache import hub_cache, token_files

COMMIT = "b24fabdb585e3d4a0d5c2d3c64e6b1a0f5c1d2e3"


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache of the test's own, under HF_HOME."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "hf" / "hub"


@pytest.fixture(scope="session")
def sharded(chat: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tiny-chat in bfloat16, in several files with an index."""
    folder = tmp_path_factory.mktemp("sharded")
    half = load("tiny-chat", dtype="bfloat16")
    half.model.save_pretrained(folder, max_shard_size="2MB")
    half.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def random_llama(chat: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of a Llama config, in float16, without padding token and chat template."""
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("random")
    config = LlamaConfig(
        vocab_size=len(chat.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
    )
    torch.manual_seed(0)
    LlamaForCausalLM(config).half().save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(Path(model_path("tiny-chat")) / name, folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({k: v for k, v in settings.items() if k != "pad_token"}))
    return folder


def cached(hub: Path, folder: Path, hub_id: str = "org/tiny", commit: str = COMMIT) -> Path:
    """`folder` as the hub's client would have it: blobs, and links to them. Returns: the snapshot."""
    store = hub / ("models--" + hub_id.replace("/", "--"))
    snapshot = store / "snapshots" / commit
    for one in (store / "blobs", store / "refs", snapshot):
        one.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        shutil.copy(file, store / "blobs" / f"blob-{file.name}")
        (snapshot / file.name).symlink_to(f"../../blobs/blob-{file.name}")
    (store / "refs" / "main").write_text(commit)
    return snapshot


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


def greedy(loaded: LoadedModel) -> list[int]:
    inputs = loaded.tokenizer("1+1=?", return_tensors="pt")
    return loaded.model.generate(**inputs, do_sample=False, max_new_tokens=6)[0].tolist()


def test_the_cache_is_where_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """HF_HUB_CACHE, else HF_HOME, else the client's default; the login tokens lie in HF_HOME, beside the models."""
    home = Path.home() / ".cache" / "huggingface"
    assert hub_cache({}) == home / "hub"
    assert hub_cache({"XDG_CACHE_HOME": "/x"}) == Path("/x/huggingface/hub")
    assert hub_cache({"HF_HOME": "/shared"}) == Path("/shared/hub")
    assert hub_cache({"HF_HOME": "/shared", "HF_HUB_CACHE": "/fast"}) == Path("/fast")
    assert token_files({"HF_HOME": "/shared"}) == [Path("/shared/token"), Path("/shared/stored_tokens")]
    assert token_files({"HF_HOME": "/shared", "HF_TOKEN_PATH": "/t"})[0] == Path("/t")


def test_a_cached_model_loads_by_its_hub_id(hub: Path, sharded: Path) -> None:
    """Of several files, as bfloat16 and float16; the revision is the commit that the cache holds."""
    snapshot = cached(hub, sharded)
    source = find_source("org/tiny")
    assert (source.folder, source.revision) == (str(snapshot), COMMIT)
    assert source.readable == str(snapshot.parent.parent)
    assert find_source(f"org/tiny@{COMMIT}").folder == find_source("org/tiny@main").folder == str(snapshot)
    assert load("org/tiny").model.dtype == torch.bfloat16
    half = load("org/tiny", dtype="fp16")
    assert half.model.dtype == torch.float16
    assert half.tokenizer.decode(greedy(half)[-5:]).strip()


def test_what_is_not_in_the_cache_is_not_downloaded(hub: Path, sharded: Path) -> None:
    """The message holds the command that would."""
    with pytest.raises(ModelError, match="autograder models fetch org/tiny") as caught:
        load("org/tiny")
    assert "まだこの機械にありません" in caught.value.message.ja
    cached(hub, sharded)
    with pytest.raises(
        ModelError, match=r"revision v2 .* \(there are: b24fabdb585e\).*autograder models fetch org/tiny@v2"
    ):
        load("org/tiny@v2")


def test_a_settings_entry_decides_unless_an_option_does(hub: Path, sharded: Path) -> None:
    """Revision, dtype, template and padding token; also where the hub id itself is named."""
    cached(hub, sharded)
    entry = Entry("mine", "org/tiny", COMMIT, "float32", "cpu", "{{ messages }}", "<unk>")
    loaded = load("org/tiny", catalog=Catalog((entry,)))
    assert loaded.model.dtype == torch.float32
    assert loaded.tokenizer.chat_template == "{{ messages }}"
    assert loaded.tokenizer.pad_token == "<unk>"
    assert loaded.model.generation_config.pad_token_id == loaded.tokenizer.unk_token_id
    assert find_source("mine", Catalog((entry,)), dtype="bf16", device="cuda:1").dtype == "bfloat16"
    assert find_source("mine", Catalog((entry,)), device="cuda:1").device == "cuda:1"


def test_a_random_llama_gets_its_special_tokens(random_llama: Path) -> None:
    """Without a padding token EOS takes its place; no sampling default is left."""
    loaded = load(str(random_llama))
    assert loaded.model.dtype == torch.float16
    assert loaded.tokenizer.pad_token_id == loaded.tokenizer.eos_token_id == 2
    settings = loaded.model.generation_config
    assert (settings.eos_token_id, settings.pad_token_id) == (2, 2)


def test_a_models_own_sampling_defaults_are_not_silently_on(random_llama: Path, tmp_path: Path) -> None:
    """As chat models bring them: `generate` does what the course says."""
    folder = copied(random_llama, tmp_path / "model")
    own = {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "repetition_penalty": 1.3, "eos_token_id": [2, 5]}
    (folder / "generation_config.json").write_text(json.dumps(own))
    settings = load(str(folder)).model.generation_config
    assert settings.eos_token_id == [2, 5]
    assert not {"do_sample", "temperature", "top_p", "repetition_penalty"} & set(settings.to_diff_dict())


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def without_weights(folder: Path) -> None:
    for file in folder.glob("model*"):
        file.unlink()


def without_a_shard(folder: Path) -> None:
    sorted(folder.glob("model-*.safetensors"))[1].unlink()


def with_a_short_shard(folder: Path) -> None:
    file = sorted(folder.glob("model-*.safetensors"))[0]
    file.write_bytes(file.read_bytes()[:-10])


def with_a_broken_index(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text("{")


def without_a_tensor(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = sorted(folder.glob("model-*.safetensors"))[0]
    tensors = load_file(file)
    del tensors[next(name for name in tensors if "layers" in name)]
    save_file(tensors, file, metadata={"format": "pt"})


def with_code_of_its_own(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoModelForCausalLM": "own.Own"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text("raise SystemExit('code of the model ran')")


def of_another_kind(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "vit"}
    (folder / "config.json").write_text(json.dumps(config))


def without_tokenizer(folder: Path) -> None:
    for file in folder.glob("tokenizer*"):
        file.unlink()


def without_eos(folder: Path) -> None:
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["eos_token"]
    del settings["pad_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def with_a_link_outwards(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder.parent / "elsewhere.json")
    (folder / "tokenizer.json").symlink_to(folder.parent / "elsewhere.json")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (without_config, "no config.json"),
        (without_weights, "no safetensors weights"),
        (without_a_shard, "missing or damaged (1/2: model-00002"),
        (with_a_short_shard, "missing or damaged (model-00001"),
        (with_a_broken_index, "missing or damaged (model.safetensors.index.json"),
        (without_a_tensor, "missing or damaged (model.layers"),
        (with_code_of_its_own, "trust_remote_code"),
        (of_another_kind, "does not have as a causal language model"),
        (without_tokenizer, "cannot be loaded"),
        (without_eos, "has no EOS token"),
        (with_a_link_outwards, "a link that leads out of the folder"),
    ],
)
def test_a_folder_that_is_not_in_order_says_what_is_amiss(sharded: Path, tmp_path: Path, harm, said: str) -> None:
    """In both languages, and no code of the model is run."""
    folder = copied(sharded, tmp_path / "model")
    harm(folder)
    with pytest.raises(ModelError) as caught:
        load(str(folder))
    assert said in caught.value.message.en
    assert caught.value.message.ja != caught.value.message.en


def test_a_cut_off_download_is_said_to_be_one(hub: Path, sharded: Path) -> None:
    """A link whose blob never arrived."""
    cached(hub, sharded)
    (hub / "models--org--tiny" / "blobs" / "blob-model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ModelError, match=r"may have been cut off.* `autograder models fetch org/tiny`"):
        load("org/tiny")


def test_a_padding_token_outside_the_vocabulary_is_refused(random_llama: Path) -> None:
    """With one that would do."""
    catalog = Catalog((Entry("mine", str(random_llama), pad_token="[PAD]"),))
    with pytest.raises(
        ModelError, match=r"pad_token \[PAD\] is not in the vocabulary. Write a token that is, such as </s>"
    ):
        load("mine", catalog=catalog)


def test_too_little_memory_is_said_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is needed and what is there; as float16 and in one process it would fit."""
    found = weights.Weights(7_000_000_000, 14_000_000_000, 7_000_000_000, "float16")
    monkeypatch.setattr(weights, "free_mib", lambda: 20_000)
    weights.require_room("m", found, dtype="float16", device="cpu")
    for dtype, copies in (("float32", 1), ("float16", 2)):
        with pytest.raises(ModelError, match=r"needs about (28\.7|28\.7) GiB of memory .*19\.5 GiB are free"):
            weights.require_room("m", found, dtype=dtype, device="cpu", copies=copies)


def test_too_little_gpu_memory_is_said_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the driver would report it; no GPU is needed for this test."""
    found = weights.Weights(7_000_000_000, 14_000_000_000, 7_000_000_000, "float16")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (10 << 30, 24 << 30))
    with pytest.raises(ModelError, match=r"14\.3 GiB of GPU memory, 10\.0 GiB of 24\.0 GiB are free on cuda:1"):
        weights.require_room("m", found, dtype="float16", device="cuda:1")


def test_the_size_is_read_off_the_headers(sharded: Path, chat: LoadedModel) -> None:
    """Parameters, and bytes in each number format."""
    found = weights.read_weights(sharded, "m")
    assert found.n_parameters == sum(one.numel() for one in chat.model.parameters())
    assert found.stored_as == "bfloat16"
    assert found.bytes_as("float32") == 2 * found.bytes_as(None) == 4 * found.n_parameters


def test_a_gpu_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """None at all, too few, or one that cannot do bfloat16."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match="torch finds 0 GPUs here"):
        load("tiny-chat", device="cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ModelError, match="cuda:1: torch finds 1 GPUs"):
        load("tiny-chat", device="cuda:1")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    with pytest.raises(ModelError, match="does not compute in bfloat16"):
        load("tiny-chat", device="cuda", dtype="bfloat16")


@pytest.mark.parametrize(("option", "value"), [("dtype", "int8"), ("device", "gpu")])
def test_a_dtype_or_device_without_meaning_is_refused(option: str, value: str) -> None:
    """With what may be said."""
    with pytest.raises(SettingsError, match=f"--{option} {value}: expected"):
        find_source("tiny-chat", **{option: value})


def test_memory_running_out_on_the_way_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process took it after we looked."""

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("transformers.AutoModelForCausalLM.from_pretrained", full)
    with pytest.raises(ModelError, match="GPU memory ran out while the model tiny-chat"):
        load_source(find_source("tiny-chat"))


def test_the_list_says_what_is_here_and_what_is_not(hub: Path, random_llama: Path, tmp_path: Path) -> None:
    """As JSON: embedded ones, those of the settings file, those of the cache; as text with what to know."""
    cached(hub, random_llama, "org/random")
    settings = tmp_path / "models.yaml"
    settings.write_text("models:\n  big: {source: org/big, dtype: bf16, device: cuda}\n")
    result = CliRunner().invoke(app, ["models", "--models", str(settings), "--json"])
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert result.exit_code == 0
    assert list(rows) == ["tiny-chat", "tiny-base", "big", "org/random"]
    assert (rows["tiny-chat"]["is_here"], rows["tiny-chat"]["dtype"]) == (True, "float32")
    assert (rows["big"]["is_here"], rows["big"]["dtype"], rows["big"]["device"]) == (False, "bfloat16", "cuda")
    assert "autograder models fetch org/big" in rows["big"]["problem"]["en"]
    assert rows["org/random"]["revision"] == COMMIT
    assert rows["org/random"]["n_parameters"] == weights.read_weights(random_llama, "m").n_parameters
    text = CliRunner().invoke(app, ["models", "--models", str(settings)], env={"AUTOGRADER_LANG": "en"}).stdout
    assert "✗ big" in text
    assert "It has no padding token, so EOS takes its place." in text
