"""The embedded models, loaded once for the tests of the playground."""

from __future__ import annotations

import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed")

from autograder.models import LoadedModel, load
from autograder.playground.state import EXAMPLES

PROMPT = EXAMPLES["en"][0]


@pytest.fixture(scope="session")
def chat() -> LoadedModel:
    """tiny-chat in float32 on the CPU."""
    return load("tiny-chat")


@pytest.fixture(scope="session")
def base() -> LoadedModel:
    """tiny-base in float32 on the CPU."""
    return load("tiny-base")


@pytest.fixture(scope="session")
def ids(chat: LoadedModel) -> list[int]:
    """A prompt behind which tiny-chat hesitates among several words."""
    return chat.tokenizer(PROMPT)["input_ids"]
