"""Chains of calls over several lines: each call is met where it stands, and the rest of the chain stays as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str, str, tuple[str, str]], None]
HEAD = "import torch\nfrom torch import nn\n\n\n"

ATTENTION = """class Attention(nn.Module):
    def __init__(self, dim=32, heads=4):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.q = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, _ = x.shape
        return (
            self.q(x)
            # for each head
            .view(b, n, self.heads, self.dim)
            .transpose(1, 2)
        )


print(Attention()(torch.randn(2, 7, 32)).shape)
"""
SCORES = """rows = torch.randn(3, 5)
columns = torch.randn(4, 5)
best = (
    rows
    .relu()  # no score below zero
    .matmul(columns)
    .argmax(dim=1)
)
print(best)
"""
PICKED = """def pick(table, current, following):
    n = current.size(0)
    return (
        table.expand(n, 5, 5)
        .gather(1, current.view(n, 1, 1).expand(n, 1, 5))
        # the row of the current one
        .squeeze()
        .gather(1, following.view(n, 1))
        .squeeze(1)
    )


print(pick(torch.randn(5, 5), torch.tensor([2]), torch.tensor([3])))
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "program, change",
    [
        (ATTENTION, (".view(b, n, self.heads, self.dim)", ".view(b, n, self.heads, -1)")),
        (SCORES, (".matmul(columns)", ".matmul(columns.t())")),
        (PICKED, (".squeeze()", ".squeeze(1)")),
    ],
)
def test_a_call_of_a_chain_is_repaired_in_its_line(program: str, change: tuple[str, str], check_change: Check) -> None:
    check_change(HEAD, program, change)
