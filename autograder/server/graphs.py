"""Steps of one token as CUDA graphs: a GPU then waits for its memory alone, not for Python to launch each kernel.

A graph is recorded for each number of slots (a power of two) and of columns when it is first needed, always over the
first slots in order; those that have no token in this step compute something that nobody reads. Whatever cannot be
recorded is left to the ordinary pass, and `why_not` says why. Source: "CUDA Graphs" in PyTorch's notes on CUDA
semantics (static inputs, warm-up on a side stream, one memory pool).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.server.passes import Inputs, SlotCache, mask_of
from autograder.server.rows import Slots

_WARM_UPS = 2
# Of so many slots at least one has a token; with fewer the ordinary pass does less.
_SPARSEST = 8


class Step:
    """One token for each of the first `n_rows` slots, over `n_columns` columns; inputs and logits stay where they are."""

    def __init__(self, model: Any, slots: Slots, n_rows: int, n_columns: int) -> None:
        self._model, self._n_rows, self._n_columns, self._dump = model, n_rows, n_columns, slots.length
        device = model.device
        self._ids, self._positions = torch.zeros((2, n_rows, 1), dtype=torch.long, device=device)
        self._columns = torch.full((n_rows, 1), self._dump, device=device)
        self._mask = torch.zeros((n_rows, 1, 1, n_columns), dtype=model.dtype, device=device)
        self._cache = SlotCache(slots, None, self._columns, n_columns)

    def fill(self, inputs: Inputs) -> None:
        """Put the tokens of a pass into the rows of their slots; all other rows compute what nobody reads."""
        ids, positions = np.zeros((2, self._n_rows, 1), np.int64)
        index = np.full((self._n_rows, 1), -1, np.int64)
        visible = np.zeros((self._n_rows, self._n_columns), bool)
        rows = inputs.slots
        ids[rows], positions[rows], index[rows], visible[rows] = (
            inputs.ids,
            inputs.positions,
            inputs.index,
            inputs.visible,
        )
        device = self._ids.device
        there = torch.from_numpy(index).to(device)
        self._ids.copy_(torch.from_numpy(ids))
        self._positions.copy_(torch.from_numpy(positions))
        self._columns.copy_(torch.where(there < 0, self._dump, there))
        self._mask.copy_(mask_of(there, torch.from_numpy(visible).to(device), self._mask.dtype))

    def compute(self) -> torch.Tensor:
        """The logits (rows, 1, V)."""
        output = self._model(
            input_ids=self._ids,
            attention_mask=self._mask,
            position_ids=self._positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = output.logits
        return logits


class StepGraphs:
    """The recorded steps of one model.

    `record` turns a step into a function that computes its logits; the default records a CUDA graph.
    """

    def __init__(
        self, model: Any, slots: Slots, record: Callable[[Step], Callable[[], torch.Tensor]] | None = None
    ) -> None:
        self._model, self._slots, self._record = model, slots, record or self._recorded
        self._steps: dict[tuple[int, int], tuple[Step, Callable[[], torch.Tensor]]] = {}
        self._pool: Any = None
        self.why_not = ""

    def run(self, inputs: Inputs) -> torch.Tensor | None:
        """The logits (B, 1, V) of a pass with one new token for each sequence; None: leave it to the ordinary pass."""
        n_batch, n_new = inputs.ids.shape
        n_columns = inputs.visible.shape[1]
        n_rows = min(self._slots.n_slots, 1 << int(inputs.slots.max()).bit_length())
        if self.why_not or n_new != 1 or n_rows > _SPARSEST * n_batch or n_columns > self._slots.length:
            return None
        key = (n_rows, n_columns)
        if key not in self._steps:
            step = Step(self._model, self._slots, n_rows, n_columns)
            try:
                self._steps[key] = step, self._record(step)
            except RuntimeError as error:  # CUDA says so when something cannot be recorded
                self.why_not = f"{type(error).__name__}: {error}"[:500]
                return None
        step, compute = self._steps[key]
        step.fill(inputs)
        return compute()[torch.from_numpy(inputs.slots).to(self._model.device)]

    def _recorded(self, step: Step) -> Callable[[], torch.Tensor]:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                step.compute()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        with torch.cuda.graph(graph, pool=self._pool):
            logits = step.compute()

        def replay() -> torch.Tensor:
            graph.replay()
            return logits

        return replay
