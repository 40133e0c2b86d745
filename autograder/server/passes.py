"""One forward pass of a transformers model for many sequences, each in its own slot.

The new tokens of a pass are aligned on the right; each sequence has its own positions, its own mask and its own place
for keys and values, so any decoder that takes `position_ids`, a 4D mask and a cache with `update` will do. Results
are those of the sequence alone, up to rounding (`autograder.stats.greedy` says how much).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers.cache_utils import Cache

from autograder.server.rows import Slots, tokens_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograder.server.graphs import StepGraphs
    from autograder.server.rows import Keys

# Attention is computed over a multiple of so many columns; in recorded steps of this one, so that they are few.
COLUMNS, STEP_COLUMNS = 16, 128


@dataclass(frozen=True)
class Work:
    """What is to be computed of one sequence: its tokens from index `start` on, in `slot`.

    `visible`: which tokens may be looked at, one for each; `n_kept`: of how many last tokens the logits are wanted.
    """

    slot: int
    keys: Keys
    start: int
    visible: NDArray[np.bool_]
    n_kept: int

    @property
    def n_new(self) -> int:
        return len(self.keys) - self.start


@dataclass(frozen=True)
class Inputs:
    """A pass as arrays. B sequences, T new tokens, L columns.

    Args:
        slots: (B,).
        ids, positions: (B, T).
        index: (B, T), the column of each new token; padding on the left has -1.
        visible: (B, L).
    """

    slots: NDArray[np.int64]
    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    index: NDArray[np.int64]
    visible: NDArray[np.bool_]


def inputs_of(batch: Sequence[Work], multiple: int = COLUMNS) -> Inputs:
    """The arrays of a pass, with a number of columns that `multiple` divides."""
    width, longest = max(work.n_new for work in batch), max(len(work.keys) for work in batch)
    n_columns = -(-longest // multiple) * multiple
    ids, positions = np.zeros((2, len(batch), width), np.int64)
    index = np.full((len(batch), width), -1, np.int64)
    visible = np.zeros((len(batch), n_columns), bool)
    for number, work in enumerate(batch):
        new = slice(width - work.n_new, None)
        ids[number, new], positions[number, new] = tokens_in(work.keys[work.start :])
        index[number, new] = np.arange(work.start, len(work.keys))
        visible[number, : len(work.keys)] = work.visible
    return Inputs(np.array([work.slot for work in batch]), ids, positions, index, visible)


class SlotCache(Cache):
    """A transformers cache that writes to slots and gives the model their first columns."""

    def __init__(self, slots: Slots, rows: torch.Tensor | None, columns: torch.Tensor, n_columns: int) -> None:
        """`rows`: the slots (B,), None for the first B; `columns`: where new tokens go (B, T)."""
        super().__init__(layers=[])
        self._slots, self._rows, self._columns, self._n_columns = slots, rows, columns, n_columns
        n_rows = len(columns)
        self._targets = (torch.arange(n_rows, device=columns.device) if rows is None else rows)[:, None]

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store the new keys and values, each (B, heads, T, head size); return all, (B, heads, L, head size)."""
        keys, values = self._slots.tensors[layer_idx]
        keys[self._targets, self._columns] = key_states.transpose(1, 2)
        values[self._targets, self._columns] = value_states.transpose(1, 2)
        return self._seen(keys), self._seen(values)

    def _seen(self, block: torch.Tensor) -> torch.Tensor:
        columns = block[:, : self._n_columns]
        rows = columns[: len(self._columns)] if self._rows is None else columns.index_select(0, self._rows)
        return rows.transpose(1, 2)


def mask_of(index: torch.Tensor, visible: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """What is added to the scores, (B, 1, T, L): 0 where a token may look, the least number elsewhere.

    A token may look at itself whatever its mask says, and padding at column 0: softmax over nothing is not a number.
    """
    place = index.clamp(min=0)[:, :, None]  # (B, T, 1)
    column = torch.arange(visible.shape[1], device=index.device)
    allowed = ((column <= place) & visible[:, None, :]) | (column == place)
    mask = torch.zeros(allowed.shape, dtype=dtype, device=index.device)
    return mask.masked_fill_(~allowed, torch.finfo(dtype).min)[:, None]


def _cache_shape(model: Any) -> tuple[int, int, int]:
    """Layers, heads of keys and values, and size of a head."""
    config = model.config.get_text_config(decoder=True)
    n_heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return config.num_hidden_layers, n_heads, head_size


def slot_bytes(model: Any, length: int) -> int:
    """How much memory the keys and values of one sequence of that length take."""
    n_layers, n_heads, head_size = _cache_shape(model)
    return int(2 * n_layers * n_heads * head_size * (length + 1) * model.dtype.itemsize)


class Runner:
    """A loaded model and its slots; runs passes one after the other. `steps`, where there are any, run those of one token."""

    def __init__(self, model: Any, slots: Slots) -> None:
        self.steps: StepGraphs | None = None
        self.model, self.slots = model, slots
        self.device = model.device
        slots.allocate(_cache_shape(model), model.dtype, str(self.device))

    def run(self, batch: Sequence[Work]) -> torch.Tensor:
        """The logits of the last tokens, (B, largest n_kept, V) in the model's dtype, on the CPU."""
        if self.steps is not None and all(work.n_new == 1 for work in batch):
            with torch.inference_mode():
                logits = self.steps.run(inputs_of(batch, STEP_COLUMNS))
            if logits is not None:
                return logits.cpu()
        inputs = inputs_of(batch)
        index = self._there(inputs.index)
        columns = torch.where(index < 0, self.slots.length, index)
        cache = SlotCache(self.slots, self._there(inputs.slots), columns, inputs.visible.shape[1])
        with torch.inference_mode():
            output = self.model(
                input_ids=self._there(inputs.ids),
                attention_mask=mask_of(index, self._there(inputs.visible), self.model.dtype),
                position_ids=self._there(inputs.positions),
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=max(work.n_kept for work in batch),
            )
        return output.logits.cpu()

    def _there(self, array: Any) -> torch.Tensor:
        return torch.from_numpy(array).to(self.device)
