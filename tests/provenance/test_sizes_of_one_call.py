"""A class that mixes up two of its sizes is repaired itself: it is not called with both alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

HEAD = "import torch\nfrom torch import nn\n\n\n"
DECODER = """class Decoder(nn.Module):
    def __init__(self, words, embedded, hidden):
        super().__init__()
        self.embed = nn.Embedding(words, embedded)
        self.rnn = nn.GRU(embedded, hidden, batch_first=True)
        self.out = nn.Linear(embedded, words)

    def forward(self, x):
        return self.out(self.rnn(self.embed(x))[0])


print(Decoder(20, 6, 10)(torch.randint(0, 20, (3, 5))).shape)
"""
CRITIC = """class Critic(nn.Module):
    def __init__(self, *, seen, hidden):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(seen, hidden), nn.ReLU())
        self.score = nn.Linear(seen, 1)

    def forward(self, state):
        return self.score(self.body(state))


print(Critic(seen=4, hidden=9)(torch.randn(3, 4)).shape)
"""
# What comes in is as wide as no other argument says: the call is wrong.
TABLE = """class Table(nn.Module):
    def __init__(self, columns, hidden):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(columns, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, x):
        return self.body(x)


print(Table(8, 16)(torch.randn(3, 7)).shape)
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "program, line",
    [
        (DECODER, "self.out = nn.Linear(hidden, words)"),
        (CRITIC, "self.score = nn.Linear(hidden, 1)"),
        (TABLE, "print(Table(7, 16)(torch.randn(3, 7)).shape)"),
    ],
)
def test_two_sizes_stay_two(program: str, line: str, repaired: Callable[..., Report]) -> None:
    report = repaired(HEAD + program)
    assert report.plan is not None
    assert line not in program
    assert line in report.plan.texts[0][1]
