"""Operands that are not laid out, repeated or cut as what they meet, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "edges of all heads in one row": (
        """class Edges(nn.Module):
    def __init__(self, heads=4, width=3):
        super().__init__()
        self.heads, self.width = heads, width
        self.node, self.edge = nn.Linear(6, heads * width), nn.Linear(2, heads * width)

    def forward(self, x, edges, e):
        v = self.node(x).view(x.size(0), self.heads, self.width)
        return self.meet(v[edges[0]], self.edge(e))

    def meet(self, v, k):
        return (torch.relu(v) * k).sum(-1)


net = Edges()
print(net(torch.randn(7, 6), torch.randint(0, 7, (2, 9)), torch.randn(9, 2)).shape)
""",
        ("torch.relu(v) * k", "torch.relu(v) * k.view(-1, self.heads, self.width)"),
    ),
    "patches beside a picture": (
        """first, second = nn.Conv2d(3, 8, 4, 4), nn.Conv2d(3, 8, 4, 4)


def tokens(x):
    own = first(x).flatten(2).transpose(1, 2)
    extra = second(x)
    return own + extra


print(tokens(torch.randn(2, 3, 16, 16)).shape)
""",
        ("own + extra", "own + extra.flatten(2).transpose(1, 2)"),
    ),
    "a mask for every beam": (
        """reader = nn.Linear(6, 8)


def scores(x, mask, beams):
    states = reader(x).repeat_interleave(beams, dim=0)
    return states.sum(-1).masked_fill(mask, -1e9).softmax(-1)


x = torch.randn(4, 5, 6)
print(scores(x, (x > 9).any(-1), 3).shape)
""",
        ("masked_fill(mask,", "masked_fill(mask.repeat_interleave(beams, dim=0),"),
    ),
    "the last step is left out of what is written into": (
        """states, done = torch.randn(7, 9, 5), torch.rand(7, 9) < 0.2
following = nn.Linear(5, 1)(states).squeeze(-1)
following[:, :-1][done] = 0
print(following.mean())
""",
        ("following[:, :-1][done]", "following[done]"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_operand_as_its_partner(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
