"""Language models by name: the embedded ones, local folders, and models of the hub that are in its cache.

    sources    a name → the folder, revision, dtype, device, chat template (`models.yaml` is read by `catalog`)
    cache      what the hub's cache holds, and whether it is whole
    weights    how large a model is and whether it fits, before it is loaded
    loading    reading it
    fetch      the only part that uses the network, and only for `autograder models fetch`

Importing this package loads neither torch nor transformers.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.models.catalog import EMBEDDED, Catalog, Entry, find_catalog, read_catalog
from autograder.models.loading import LoadedModel, load, load_source
from autograder.models.sources import Source, embedded_folder, find_source

__all__ = [
    "EMBEDDED",
    "Catalog",
    "Entry",
    "LoadedModel",
    "Source",
    "embedded_folder",
    "find_catalog",
    "find_source",
    "left_as_found",
    "load",
    "load_source",
    "model_path",
    "read_catalog",
]


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
    return str(embedded_folder(name)) if name in EMBEDDED else name
