"""The embedded language models, and loading of any causal language model by name.

A name is an embedded model ("tiny-chat", "tiny-base"), a local folder, or a model id of the hub. Embedded models
and folders are read without network. Importing this module loads neither torch nor transformers.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

EMBEDDED: tuple[str, ...] = ("tiny-chat", "tiny-base")


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode with its tokenizer; `path` is the folder or hub id that it was read from."""

    name: str
    path: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


@contextmanager
def left_as_found(loaded: LoadedModel) -> Iterator[LoadedModel]:
    """Undo, at the end of the block, what its code did to the settings of the model and the tokenizer.

    Settings are the generation config and the tokenizer's attributes, such as `padding_side`; pipelines change
    them, and so do students. Weights and vocabulary are not looked at.
    """
    model, tokenizer = loaded.model, loaded.tokenizer
    config = copy.deepcopy(model.generation_config)
    attributes = copy.deepcopy({name: value for name, value in vars(tokenizer).items() if name != "_tokenizer"})
    try:
        yield loaded
    finally:
        model.generation_config = config
        vars(tokenizer).update(attributes)


def model_path(name: str) -> str:
    """The folder of an embedded model; a local folder or a hub id as it was given."""
    if name in EMBEDDED:
        return str(Path(__file__).parent / name)
    return name


def load(name: str, *, device: str = "cpu", dtype: str | None = None) -> LoadedModel:
    """Read a model and its tokenizer.

    Args:
        name: an embedded model, a local folder, or a hub id.
        device: where the model is put, such as "cpu" or "cuda".
        dtype: such as "float16"; None takes what the model's config says, float32 for the embedded models.

    Raises: ModelError if the folder is missing or what it holds cannot be read as a model and a tokenizer.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    from autograder.errors import ModelError

    disable_progress_bar()
    path = model_path(name)
    is_local = name in EMBEDDED or Path(path).is_dir()
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=is_local)
        model = AutoModelForCausalLM.from_pretrained(path, local_files_only=is_local, dtype=dtype or "auto")
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelError(
            ja=f"モデル {name} を読み込めません。{', '.join(EMBEDDED)}、フォルダ、ハブの名前のどれかを指定してください。",
            en=f"the model {name} cannot be loaded. Give one of {', '.join(EMBEDDED)}, a folder or a hub id.",
        ) from error
    model.eval()
    return LoadedModel(name=name, path=path, model=model.to(device), tokenizer=tokenizer)
