"""A language model given by a table, for tests that need many draws and no weights."""

import pytest
import torch

from autograder.power.synthetic import TableModel


@pytest.fixture(scope="session")
def table_model():
    """12 tokens, EOS = 0; after token 2 the nucleus of 0.8 has its edge exactly on a token's border."""
    table = 1.5 * torch.randn(12, 12, generator=torch.Generator().manual_seed(5))
    table[:, 0] -= 1.0
    table[2] = torch.tensor([1e-9, 0.5, 0.3, 0.1, 0.05, 0.02, 0.01, 0.01, 0.004, 0.003, 0.002, 0.001]).log()
    return TableModel(table)
