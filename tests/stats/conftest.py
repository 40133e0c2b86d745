"""A language model given by a table, for tests that need many draws and no weights."""

from types import SimpleNamespace

import pytest
import torch


class TableModel:
    """Next-token logits depend on the last token only: row `t` of `table` (V, V) follows token t."""

    device = torch.device("cpu")

    def __init__(self, table):
        self.table = table
        self.config = SimpleNamespace(vocab_size=table.shape[0])

    def __call__(self, input_ids, attention_mask=None):
        return SimpleNamespace(logits=self.table[input_ids])

    def draw(self, sampler, n, max_new_tokens, *, seed, start=1, eos=0, noise=0.0):
        """n rows of new tokens (n, max_new_tokens), as generate would give them; `noise` moves the logits."""
        generator = torch.Generator().manual_seed(seed)
        moved = self.table + noise * (2 * torch.rand(self.table.shape, generator=generator) - 1)
        probs = sampler.log_probs(moved).exp()
        last, rows = torch.full((n,), start), []
        ended = torch.zeros(n, dtype=torch.bool)
        for _ in range(max_new_tokens):
            drawn = torch.multinomial(probs[last], 1, generator=generator)[:, 0]
            last = torch.where(ended, eos, drawn)
            ended |= last == eos
            rows.append(last)
        return torch.stack(rows, dim=1).tolist()


@pytest.fixture(scope="session")
def table_model():
    """12 tokens, EOS = 0; after token 2 the nucleus of 0.8 has its edge exactly on a token's border."""
    table = 1.5 * torch.randn(12, 12, generator=torch.Generator().manual_seed(5))
    table[:, 0] -= 1.0
    table[2] = torch.tensor([1e-9, 0.5, 0.3, 0.1, 0.05, 0.02, 0.01, 0.01, 0.004, 0.003, 0.002, 0.001]).log()
    return TableModel(table)
