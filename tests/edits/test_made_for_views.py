"""Tensors that are made for less than the view behind them splits them into: in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn


"""
CASES = {
    "states of two directions": (
        """class Tagger(nn.Module):
    def __init__(self, num_layers=2, both=True):
        super().__init__()
        self.num_layers, self.num_directions, self.size = num_layers, 1 + both, 10
        self.cells = nn.ModuleList(nn.GRUCell(10, 10) for _ in range(num_layers * self.num_directions))

    def forward(self, x):
        batch = x.shape[0]
        start = x.new_zeros(self.num_layers, batch, self.size)
        h = start.view(self.num_layers, self.num_directions, batch, self.size)
        return torch.stack([cell(x[:, 0], h[i // 2, i % 2]) for i, cell in enumerate(self.cells)])


print(Tagger()(torch.randn(6, 9, 10)).shape)
""",
        ("x.new_zeros(self.num_layers,", "x.new_zeros(self.num_layers * self.num_directions,"),
    ),
    "anchors of a detector": (
        """def boxes(places, anchors, numbers=4):
    table = torch.zeros(places, numbers)
    return table.view(places, anchors, numbers)


print(boxes(7, 3)[:, 0].shape)
""",
        ("torch.zeros(places, numbers)", "torch.zeros(places * anchors, numbers)"),
    ),
    "heads of a graph": (
        """class Attention(nn.Module):
    def __init__(self, heads=4, width=6):
        super().__init__()
        self.heads, self.width = heads, width
        self.score = nn.Parameter(torch.randn(self.width))

    def forward(self, x, edges):
        weight = self.score.view(self.heads, self.width)
        return (x.unsqueeze(1) * weight).sum(-1)[edges[0]]


print(Attention()(torch.randn(5, 6), torch.randint(0, 5, (2, 9))).shape)
""",
        ("torch.randn(self.width)", "torch.randn(self.heads * self.width)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_the_product_that_is_split(program: str, change: tuple[str, str], check_change: Check) -> None:
    check_change(HEADER, program, change)
