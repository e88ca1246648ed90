"""Options of layers by what the call that builds them is handed, for all that it builds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "branches that look further and further": (
        """def branch(width, rate):
    return nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, rate), nn.ReLU())

branches = nn.ModuleList([branch(8, rate) for rate in (1, 3, 6)])
x = torch.randn(2, 8, 16, 16)
print(torch.cat([branch(x) for branch in branches], dim=1).shape)
""",
        ("3, 1, 1, rate", "3, 1, rate, rate"),
    ),
    "a rate in the place of a step": (
        """class Unit(nn.Module):
    def __init__(self, width, stride=1, dropout=0):
        super().__init__()
        self.conv = nn.Conv2d(width, width, (3, 1), (dropout, 1), (1, 0))
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        return self.drop(self.conv(x))

print(Unit(4, stride=2)(torch.randn(2, 4, 9, 5)).shape)
""",
        ("(dropout, 1)", "(stride, 1)"),
    ),
    "a step of the constructor, through a class of the project": (
        """class Separable(nn.Module):
    def __init__(self, width, out, stride=1):
        super().__init__()
        self.deep = nn.Conv2d(width, width, 3, stride=stride, padding=1, groups=width)
        self.flat = nn.Conv2d(width, out, 1)

    def forward(self, x):
        return self.flat(self.deep(x))

class Unit(nn.Module):
    def __init__(self, width, out, stride):
        super().__init__()
        self.body = nn.Sequential(Separable(width, out, stride=2), nn.ReLU(), Separable(out, out))
        self.skip = nn.Conv2d(width, out, 1, stride=stride)

    def forward(self, x):
        return self.body(x) + self.skip(x)

print(nn.Sequential(Unit(3, 8, 2), Unit(8, 16, 3))(torch.randn(2, 3, 36, 36)).shape)
""",
        ("out, stride=2)", "out, stride=stride)"),
    ),
    "how far the second of two looks": (
        """class Unit(nn.Module):
    def __init__(self, width, dilation):
        super().__init__()
        self.one = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.two = nn.Conv1d(width, width, 3, padding=dilation)

    def forward(self, x):
        return x + self.two(torch.relu(self.one(x)))

print(nn.Sequential(*(Unit(4, 2 ** i) for i in range(3)))(torch.randn(2, 4, 32)).shape)
""",
        ("3, padding=dilation)", "3, padding=dilation, dilation=dilation)"),
    ),
    "one number for all layers that a function builds, told by a loss": (
        """def up(width, out):
    return nn.ConvTranspose1d(width, out, 5, stride=2, padding=2)

net = nn.Sequential(up(8, 4), nn.ReLU(), up(4, 2), nn.ReLU(), up(2, 1))
print(nn.functional.mse_loss(net(torch.randn(2, 8, 32)), torch.randn(2, 1, 256)))
""",
        ("padding=2)", "padding=2, output_padding=1)"),
    ),
    "residual blocks over sound": (
        """class Block(nn.Module):
    def __init__(self, width, reach=1):
        super().__init__()
        self.conv = nn.Conv1d(width, width, kernel_size=3, padding=1, dilation=reach)

    def forward(self, x):
        return x + torch.tanh(self.conv(x))

net = nn.Sequential(*(Block(4, reach) for reach in (1, 2, 4)))
print(net(torch.randn(3, 4, 40)).shape)
""",
        ("padding=1", "padding=reach"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_option_follows_another(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])


def test_no_padding_is_larger_than_the_kernel(repaired: Callable[..., Report]) -> None:
    """The map of the wrong step is as large as what so much would cut off: it is another name that is meant."""
    text = """width = 4
one, two = nn.Conv2d(3, width, 3, padding=1), nn.Conv2d(width, 8, 3, padding=1)
pool, up, last = nn.MaxPool2d(2), nn.ConvTranspose2d(8, width, 2, stride=2), nn.Conv2d(8, 2, 3, padding=1)


def net(x):
    first = one(x)
    second = two(pool(first))
    back = up(second)
    return last(torch.cat([back, second], dim=1)) * first.mean()


print(net(torch.randn(2, 3, 16, 16)).shape)
"""
    plan = repaired(HEADER + text).plan
    assert plan is not None
    assert "padding" not in plan.title
