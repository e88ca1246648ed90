"""Calls that expand to the shape of another tensor, which has another layout than the line expects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn


"""
CASES = {
    "one of two models gives a column": (
        """class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 1)

    def forward(self, x):
        return self.fc(x)


class Row(Dense):
    def forward(self, x):
        return self.fc(x).transpose(1, 2)


x, heat = torch.randn(4, 9, 3), torch.rand(4, 9)
for net in (Row(), Dense()):
    out = net(x)
    print(nn.functional.mse_loss(out, heat.unsqueeze(1).expand_as(out)))
""",
        ("return self.fc(x)\n", "return self.fc(x).transpose(1, 2)\n"),
    ),
    "values of states and their returns": (
        """critic = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1))


def values(states):
    q = critic(states)
    return q


states, returns = torch.randn(7, 5), torch.rand(7)
v = values(states)
print(((returns.expand(v.size()) - v) ** 2).mean())
""",
        ("return q\n", "return q.squeeze(-1)\n"),
    ),
    "votes of members of which each gives a column": (
        """class Votes(nn.Module):
    def __init__(self):
        super().__init__()
        self.members = nn.ModuleList(nn.Linear(4, 1) for _ in range(1))

    def one(self, x):
        return self.members[0](x)

    def forward(self, x, truth):
        votes = self.one(x)
        truth = truth.unsqueeze(0).expand(*votes.shape)
        return nn.functional.binary_cross_entropy_with_logits(votes, truth)


print(Votes()(torch.randn(6, 4), torch.rand(6)))
""",
        ("votes = self.one(x)", "votes = self.one(x).t()"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_the_layout_of_what_gave_the_sizes(program: str, change: tuple[str, str], check_change: Check) -> None:
    check_change(HEADER, program, change)
