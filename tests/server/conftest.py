"""An engine in this process, and requests in short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from autograder.audit import Bench
from autograder.server.engine import Answer, Engine
from autograder.server.messages import Forward
from autograder.server.passes import Runner
from autograder.server.rows import Slots
from autograder.server.schedule import Sizes
from autograder.server.sessions import Quota, Session

MakeEngine = Callable[..., Engine]


def asked(*ids: Sequence[int], rows: Sequence[int] = (), past: int = 0, keep: int = 1, **others: Any) -> Forward:
    """A request for the next token of some sequences."""
    settings: dict[str, Any] = {"model": 0, "positions": None, "mask": None, "remember": True, "freed": ()}
    return Forward(rows=tuple(rows), past=past, ids=np.array(ids), keep=keep, **(settings | others))


@pytest.fixture
def make_engine(bench: Bench) -> MakeEngine:
    """An engine with the embedded chat model."""

    def make(n_slots: int = 16, length: int = 64, sizes: Sizes | None = None) -> Engine:
        return Engine({0: Runner(bench.models.lm.model, Slots(n_slots, length))}, sizes)

    return make


def opened(engine: Engine, quota: Quota | None = None) -> Session:
    session = Session(quota or Quota())
    engine.open(session)
    return session


def answer(engine: Engine, session: Session, request: Forward) -> Answer:
    """The answer to a request, however many passes it takes."""
    engine.take(session, request)
    while True:
        for one, found in engine.step():
            if one is session:
                return found


def alone(bench: Bench, ids: Sequence[int]) -> torch.Tensor:
    """The logits of the token after `ids`, (V,), by the model itself."""
    with torch.inference_mode():
        logits: torch.Tensor = bench.models.lm.model(torch.tensor([list(ids)])).logits[0, -1]
    return logits
