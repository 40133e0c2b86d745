"""Reading a model into memory, once it is known to be there, whole, and small enough."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import ModelError
from autograder.models.cache import damaged
from autograder.models.catalog import EMBEDDED, Catalog
from autograder.models.inference import use_inference_mode
from autograder.models.sources import Source, find_source
from autograder.models.weights import config_dtype, read_config, read_weights, require_room

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

# What a model's own generation settings may change in `generate` beside the ids of special tokens.
_SPECIAL = ("bos_token_id", "eos_token_id", "pad_token_id")


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode with its tokenizer; `path` is the folder that it was read from."""

    name: str
    path: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


def load(
    name: str,
    *,
    device: str | None = None,
    dtype: str | None = None,
    catalog: Catalog | None = None,
) -> LoadedModel:
    """Read a model and its tokenizer; see `load_source`.

    Args:
        name: an embedded model, a name of `catalog`, a local folder, or a hub id that is in the cache.
        device: where the model is put; None: as `catalog` says, else the CPU.
        dtype: such as float16; None: as `catalog` says, else as the model's config says.
    """
    return load_source(find_source(name, catalog, dtype=dtype, device=device))


def load_source(source: Source, *, copies: int = 1) -> LoadedModel:
    """Read a model and its tokenizer. No network is used and no code that comes with the model is run.

    The generation config keeps the ids of special tokens alone, so that `generate` does for every model what the course
    says: no model's own temperature, top_p or repetition penalty is silently on. A model without a padding token pads
    with the one that its settings name, else with EOS.

    Args:
        copies: how many processes hold the weights in main memory at the same time.

    Raises: ModelError if the folder does not hold a model that can be used here.
    """
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    _require_no_code(source)
    require_device_here(source.device, source.dtype)
    folder = Path(source.folder)
    weights = read_weights(folder, source.name)
    dtype = source.dtype or config_dtype(read_config(folder, source.name))
    require_room(source.name, weights, dtype=dtype, device=source.device, copies=copies)
    tokenizer, model = _tokenizer(source), _model(source)
    if source.chat_template is not None:
        tokenizer.chat_template = source.chat_template
    _set_special_tokens(source, tokenizer, model)
    model.eval()
    if source.name in EMBEDDED:
        use_inference_mode(model)
    return LoadedModel(name=source.name, path=source.folder, model=model, tokenizer=tokenizer)


def _require_no_code(source: Source) -> None:
    config = read_config(Path(source.folder), source.name)
    kind = config.get("model_type")
    if not isinstance(kind, str):
        raise damaged(source.name, "config.json: model_type")
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    if kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return
    if config.get("auto_map"):
        raise ModelError(
            ja=f"モデル {source.name}（{kind}）は、付属のプログラム（trust_remote_code）がないと動きません。安全のため、モデルに付いてくるプログラムは実行しません。transformers に入っている種類のモデルを選んでください。",
            en=f"the model {source.name} ({kind}) needs code that comes with it (trust_remote_code), and such code is never run here. Choose a model of a kind that transformers has.",
        )
    raise ModelError(
        ja=f"モデル {source.name} の種類 {kind} は、文を続けるモデル（causal LM）として transformers にありません。別のモデルを選ぶか、transformers を新しくしてください。",
        en=f"the model {source.name} is of the kind {kind}, which this version of transformers does not have as a causal language model. Choose another model or a newer transformers.",
    )


def require_device_here(device: str, dtype: str | None) -> None:
    """Raises: ModelError if this machine does not have `device`, or it cannot compute in `dtype`."""
    import torch

    if device.startswith("cuda"):
        number = int(device.partition(":")[2] or 0)
        n_here = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if number >= n_here:
            raise ModelError(
                ja=f"--device {device}: この機械で使える GPU は {n_here} 個です。`nvidia-smi` と `autograder doctor` で確かめてください。GPU なしでは `--device cpu` で動きます。",
                en=f"--device {device}: torch finds {n_here} GPUs here. Look at `nvidia-smi` and `autograder doctor`; without a GPU use `--device cpu`.",
            )
        if dtype == "bfloat16" and torch.cuda.get_device_capability(torch.device(device)) < (8, 0):
            raise ModelError(
                ja=f"--dtype bfloat16: {device} の GPU は bfloat16 の計算ができません（Ampere 世代から）。`--dtype float16` を指定してください。",
                en=f"--dtype bfloat16: the GPU {device} does not compute in bfloat16 (from the Ampere generation on). Use `--dtype float16`.",
            )
    elif device == "mps" and not torch.backends.mps.is_available():
        raise ModelError(
            ja="--device mps: この機械では使えません。`--device cpu` を指定してください。",
            en="--device mps: not available on this machine. Use `--device cpu`.",
        )


def _tokenizer(source: Source) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            source.folder, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        raise _unreadable(source, "tokenizer", error) from error
    return tokenizer


def _model(source: Source) -> PreTrainedModel:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    try:
        model, found = AutoModelForCausalLM.from_pretrained(
            source.folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=source.dtype or "auto",
            output_loading_info=True,
        )
        if found["missing_keys"]:
            raise damaged(source.name, f"{sorted(found['missing_keys'])[0]}")
        placed: PreTrainedModel = model.to(source.device)
    except torch.OutOfMemoryError as error:
        raise ModelError(
            ja=f"モデル {source.name} を {source.device} に載せる途中で、GPU のメモリが足りなくなりました。`nvidia-smi` でほかの利用者を確かめ、空いた GPU を選ぶか、`--dtype float16` か小さいモデルにしてください。",
            en=f"GPU memory ran out while the model {source.name} was put on {source.device}. See by `nvidia-smi` who else uses it, choose another GPU, `--dtype float16` or a smaller model.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        raise _unreadable(source, "model", error) from error
    return placed


def _unreadable(source: Source, part: str, error: Exception) -> ModelError:
    what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return ModelError(
        ja=f"モデル {source.name} を読み込めません（{source.folder}、{part}: {what}）。フォルダに config.json、safetensors の重み、トークナイザのファイルがそろっているか確かめてください。",
        en=f"the model {source.name} cannot be loaded ({source.folder}, {part}: {what}). Make sure that the folder holds config.json, safetensors weights and the tokenizer's files.",
    )


def _set_special_tokens(source: Source, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> None:
    from transformers import GenerationConfig

    if tokenizer.eos_token_id is None:
        raise ModelError(
            ja=f"モデル {source.name} のトークナイザに EOS（終わりの印）がありません。文の終わりがわからないので、この課題には使えません。別のモデルを選んでください。",
            en=f"the tokenizer of the model {source.name} has no EOS token, so nothing says where a text ends. Choose another model.",
        )
    if source.pad_token is not None:
        if source.pad_token not in tokenizer.get_vocab():
            raise ModelError(
                ja=f"モデル {source.name}: pad_token {source.pad_token} は語彙にありません。models.yaml に、語彙にあるトークン（たとえば {tokenizer.eos_token}）を書いてください。",
                en=f"the model {source.name}: pad_token {source.pad_token} is not in the vocabulary. Write a token that is, such as {tokenizer.eos_token}, in models.yaml.",
            )
        tokenizer.pad_token = source.pad_token
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    given = {name: getattr(model.generation_config, name, None) for name in _SPECIAL}
    if given["eos_token_id"] is None:
        given["eos_token_id"] = tokenizer.eos_token_id
    if given["pad_token_id"] is None or source.pad_token is not None:
        given["pad_token_id"] = tokenizer.pad_token_id
    if given["bos_token_id"] is None:
        given["bos_token_id"] = tokenizer.bos_token_id
    model.generation_config = GenerationConfig(**given)
