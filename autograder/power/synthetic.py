"""A language model and a tokenizer of a dozen tokens, for simulations that need many draws and no weights."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from autograder.stats import Sampler


class TableModel:
    """Next-token logits depend on the last token only: row `t` of `table` (V, V) follows token t."""

    device = torch.device("cpu")
    dtype = torch.float32

    def __init__(self, table: Tensor) -> None:
        self.table = table
        self.config = SimpleNamespace(vocab_size=table.shape[0])

    def __call__(self, input_ids: Tensor, **options: Any) -> SimpleNamespace:
        return SimpleNamespace(logits=self.table[input_ids])

    def draw(
        self,
        sampler: Sampler,
        n: int,
        max_new_tokens: int,
        *,
        seed: int,
        start: int = 1,
        eos: int = 0,
        noise: float = 0.0,
    ) -> list[list[int]]:
        """n rows of new tokens (n, max_new_tokens), as generate would give them; `noise` moves the logits."""
        source = torch.Generator().manual_seed(seed)
        moved = self.table + noise * (2 * torch.rand(self.table.shape, generator=source) - 1)
        probs = sampler.log_probs(moved).exp()
        last, rows = torch.full((n,), start), []
        ended = torch.zeros(n, dtype=torch.bool)
        for _ in range(max_new_tokens):
            drawn = torch.multinomial(probs[last], 1, generator=source)[:, 0]
            last = torch.where(ended, eos, drawn)
            ended |= last == eos
            rows.append(last)
        return torch.stack(rows, dim=1).tolist()  # type: ignore[no-any-return]


class PieceTokenizer:
    """Token i is written as `pieces[i]`, texts are read piece by piece, the longest first; token 0 is EOS."""

    eos_token_id = 0

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = list(pieces)
        self._ids = {piece: index for index, piece in enumerate(self._pieces)}
        self._longest_first = sorted(self._pieces[1:], key=len, reverse=True)

    def __call__(self, text: str, add_special_tokens: bool = True) -> dict[str, list[int]]:
        ids: list[int] = []
        while text:
            piece = next((piece for piece in self._longest_first if text.startswith(piece)), "")
            ids += [self._ids[piece]] if piece else []
            text = text[max(1, len(piece)) :]
        return {"input_ids": ids}

    def batch_decode(self, rows: Sequence[Sequence[int]], skip_special_tokens: bool = True) -> list[str]:
        """The rows as texts; EOS is left out."""
        return ["".join(self._pieces[token] for token in row if token != self.eos_token_id) for row in rows]


def small_model() -> TableModel:
    """6 tokens, EOS = 0; after token 2 the nucleus of 0.8 has its edge exactly on a token's border."""
    table = 1.5 * torch.randn(6, 6, generator=torch.Generator().manual_seed(5))
    table[2] = torch.tensor([0.02, 0.5, 0.3, 0.1, 0.05, 0.03]).log()
    return TableModel(table)
