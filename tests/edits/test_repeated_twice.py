"""A repetition that is made twice: in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn

"""
CASES = {
    "items for each user, and once more by the search": (
        """class Head(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.q, self.k = nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, queries, states):
        return (self.q(queries) * self.k(states)).sum(-1)

def tile_rows(x, n):
    return x[:, None].expand(-1, n, -1).reshape(-1, x.size(-1))

def sample(head, tokens, states, n):
    tokens = tile_rows(tokens, n)
    states = tile_rows(states, n)
    return head(tokens, states)

if __name__ == "__main__":
    torch.manual_seed(0)
    head = Head()
    users, items = torch.randn(5, 8), torch.randn(5, 8)
    n = 4
    items = items.repeat_interleave(n, dim=0)
    print(sample(head, users, items, n).shape)
""",
        ("    items = items.repeat_interleave(n, dim=0)\n", ""),
    ),
    "states for each goal, where they are joined": (
        """class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(12, 1)

    def forward(self, state, goals, copies=3):
        state = state.repeat(copies, 1)
        goals = goals.repeat(copies, 1)
        return self.lin(torch.cat([state, goals], dim=1))

def evaluate(net, state, goals, copies=3):
    state = state.repeat(copies, 1)
    return net(state, goals, copies)

if __name__ == "__main__":
    torch.manual_seed(0)
    print(evaluate(Ranker(), torch.randn(4, 7), torch.randn(4, 5)).mean())
""",
        ("    state = state.repeat(copies, 1)\n    return net", "    return net"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES.keys())
def test_the_repetition_without_a_partner_is_left_out(
    program: str, change: tuple[str, str], check_change: CheckChange
) -> None:
    check_change(HEADER, program, change)


def test_an_operand_without_rows_is_no_sample(repaired: Callable[..., Report]) -> None:
    report = repaired(HEADER + "x = torch.randn(3, 4)\ny = x[3:]\nprint(y + x)\n")
    assert not [note for note in report.notes if "AF901" in note]
