"""A name that holds something of another kind than the line can do with, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "a tensor among the sizes of the last of three lines": (
        """project = nn.Conv2d(4, 12, 1)


def attend(x):
    q, k, v = project(x).chunk(3, dim=1)
    b, c, h, w = q.shape
    q = q.view(b, c, h * w)
    k = k.view(b, c, h * w)
    v = v.view(b, c, v * w)
    return v @ (q.transpose(1, 2) @ k).softmax(-1)


print(attend(torch.randn(2, 4, 5, 3)).shape)
""",
        ("v * w", "h * w"),
    ),
    "a tensor in a tuple of sizes": (
        """def waves(length):
    steps = torch.arange(0, length).reshape(length, 1)
    table = torch.zeros((steps, 8))
    table[:, 0::2] = torch.sin(steps / torch.arange(1, 5))
    return table

print(waves(20).shape)
""",
        ("zeros((steps", "zeros((length"),
    ),
    "a fraction that is passed for a size": (
        """class Ahead(nn.Module):
    def __init__(self, width, inner, rate=0.1):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, inner), nn.Dropout(rate), nn.Linear(inner, width))

    def forward(self, x):
        return self.net(x)

class Block(nn.Module):
    def __init__(self, hidden, inner, rate):
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.ahead = Ahead(width=rate, inner=inner, rate=rate)

    def forward(self, x):
        return x + self.ahead(self.norm(x))

print(Block(6, 12, 0.1)(torch.randn(4, 6)).shape)
""",
        ("width=rate", "width=hidden"),
    ),
    "labels that are asked for features": (
        """class Margin(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.features, self.head = features, nn.Linear(features, classes)

    def forward(self, x, label):
        assert label.size()[1] == self.features
        return nn.functional.cross_entropy(self.head(x), label)

print(Margin(6, 3)(torch.randn(4, 6), torch.tensor([0, 2, 1, 0])))
""",
        ("label.size()[1]", "x.size()[1]"),
    ),
    "the dimension beside the one that a check is about": (
        """class Graph(nn.Module):
    def __init__(self, kernels, width):
        super().__init__()
        self.kernels, self.mix = kernels, nn.Linear(width, kernels * width)

    def forward(self, x, edges):
        assert edges.size(1) == self.kernels
        parts = self.mix(x).view(*x.shape[:2], self.kernels, -1)
        return torch.einsum("bnkc,knm->bmc", parts, edges)

print(Graph(3, 6)(torch.randn(2, 5, 6), torch.rand(3, 5, 5)).shape)
""",
        ("edges.size(1)", "edges.size(0)"),
    ),
    "a mode for a width": (
        """def stage(width_in, width_out, mode):
    if mode == "learned":
        return nn.ConvTranspose2d(mode, width_out, 2, stride=2)
    return nn.Sequential(nn.Upsample(mode=mode, scale_factor=2), nn.Conv2d(width_in, width_out, 1))

print(stage(6, 3, "learned")(torch.randn(2, 6, 4, 4)).shape)
""",
        ("ConvTranspose2d(mode", "ConvTranspose2d(width_in"),
    ),
    "a rate for the table": (
        """class Positions(nn.Module):
    def __init__(self, width, rate, most=30):
        super().__init__()
        table = torch.randn(most, width)
        self.drop = nn.Dropout(rate)
        self.register_buffer("table", rate)
        self.scale = nn.Parameter(table.std())

    def forward(self, x):
        return self.drop(x + self.scale * self.table[: x.size(1)])

print(Positions(8, 0.1)(torch.randn(2, 5, 8)).shape)
""",
        ('"table", rate', '"table", table'),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_name_of_the_right_kind_is_read(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
