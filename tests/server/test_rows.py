"""In every pass each slot holds what the plan says lies there: many sessions, few slots, random requests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from autograder.server.engine import Engine
from autograder.server.messages import Forward
from autograder.server.passes import Work
from autograder.server.rows import Slots
from autograder.server.schedule import Sizes
from autograder.server.sessions import Quota, Session

LENGTH, VOCABULARY = 40, 5


class Remembering:
    """Stands for a model: its keys and values are the sequence's own numbers, so it sees whether they are the right ones."""

    def __init__(self, slots: Slots) -> None:
        config = SimpleNamespace(vocab_size=VOCABULARY, max_position_embeddings=LENGTH)
        config.get_text_config = lambda decoder: config
        table = SimpleNamespace(num_embeddings=VOCABULARY)
        dtype = SimpleNamespace(itemsize=4)
        self.model = SimpleNamespace(config=config, dtype=dtype, get_input_embeddings=lambda: table)
        self.slots = slots
        block = np.full((slots.n_slots, slots.length + 1), -1)
        slots.tensors.append((block, block.copy()))  # type: ignore[arg-type]
        self.n_known = 0

    def run(self, batch: Sequence[Work]) -> torch.Tensor:
        keys, _ = self.slots.tensors[0]
        assert len({work.slot for work in batch}) == len(batch)
        for work in batch:
            assert np.array_equal(keys[work.slot, : work.start], work.keys[: work.start])
            assert work.start <= len(work.keys) - work.n_kept
            self.n_known += work.start
        for work in batch:
            keys[work.slot, work.start : len(work.keys)] = work.keys[work.start :]
        n_kept = max(work.n_kept for work in batch)
        logits = torch.zeros(len(batch), n_kept, 1)
        for number, work in enumerate(batch):
            logits[number, -work.n_kept :, 0] = torch.arange(len(work.keys) - work.n_kept, len(work.keys))
        return logits


def random_request(rng: random.Random, lengths: dict[int, int]) -> Forward:
    """A new batch or the continuation of one, of few tokens, so that much begins alike."""
    old = [number for number in lengths if lengths[number] < LENGTH - 6]
    rows, past = [], 0
    if old and rng.random() < 0.7:
        past = rng.randint(1, lengths[rng.choice(old)])  # less than it holds: cropped
        rows = [number for number in old if lengths[number] >= past][: rng.randint(1, 4)]
    n_rows, n_new = len(rows) or rng.randint(1, 4), rng.choice([1, 1, 1, 2, 5])
    mask = None
    if rng.random() < 0.3:
        mask = np.ones((n_rows, past + n_new), bool)
        mask[:, : rng.randint(0, past + n_new - 1)] = rng.random() < 0.5
    freed = [number for number in lengths if rng.random() < 0.4]
    ids = np.array([[rng.randrange(2) for _ in range(n_new)] for _ in range(n_rows)])
    keep, remember = rng.choice([0, 1, 1, 2]), rng.random() < 0.8
    return Forward(0, tuple(rows), past, ids, None, mask, keep, remember, tuple(freed))


@pytest.mark.parametrize("n_slots", [1, 2, 5, 24])
@pytest.mark.parametrize("seed", range(4))
def test_what_lies_in_a_slot_is_what_the_plan_says(n_slots: int, seed: int):
    """And every request is answered, for all its sequences and all positions that were asked for."""
    rng = random.Random(f"{n_slots} {seed}")
    model = Remembering(Slots(n_slots, LENGTH))
    engine = Engine({0: model}, Sizes(rows=6, tokens=40))  # type: ignore[dict-item]
    sessions: list[tuple[Session, dict[int, int]]] = []
    n_answers = 0
    for _ in range(400):
        if len(sessions) < 4:
            session = Session(Quota(tokens=1 << 30))
            engine.open(session)
            sessions.append((session, {}))
        for session, lengths in sessions:
            if not session.request and rng.random() < 0.6:
                request = random_request(rng, lengths)
                engine.take(session, request)
                for number in request.freed:
                    lengths.pop(number, None)
        for session, answer in engine.step():
            lengths = next(found for one, found in sessions if one is session)
            last = answer.logits[:, -1, 0]
            assert (last == last[0]).all()
            lengths |= dict.fromkeys(answer.rows, int(last[0]) + 1)
            n_answers += 1
        if rng.random() < 0.02:
            session, _ = sessions.pop(rng.randrange(len(sessions)))
            engine.close(session)
    assert n_answers > 100
    assert model.n_known > 0 or n_slots == 1


def test_a_pass_does_not_use_a_slot_twice_nor_more_rows_than_allowed():
    """Eight sequences of one session in passes of at most six."""
    widths: list[int] = []

    class Counting(Remembering):
        def run(self, batch: Sequence[Work]) -> Any:
            widths.append(len(batch))
            return super().run(batch)

    engine = Engine({0: Counting(Slots(24, LENGTH))}, Sizes(rows=6, tokens=400))  # type: ignore[dict-item]
    session = Session(Quota())
    engine.open(session)
    ids = np.array([[number // 4, number // 2 % 2, number % 2] for number in range(8)])
    engine.take(session, Forward(0, (), 0, ids, None, None, 1, False, ()))
    answers = []
    while engine.busy:
        answers += engine.step()
    assert widths == [6, 2]
    assert answers[0][1].logits.shape == (8, 1, 1)
