"""Keys and values of many sequences in one block of memory, found by their tokens.

A sequence is known by its keys: one number for each token, made of the token, its position and whether it may be
looked at. What attention remembers of a token depends on these numbers up to its own, and on nothing else. So a slot
is merely a copy of what could be computed again: any sequence that begins alike can use it, whoever asked for it
first, and a slot that is needed elsewhere is given away without harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Keys = NDArray[np.int64]

_POSITION_BIT, _VISIBLE_BIT, _SALT_BIT = 24, 44, 45
MAX_TOKEN, MAX_POSITION, MAX_SALT = 1 << _POSITION_BIT, 1 << (_VISIBLE_BIT - _POSITION_BIT), 1 << 17


def keys_of(ids: Keys, positions: Keys, visible: NDArray[np.bool_], salt: int = 0) -> Keys:
    """One number for each token. `salt` sets sequences apart whose tokens saw other masks than the keys tell."""
    visible_bits = visible.astype(np.int64) << _VISIBLE_BIT
    keys: Keys = ids | positions << _POSITION_BIT | visible_bits | np.int64(salt % MAX_SALT) << _SALT_BIT
    return keys


def visible_in(keys: Keys) -> NDArray[np.bool_]:
    """Which of these tokens may be looked at."""
    visible: NDArray[np.bool_] = (keys >> _VISIBLE_BIT & 1) == 1
    return visible


def tokens_in(keys: Keys) -> tuple[Keys, Keys]:
    """Token ids and positions."""
    return keys & (MAX_TOKEN - 1), keys >> _POSITION_BIT & (MAX_POSITION - 1)


@dataclass(eq=False)
class Row:
    """A sequence that somebody may continue: its keys, and where it lay last."""

    keys: Keys
    slot: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a sequence will be computed: its slot, and how many of its first tokens lie there already.

    `copied_from`: the slot that these come from, if it is another one.
    """

    slot: int
    known: int
    copied_from: int | None = None


class Slots:
    """`n_slots` places for sequences of up to `length` tokens, with a memory of what lies where.

    The tensors `keys[layer]` and `values[layer]` have the shape (slots, length + 1, heads, head size); the last
    column takes what nobody wants.
    """

    def __init__(self, n_slots: int, length: int) -> None:
        self.n_slots, self.length = n_slots, length
        self.tensors: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._index: Callable[[list[Any]], Any] = list
        self._keys = np.full((n_slots, length), -1, np.int64)
        self._filled = np.zeros(n_slots, np.int64)  # tokens
        self._used = np.zeros(n_slots, np.int64)  # in which pass last
        self._holder: list[Row | None] = [None] * n_slots
        self._now = 0

    def allocate(self, shape: tuple[int, int, int], dtype: torch.dtype, device: str) -> None:
        """Make the tensors; `shape`: layers, heads, head size. Raises: RuntimeError if memory does not suffice."""
        import torch

        self._index = partial(torch.tensor, device=device)  # brought there once for all layers
        n_layers, n_heads, head_size = shape
        whole = (self.n_slots, self.length + 1, n_heads, head_size)
        for _ in range(n_layers):
            self.tensors.append(
                (torch.zeros(whole, dtype=dtype, device=device), torch.zeros(whole, dtype=dtype, device=device))
            )

    def find(
        self, row: Row, *, at_most: int, taken: set[int], patience: int = 0, hint: int | None = None
    ) -> Place | None:
        """A slot for the sequence `row`, none of `taken`; None if there is none.

        Args:
            at_most: how many known tokens may be used; the others are computed, for their logits.
            patience: a slot that a sequence holds is taken away only if it was not used for so many passes.
            hint: the slot where most of it should lie.
        """
        best, known = self._best(row.keys, at_most, hint)
        holder = self._holder[best]
        if known and best not in taken and (holder is None or holder is row or self._filled[best] == known):
            return Place(best, known)  # what is added behind harms nobody
        slot = self._victim(taken | {best} if known else taken, patience)
        if slot is not None:
            return Place(slot, known, best if known else None)
        if known and best not in taken and self._now - self._used[best] >= patience:
            return Place(best, known)  # there is no other
        return None

    def known(self, keys: Keys) -> int:
        """How many first tokens of this sequence lie in some slot."""
        return self._best(keys, len(keys), None)[1]

    def _best(self, keys: Keys, at_most: int, hint: int | None) -> tuple[int, int]:
        wanted = keys[:at_most]
        if hint is not None and np.array_equal(self._keys[hint, :at_most], wanted):
            return hint, at_most
        equal = self._keys[:, :at_most] == wanted
        known = np.where(equal.all(1), at_most, equal.argmin(1)) if at_most else np.zeros(1, np.int64)
        best = int(known.argmax())
        return best, int(known[best])

    def _victim(self, taken: set[int], patience: int) -> int | None:
        """The slot to give away: unheld before held, then the one unused for longest, among the first ones.

        Only about twice as many slots are looked at as are held, so that what is computed together lies together.
        """
        n_held = sum(holder is not None for holder in self._holder)
        window = min(self.n_slots, max(8, 1 << (n_held + len(taken)).bit_length()))
        for last in (window, self.n_slots):
            unheld = [slot for slot in range(last) if self._holder[slot] is None and slot not in taken]
            if unheld:
                return min(unheld, key=lambda slot: (self._used[slot], slot))
        idle = [slot for slot in range(self.n_slots) if slot not in taken and self._now - self._used[slot] >= patience]
        return min(idle, key=lambda slot: (self._used[slot], slot)) if idle else None

    def store(self, slot: int, row: Row, *, held: bool) -> None:
        """Say that `slot` holds the sequence `row`; not `held`: nobody will continue it."""
        self._keys[slot, : len(row.keys)] = row.keys
        self._keys[slot, len(row.keys) :] = -1
        self._filled[slot], self._used[slot] = len(row.keys), self._now
        self.release(row)
        self._holder[slot] = row if held else None
        row.slot = slot

    def hand_over(self, row: Row, heir: Row) -> None:
        """What `row` holds is from now on held for the sequence that continues it."""
        if row.slot is not None and self._holder[row.slot] is row:
            self._holder[row.slot], heir.slot = heir, row.slot

    def release(self, row: Row) -> None:
        """Nobody will continue this sequence; its slot stays filled until it is needed."""
        if row.slot is not None and self._holder[row.slot] is row:
            self._holder[row.slot] = None

    def forget(self, slot: int) -> None:
        """What lies there may be wrong."""
        self._keys[slot] = -1
        self._filled[slot], self._holder[slot] = 0, None

    def copy(self, places: list[Place]) -> None:
        """Bring what is known of each sequence into its slot. It reads everything before it writes."""
        moved = [place for place in places if place.copied_from is not None]
        if not moved:
            return
        targets = self._index([place.slot for place in moved])
        sources = self._index([place.copied_from for place in moved])
        n_tokens = max(place.known for place in moved)
        for keys, values in self.tensors:
            keys[targets, :n_tokens] = keys[sources, :n_tokens]
            values[targets, :n_tokens] = values[sources, :n_tokens]

    def tick(self) -> None:
        """A pass begins."""
        self._now += 1
