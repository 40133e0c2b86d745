"""The embedded models, loaded once, and greedy completion of many prompts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))  # the grammar in training/ is not an installed package

from autograder.models import LoadedModel, load
from training.evaluate import Subject


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Torch uses one thread, as in grading."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def chat() -> LoadedModel:
    """tiny-chat in float32 on the CPU."""
    return load("tiny-chat")


@pytest.fixture(scope="session")
def base() -> LoadedModel:
    """tiny-base in float32 on the CPU."""
    return load("tiny-base")


@pytest.fixture(scope="session")
def subject(chat: LoadedModel) -> Subject:
    """tiny-chat as the evaluation code takes it."""
    return Subject(chat.name, chat.model, chat.tokenizer)


@pytest.fixture(scope="session")
def base_subject(base: LoadedModel) -> Subject:
    """tiny-base as the evaluation code takes it."""
    return Subject(base.name, base.model, base.tokenizer)
