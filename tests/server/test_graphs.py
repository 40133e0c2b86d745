"""Recorded steps compute what ordinary passes do; here the record is the computation itself, without a GPU."""

from __future__ import annotations

from collections.abc import Callable

import torch

from autograder.audit import Bench
from autograder.server.engine import Engine
from autograder.server.graphs import Step, StepGraphs
from autograder.server.passes import Runner
from autograder.server.rows import Slots

from .conftest import MakeEngine, alone, answer, asked, opened

N_SLOTS, LENGTH = 16, 256


def computed(step: Step) -> Callable[[], torch.Tensor]:
    return step.compute


def refused(step: Step) -> Callable[[], torch.Tensor]:
    raise RuntimeError("operation not permitted when stream is capturing")


def continued(engine: Engine, n_sequences: int) -> torch.Tensor:
    """The logits after the second token of some sequences: one pass for the beginnings, one step."""
    session = opened(engine)
    first = answer(engine, session, asked(*([1, 50 + number, 60] for number in range(n_sequences))))
    return answer(engine, session, asked(*[[7]] * n_sequences, rows=first.rows, past=3, freed=tuple(first.rows))).logits


def test_a_step_over_the_first_slots_gives_each_its_own(bench: Bench):
    """Rows without a token leave the others alone."""
    runner = Runner(bench.models.lm.model, Slots(N_SLOTS, LENGTH))
    runner.steps = StepGraphs(runner.model, runner.slots, record=computed)
    logits = continued(Engine({0: runner}), 5)
    assert set(runner.steps._steps) == {(8, 128)}
    for number in range(5):
        assert torch.allclose(logits[number, 0], alone(bench, [1, 50 + number, 60, 7]), atol=1e-4)
    again = continued(Engine({0: runner}), 3)
    assert torch.allclose(again[2, 0], alone(bench, [1, 52, 60, 7]), atol=1e-4)


def test_what_cannot_be_recorded_is_computed_the_ordinary_way(bench: Bench):
    """And the reason is kept."""
    runner = Runner(bench.models.lm.model, Slots(N_SLOTS, LENGTH))
    runner.steps = StepGraphs(runner.model, runner.slots, record=refused)
    logits = continued(Engine({0: runner}), 2)
    assert torch.allclose(logits[1, 0], alone(bench, [1, 51, 60, 7]), atol=1e-4)
    assert "capturing" in runner.steps.why_not


def test_one_token_far_behind_is_left_to_the_ordinary_pass(bench: Bench, make_engine: MakeEngine):
    """A step over many idle slots would cost more."""
    from autograder.server.passes import STEP_COLUMNS, Work, inputs_of
    from autograder.server.rows import keys_of

    runner = Runner(bench.models.lm.model, Slots(N_SLOTS, LENGTH))
    steps = StepGraphs(runner.model, runner.slots, record=computed)
    ids = torch.tensor([1, 5]).numpy()
    visible = (ids == ids)[:2]
    work = Work(15, keys_of(ids, ids * 0, visible), 1, visible, 1)
    assert steps.run(inputs_of([work], STEP_COLUMNS)) is None
    assert steps.why_not == ""
